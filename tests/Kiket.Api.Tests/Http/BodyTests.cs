using System.Text;
using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;

namespace Kiket.Api.Tests.Http;

/// <summary>Bodies that no well-behaved client sends.</summary>
public sealed class BodyTests(KiketServer server)
{
    private const string Issues = "/api/v1/issues";

    [Theory]
    [InlineData("""{"issue": null}""")]
    [InlineData("""{"issue": []}""")]
    [InlineData("""{"issue": "title"}""")]
    [InlineData("""{"issue": 1}""")]
    public async Task A_wrapper_holds_an_object(string body)
    {
        var tenant = await server.NewTenantAsync();

        await SendAsync(tenant, body).RefusedAsync(422, "VALIDATION_ERROR", "issue");
    }

    [Theory]
    [InlineData("""{"title": []}""", "issue.title")]
    [InlineData("""{"title": 5}""", "issue.title")]
    [InlineData("""{"title": {"text": "x"}}""", "issue.title")]
    [InlineData("""{"labels": "a"}""", "issue.labels")]
    [InlineData("""{"labels": [1]}""", "issue.labels")]
    [InlineData("""{"custom_fields": []}""", "issue.custom_fields")]
    [InlineData("""{"priority": "urgent"}""", "issue.priority")]
    [InlineData("""{"priority": 3}""", "issue.priority")]
    [InlineData("""{"due_date": "2026-02-30"}""", "issue.due_date")]
    [InlineData("""{"due_date": 5}""", "issue.due_date")]
    [InlineData("""{"story_points": 1e30}""", "issue.story_points")]
    [InlineData("""{"story_points": "many"}""", "issue.story_points")]
    [InlineData("""{"parent_id": 99999999999999999999}""", "issue.parent_id")]
    [InlineData("""{"parent_id": 1.5}""", "issue.parent_id")]
    [InlineData("""{"parent_id": 1.0}""", "issue.parent_id")]
    [InlineData("""{"parent_id": "1.0"}""", "issue.parent_id")]
    [InlineData("""{"project_id": 1.0}""", "issue.project_id")]
    [InlineData("""{"project_id": 1e0}""", "issue.project_id")]
    [InlineData("""{"parent_id": ""}""", "issue.parent_id")]
    [InlineData("""{"parent_id": true}""", "issue.parent_id")]
    [InlineData("""{"project_id": {}}""", "issue.project_id")]
    [InlineData("""{"project_id": 1.5}""", "issue.project_id")]
    [InlineData("""{"project_id": 99999999999999999999}""", "issue.project_id")]
    [InlineData("""{"project_id": ""}""", "issue.project_id")]
    public async Task A_value_of_the_wrong_type_is_refused_with_the_path_of_its_field(string fields, string path)
    {
        var tenant = await server.NewTenantAsync();

        var wrapped = await SendAsync(tenant, $$"""{"issue": {{fields}}}""").RefusedAsync(422, "VALIDATION_ERROR", path);
        var bare = await SendAsync(tenant, fields).RefusedAsync(422, "VALIDATION_ERROR", path);

        Assert.NotNull(wrapped["errors"]![path]);
        Assert.NotNull(bare["errors"]![path]);
    }

