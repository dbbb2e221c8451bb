using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;
using NJsonSchema;

namespace Kiket.Api.Tests.Http;

/// <summary>Query strings, paths and conditional headers that no well-behaved client sends.</summary>
public sealed class QueryTests(KiketServer server)
{
    [Theory]
    [InlineData("search=a%00b", "search")]
    [InlineData("status=%00", "status")]
    [InlineData("page=one", "page")]
    [InlineData("page=0", "page")]
    [InlineData("page=1&page=2", "page")]
    [InlineData("page=99999999999999", "page")]
    [InlineData("per_page=101", "per_page")]
    [InlineData("per_page=-1", "per_page")]
    [InlineData("sort=nonsense", "sort")]
    [InlineData("sort=title%20up", "sort")]
    [InlineData("sort=title,,key", "sort")]
    [InlineData("priority=urgent", "priority")]
    [InlineData("priority=3", "priority")]
    [InlineData("milestone_id=x", "milestone_id")]
    [InlineData("milestone_id=99999999999999999999", "milestone_id")]
    [InlineData("project=%20", "project")]
    [InlineData("assignee=nobody", "assignee")]
    [InlineData("created_after=soon", "created_after")]
    [InlineData("created_after=10:00", "created_after")]
    [InlineData("created_after=5", "created_after")]
    [InlineData("created_after=12/31/2025", "created_after")]
    [InlineData("created_after=2025-12-01T10:00:00+02:00", "created_after")]
    [InlineData("created_before=0001-01-01T00:00:00%2B14:00", "created_before")]
    [InlineData("due_after=2026-02-30", "due_after")]
    [InlineData("Status=todo", "Status")]
    [InlineData("%FF=1", null)]
    public async Task A_parameter_that_cannot_be_read_is_refused_by_name(string query, string? parameter)
    {
        var tenant = await server.NewTenantAsync();

        await tenant.Admin.GetAsync($"/api/v1/issues?{query}").RefusedAsync(400, "INVALID_PARAMETER", parameter);
    }

    [Theory]
    [InlineData("issues", "sort", "id", 5)]
    [InlineData("projects", "sort", "name", 5)]
    [InlineData("issues", "status", "todo", 100)]
    [InlineData("issues", "assignee", "me", 100)]
    [InlineData("issues", "label", "urgent", 100)]
    [InlineData("issues", "priority", "high", 100)]
    [InlineData("issues", "parent_id", "1", 100)]
    [InlineData("events", "types", "issue.created", 100)]
    [InlineData("webhook_deliveries", "event", "issue.created", 100)]
    public async Task A_list_of_values_has_a_limit(string list, string parameter, string value, int limit)
    {
        var tenant = await server.NewTenantAsync();

        await GetAsync(limit).OkAsync();
        await GetAsync(limit + 1).RefusedAsync(400, "INVALID_PARAMETER", parameter);
        await GetAsync(7_000 / (value.Length + 1)).RefusedAsync(400, "INVALID_PARAMETER", parameter); // a whole request line

        Task<HttpResponseMessage> GetAsync(int count) =>
            tenant.Admin.GetAsync($"/api/v1/{list}?{parameter}={string.Join(',', Enumerable.Repeat(value, count))}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("page=2147483647&per_page=100")]
    [InlineData("organization=acme&product_installation=5")]
    [InlineData("search=%FF%FE")]
    [InlineData("search=%25_%27%22")]
    [InlineData("project=NONE")]
    [InlineData("created_after=2025-12-01T10:00:00%2B02:00")]
    [InlineData("created_after=2025-12-01&created_before=2025-12-01T10:00:00.1234567Z")]
    [InlineData("sort=priority+desc,id+asc")]
    public async Task Any_other_query_is_answered(string query)
    {
        var tenant = await server.NewTenantAsync();

        var page = await tenant.Admin.GetAsync($"/api/v1/issues?{query}").OkAsync();

        Assert.Equal(0, (int?)page["meta"]!["total"]);
    }

    [Theory]
    [InlineData("project")]
    [InlineData("project_id")]
    [InlineData("status")]
    [InlineData("assignee")]
    [InlineData("label")]
    [InlineData("issue_type")]
    [InlineData("priority")]
    [InlineData("milestone_id")]
    [InlineData("parent_id")]
    [InlineData("sla")]
    [InlineData("search")]
    [InlineData("created_after")]
    [InlineData("due_before")]
    [InlineData("sort")]
    [InlineData("page")]
    public async Task An_empty_parameter_is_refused(string parameter)
    {
        var tenant = await server.NewTenantAsync();

        foreach (var value in new[] { "", "=", "=%20", "=,", "=,%20,", "=x&" + parameter + "=" })
            await tenant.Admin.GetAsync($"/api/v1/issues?{parameter}{value}").RefusedAsync(400, "INVALID_PARAMETER", parameter);
    }

    [Fact]
    public async Task Every_route_refuses_each_of_its_parameters_when_it_is_empty()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var document = await OpenApi.ApiDocument.ReadAsync(server);
        var passed = new List<string>();

        foreach (var route in ApiRoute.All(server).Where(r => r.Method == "GET"))
        {
            foreach (
                var parameter in document
                    .Find("GET", route.Path)!
                    .Parameters.Where(p => p.Kind is NSwag.OpenApiParameterKind.Query)
            )
            {
                var response = await tenant.Admin.GetAsync($"{route.Sample}?{parameter.Name}=");
                if ((int)response.StatusCode != 400)
                    passed.Add($"{route}?{parameter.Name}= is {(int)response.StatusCode}");
            }
        }

        Assert.Empty(passed);
    }

    [Fact]
    public async Task Every_route_refuses_each_of_its_numbers_and_truth_values_by_name_when_it_is_neither()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var document = await OpenApi.ApiDocument.ReadAsync(server);
        var (passed, names) = (new List<string>(), new HashSet<string>());

        foreach (var route in ApiRoute.All(server).Where(r => r.Method == "GET"))
        {
            foreach (
                var parameter in document
                    .Find("GET", route.Path)!
                    .Parameters.Where(p => p.Kind is NSwag.OpenApiParameterKind.Query)
                    .Where(p => (p.ActualSchema.Type & (JsonObjectType.Integer | JsonObjectType.Boolean)) != 0)
            )
            {
                names.Add(parameter.Name);
                foreach (var value in (string[])["x", "1.5", "99999999999999999999", $"1&{parameter.Name}=2"])
                {
                    var response = await tenant.Admin.GetAsync($"{route.Sample}?{parameter.Name}={value}");
                    var body = await response.Content.ReadAsStringAsync();
                    if ((int)response.StatusCode != 400 || !body.Contains($" {parameter.Name}", StringComparison.Ordinal))
                        passed.Add($"{route}?{parameter.Name}={value} is {(int)response.StatusCode}: {body}");
                }
            }
        }

        Assert.Empty(passed);
        Assert.Superset(
            new HashSet<string> { "page", "limit", "after", "actor_id", "weeks", "unread", "include_records" },
            names
        );
    }

    [Theory]
    [InlineData("issues?project=LEGAL&project_key=OTHER", 400)]
    [InlineData("issues?project_id=1&project_key=OTHER", 400)]
    [InlineData("issues?project=LEGAL&project_key=legal", 200)]
    [InlineData("issues?assignee=me&assigned_to=unassigned", 400)]
    [InlineData("issues?assignee_id=1&assigned_to=2", 400)]
    [InlineData("issues?assignee_id=me&assigned_to=me", 200)]
    [InlineData("issue_schema?project_id=LEGAL&project_key=OTHER", 400)]
    [InlineData("capacity/team?project_id=LEGAL&project=OTHER", 400)]
    [InlineData("workflows?project=LEGAL&project_key=OTHER", 400)]
    [InlineData("definitions?project=LEGAL&project_id=OTHER", 400)]
    [InlineData("sla_events?project_id=LEGAL&project_key=OTHER", 400)]
    [InlineData("custom_data/a/b?project_id=LEGAL&project_key=OTHER", 400)]
    public async Task Names_of_one_parameter_must_not_contradict_each_other(string address, int status)
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();

        var response = await tenant.Admin.GetAsync($"/api/v1/{address}");

        Assert.True(status == (int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("1.0")]
    [InlineData("1e0")]
    [InlineData("%2B1")]
    [InlineData("%201")]
    [InlineData("01")]
    [InlineData("0x1")]
    public async Task An_id_is_digits_and_nothing_else(string id)
    {
        var tenant = await server.NewTenantAsync();

        foreach (var parameter in new[] { "milestone_id", "parent_id", "assignee" })
            Assert.Equal(
                id == "%201" ? 200 : 400,
                (int)(await tenant.Admin.GetAsync($"/api/v1/issues?{parameter}={id}")).StatusCode
            );
    }

    [Theory]
    [InlineData("%2B{0}")]
    [InlineData("0{0}")]
    [InlineData("%20{0}")]
    [InlineData("{0}.0")]
    [InlineData("{0}e0")]
    public async Task An_id_that_exists_is_found_in_one_spelling(string spelling)
    {
        var tenant = await server.NewTenantAsync();
        var project = await tenant.AddProjectAsync();
        var issue = await tenant.AddIssueAsync();
        string Id(JsonNode of) => string.Format(null, spelling, (long)of["id"]!);

        await tenant.Admin.GetAsync($"/api/v1/issues/{Id(issue)}").RefusedAsync(404, "ISSUE_NOT_FOUND");
        await tenant.Admin.GetAsync($"/api/v1/projects/{Id(project)}").RefusedAsync(404, "PROJECT_NOT_FOUND");
        Assert.Empty((await tenant.Admin.GetAsync($"/api/v1/issues?project={Id(project)}").OkAsync())["data"]!.AsArray());
        await tenant
            .Admin.PostJsonAsync(
                "/api/v1/projects/LEGAL/members",
                new { user_id = Uri.UnescapeDataString(string.Format(null, spelling, tenant.AdminId)), role = "lead" }
            )
            .RefusedAsync(422, "VALIDATION_ERROR", "member.user_id");
    }

    [Theory]
    [InlineData("search", "+")]
    [InlineData("label", "&label=")]
    [InlineData("status", ",")]
    [InlineData("assignee_id", ",")]
    [InlineData("milestone_id", ",")]
    public async Task A_very_long_query_is_answered_or_refused(string parameter, string separator)
    {
        var tenant = await server.NewTenantAsync();
        var values = Enumerable.Repeat("1", 8000 / (separator.Length + 1));

        var response = await tenant.Admin.GetAsync($"/api/v1/issues?{parameter}={string.Join(separator, values)}");

        Assert.True((int)response.StatusCode is 200 or 400, $"{response.StatusCode}");
    }

    [Fact]
    public async Task An_address_that_is_too_long_is_refused()
    {
        var tenant = await server.NewTenantAsync();

        var response = await tenant.Admin.GetAsync($"/api/v1/issues?search={new string('x', 20_000)}");

        Assert.Equal(414, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("LEGAL%2F1")]
    [InlineData("LEGAL%2D1%20")]
    [InlineData("%F0%9F%A6%86")]
    [InlineData("99999999999999999999")]
    [InlineData("-1")]
    [InlineData("..%2F..%2Fhealth")]
    public async Task A_path_that_names_nothing_is_not_found(string reference)
    {
        var tenant = await server.NewTenantAsync();

        await tenant.Admin.GetAsync($"/api/v1/issues/{reference}").RefusedAsync(404, "ISSUE_NOT_FOUND");
        await tenant.Admin.GetAsync($"/api/v1/projects/{reference}").RefusedAsync(404, "PROJECT_NOT_FOUND");
    }

    [Theory]
    [InlineData("{0}", 304)]
    [InlineData("W/{0}", 304)]
    [InlineData("\"other\", {0}", 304)]
    [InlineData("*", 304)]
    [InlineData("\"other\"", 200)]
    [InlineData("\"1\"", 200)]
    [InlineData("nonsense", 200)]
    [InlineData("\"", 200)]
    public async Task If_none_match_is_read_as_rfc_9110_says(string header, int status)
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var tag = (await tenant.Admin.GetAsync("/api/v1/projects/LEGAL")).Headers.ETag!.ToString();

        var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/projects/LEGAL");
        request.Headers.TryAddWithoutValidation("If-None-Match", string.Format(null, header, tag));
        var response = await tenant.Admin.SendAsync(request);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(tag, response.Headers.ETag!.ToString());
        Assert.Equal(status == 304, (await response.Content.ReadAsByteArrayAsync()).Length == 0);
    }

    [Theory]
    [InlineData("{0}", 200)]
    [InlineData("\"{1}\"", 200)]
    [InlineData("{1}", 200)]
    [InlineData("*", 200)]
    [InlineData("\"999\", {0}", 200)]
    [InlineData("{0},\"other\"", 200)]
    [InlineData(", W/\"x\" ,, {0} ,", 200)]
    [InlineData("\"a,b\", {0}", 200)]
    [InlineData("W/{0}", 412)]
    [InlineData("\"999\"", 412)]
    [InlineData("\"999-0123456789abcdef\"", 412)]
    [InlineData("\"998\", \"999\"", 412)]
    [InlineData("\"unknown\"", 412)]
    [InlineData("\"\"", 412)]
    [InlineData("\"99999999999\"", 412)]
    [InlineData("nonsense", 400)]
    [InlineData("*, {0}", 400)]
    [InlineData("\"open", 400)]
    [InlineData("{0} {0}", 400)]
    public async Task If_match_is_read_as_rfc_9110_says(string header, int status)
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var read = await tenant.Admin.GetAsync("/api/v1/projects/LEGAL");
        var project = await Task.FromResult(read).OkAsync();

        var response = await tenant.Admin.PatchJsonAsync(
            "/api/v1/projects/LEGAL",
            new { name = "Renamed" },
            string.Format(null, header, read.Headers.ETag, project["version"])
        );

        Assert.True(status == (int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