    [Fact]
    public async Task A_value_outside_a_closed_set_is_answered_with_the_set()
    {
        var tenant = await server.NewTenantAsync();

        var refusal = await SendAsync(tenant, """{"issue": {"priority": "urgent"}}""")
            .RefusedAsync(422, "VALIDATION_ERROR", "issue.priority");

        Assert.Contains("lowest, low, medium, high, highest, critical", (string?)refusal["error"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_fields_of_the_wrong_type_are_named_at_once()
    {
        var tenant = await server.NewTenantAsync();

        var refusal = await SendAsync(tenant, """{"issue": {"title": 5, "labels": "a", "due_date": "soon"}}""")
            .RefusedAsync(422, "VALIDATION_ERROR");

        Assert.Equal(["issue.due_date", "issue.labels", "issue.title"], refusal["errors"]!.AsObject().Select(e => e.Key).Order());
    }

    [Theory]
    [InlineData("""{"issue": {"title": "a\u0000b"}}""", "issue.title")]
    [InlineData("""{"issue": {"custom_fields": {"a\u0000b": 1}}}""", "issue.custom_fields")]
    [InlineData("""{"issue": {"custom_fields": {"x": ["a\u0000b"]}}}""", "issue.custom_fields.x")]
    [InlineData("""{"title": "a\ud800b"}""", "title")]
    [InlineData("""{"title": "a\udc00\ud800b"}""", "title")]
    [InlineData("""{"issue": {"custom_fields": {"x\ud800": 1}}}""", "issue.custom_fields")]
    [InlineData("""{"issue": {"custom_fields": {"x": 1e400}}}""", "issue.custom_fields.x")]
    [InlineData("""{"issue": {"custom_fields": {"x": [-1e999999]}}}""", "issue.custom_fields.x")]
    public async Task Text_and_numbers_that_no_database_stores_are_refused(string body, string path)
    {
        var tenant = await server.NewTenantAsync();

        await SendAsync(tenant, body).RefusedAsync(400, "INVALID_PARAMETER", path);
    }

    [Theory]
    [InlineData("""{"issue": {"title": "a", "title": "b"}}""", "issue.title")]
    [InlineData("""{"issue": {"title": "a"}, "issue": {"title": "b"}}""", "issue")]
    [InlineData("""{"title": "a", "title": "b"}""", "title")]
    [InlineData("""{"issue": {"custom_fields": {"x": {"y": 1, "y": 2}}}}""", "issue.custom_fields.x.y")]
    public async Task A_repeated_member_is_refused(string body, string path)
    {
        var tenant = await server.NewTenantAsync();

        await SendAsync(tenant, body).RefusedAsync(400, "INVALID_PARAMETER", path);
    }

    [Fact]
    public async Task Invalid_utf8_is_refused()
    {
        var tenant = await server.NewTenantAsync();

        foreach (var text in new[] { "{\"issue\": {\"title\": \"a#b\"}}", "{\"issue\": {\"ti#tle\": \"a\"}}", "#{}" })
        {
            var bytes = Encoding.ASCII.GetBytes(text).Select(b => b == '#' ? (byte)0xff : b).ToArray();
            var response = await SendAsync(tenant, new ByteArrayContent(bytes), "application/json");
            var code = (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["code"];

            Assert.Equal(400, (int)response.StatusCode);
            Assert.Contains(code, (string[])["INVALID_JSON", "INVALID_PARAMETER"]);
        }
    }

    [Fact]
    public async Task Nesting_that_could_not_be_answered_again_is_refused()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();

        var deepest = await SendAsync(tenant, Nested(29)).CreatedAsync();
        await tenant.Admin.GetAsync(Issues).OkAsync();
        await tenant.Admin.GetAsync($"{Issues}/{deepest["id"]}/history").OkAsync();
        await SendAsync(tenant, Nested(30)).RefusedAsync(400, "INVALID_PARAMETER");
        await SendAsync(tenant, Nested(61)).RefusedAsync(400, "INVALID_PARAMETER");
        await SendAsync(tenant, Nested(5000)).RefusedAsync(400, "INVALID_JSON");

        static string Nested(int levels) =>
            """{"project_key": "LEGAL", "issue": {"title": "Deep", "custom_fields": {"x": """
            + new string('[', levels)
            + new string(']', levels)
            + "}}}";
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json;charset=\"UTF-8\"")]
    [InlineData("APPLICATION/JSON")]
    public async Task Json_in_utf8_is_read_however_it_is_called(string contentType)
    {
        var tenant = await server.NewTenantAsync();

        var project = await SendAsync(
                tenant,
                new ByteArrayContent("""{"project": {"name": "Büro", "project_key": "BU"}}"""u8.ToArray()),
                contentType,
                "/api/v1/projects"
            )
            .CreatedAsync();

        Assert.Equal("Büro", (string?)project["name"]);
    }

    [Theory]
    [InlineData("application/json; charset=nonsense")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; charset=latin1")]
    [InlineData("application/json; charset=")]
    [InlineData("application/json; charset=\"\"")]
    [InlineData("application/json; charset")]
    [InlineData("application/json; charset=utf-8; charset=latin1")]
    [InlineData("text/json; charset=")]
    [InlineData("nonsense")]
    public async Task Another_charset_or_type_is_refused(string contentType)
    {
        var tenant = await server.NewTenantAsync();

        await SendAsync(tenant, new ByteArrayContent("{}"u8.ToArray()), contentType).RefusedAsync(415, "UNSUPPORTED_MEDIA_TYPE");
    }

    [Fact]
    public async Task A_body_without_a_content_type_is_refused()
    {
        var tenant = await server.NewTenantAsync();

        await tenant.Admin.PostAsync(Issues, new ByteArrayContent("{}"u8.ToArray())).RefusedAsync(415, "UNSUPPORTED_MEDIA_TYPE");
    }

    [Fact]
    public async Task Numbers_of_any_size_that_json_allows_do_not_break_the_server()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();

        foreach (
            var points in new[]
            {
                "79228162514264337593543950335",
                "-1",
                "0.0000000000000000000000000001",
                "123456789012",
                "1e28",
            }
        )
        {
            var response = await SendAsync(
                tenant,
                $$$"""{"project_key": "LEGAL", "issue": {"title": "Points", "story_points": {{{points}}} }}"""
            );

            Assert.True((int)response.StatusCode is 201 or 422, $"{points}: {response.StatusCode}");
        }
    }

    [Theory]
    [InlineData("""{"project_key": "LEGAL", "issue": {"title": "A", "project_id": null, "project_key": null}}""")]
    [InlineData("""{"project_key": null, "issue": {"title": "A", "project_id": "LEGAL"}}""")]
    [InlineData("""{"project_id": "LEGAL", "issue": {"title": "A", "project_key": "legal"}}""")]
    [InlineData(
        """{"project_key": "LEGAL", "issue": {"title": "A", "priority": null, "issue_type": null, "status": null"""
            + """, "assignee_id": null, "labels": null}}"""
    )]
    public async Task A_null_says_nothing_and_hides_nothing(string body)
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();

        var issue = await SendAsync(tenant, body).CreatedAsync();

        Assert.Equal("LEGAL", (string?)issue["project_key"]);
        Assert.Equal("medium", (string?)issue["priority"]);
    }

    [Fact]
    public async Task A_null_under_one_name_does_not_hide_a_value_under_another()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();

        foreach (
            var names in new[]
            {
                $"\"assignee_id\": null, \"assigned_to\": {tenant.AdminId}",
                $"\"assigned_to\": null, \"assignee_id\": \"{tenant.AdminId}\"",
            }
        )
        {
            var issue = await SendAsync(tenant, $$$"""{"project_key": "LEGAL", "issue": {"title": "A", {{{names}}}}}""")
                .CreatedAsync();
            Assert.Equal(tenant.AdminId, (long?)issue["assignee_id"]);
        }
    }

    [Theory]
    [InlineData("""{"project_key": "LEGAL", "issue": {"title": "A", "project_key": "OTHER"}}""", "issue.project_key")]
    [InlineData("""{"project_key": "LEGAL", "project_id": "OTHER", "issue": {"title": "A"}}""", "project_key")]
    [InlineData("""{"project_key": "LEGAL", "issue": {"title": "A", "assignee_id": 1, "assigned_to": 2}}""", "assigned_to")]
    public async Task Names_of_one_field_must_not_contradict_each_other(string body, string field)
    {
        var tenant = await server.NewTenantAsync();

        await SendAsync(tenant, body).RefusedAsync(400, "INVALID_PARAMETER", field);
    }

    [Fact]
    public async Task A_change_of_nothing_but_nulls_keeps_what_cannot_be_empty()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await tenant.AddIssueAsync(
            title: "Kept",
            fields: new
            {
                priority = "lowest",
                issue_type = "Bug",
                description = "Gone",
            }
        );

        var issue = await tenant
            .Admin.PatchJsonAsync(
                "/api/v1/issues/LEGAL-1",
                new
                {
                    title = (string?)null,
                    priority = (string?)null,
                    issue_type = (string?)null,
                    status = (string?)null,
                    description = (string?)null,
                }
            )
            .OkAsync();
        var project = await tenant
            .Admin.PatchJsonAsync(
                "/api/v1/projects/LEGAL",
                new
                {
                    name = (string?)null,
                    status = (string?)null,
                    visibility = (string?)null,
                    workflow_auto_boards = (bool?)null,
                }
            )
            .OkAsync();

        var user = await tenant
            .Admin.PatchJsonAsync(
                $"/api/v1/users/{tenant.AdminId}",
                new
                {
                    name = (string?)null,
                    role = (string?)null,
                    deactivated = (bool?)null,
                    expertise_tags = (string[]?)null,
                }
            )
            .OkAsync();

        Assert.Equal(["Ada Admin", "admin"], ((string[])["name", "role"]).Select(f => (string?)user[f]));
        Assert.False((bool?)user["deactivated"]);
        Assert.Empty(user["expertise_tags"]!.AsArray());
        Assert.Equal(
            ["Kept", "lowest", "Bug", null],
            ((string[])["title", "priority", "issue_type", "description"]).Select(f => (string?)issue[f])
        );
        Assert.Equal(
            ["Project LEGAL", "active", "team"],
            ((string[])["name", "status", "visibility"]).Select(f => (string?)project[f])
        );
    }

    [Fact]
    public async Task Naming_its_own_project_changes_nothing_about_an_issue()
    {
        var tenant = await server.NewTenantAsync();
        var project = await tenant.AddProjectAsync();
        await tenant.AddProjectAsync("OTHER");
        await tenant.AddIssueAsync();

        foreach (
            var own in new object[]
            {
                new { project_id = (long)project["id"]!, issue = new { } },
                new { issue = new { project_key = "legal" } },
                new { project_id = $"{project["id"]}", title = "An issue" },
            }
        )
            await tenant.Admin.PatchJsonAsync("/api/v1/issues/LEGAL-1", own).OkAsync();
        await tenant
            .Admin.PatchJsonAsync("/api/v1/issues/LEGAL-1", new { project_key = "OTHER" })
            .RefusedAsync(422, "VALIDATION_ERROR", "issue.project_id");
    }

    private static Task<HttpResponseMessage> SendAsync(Tenant tenant, string body) =>
        SendAsync(tenant, new ByteArrayContent(Encoding.UTF8.GetBytes(body)), "application/json");

    private static Task<HttpResponseMessage> SendAsync(
        Tenant tenant,
        HttpContent content,
        string contentType,
        string path = Issues
    )
    {
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return tenant.Admin.PostAsync(path, content);
    }
}
