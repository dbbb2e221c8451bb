using System.Net;
using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Users;

public sealed class UserEndpointsTests(KiketServer server)
{
    private static readonly string[] UserKeys =
    [
        "avatar_url",
        "capacity",
        "created_at",
        "days_off",
        "deactivated",
        "email",
        "expertise_tags",
        "historical_velocity",
        "id",
        "name",
        "organization_id",
        "role",
        "super_admin",
        "updated_at",
        "version",
    ];

    [Fact]
    public async Task A_user_has_every_key_of_the_contract()
    {
        var tenant = await server.NewTenantAsync();

        var user = await tenant.Admin.GetAsync($"/api/v1/users/{tenant.AdminId}").OkAsync();

        Assert.Equal(UserKeys, KeysOf(user));
        Assert.Equal(tenant.AdminId, (long)user["id"]!);
        Assert.Equal("admin@example.com", (string?)user["email"]);
        Assert.Equal("Ada Admin", (string?)user["name"]);
        Assert.Equal("admin", (string?)user["role"]);
        Assert.Equal(tenant.OrganizationId, (long)user["organization_id"]!);
        Assert.Empty(user["expertise_tags"]!.AsArray());
        Assert.Null(user["capacity"]);
        Assert.False((bool)user["deactivated"]!);
    }

    [Fact]
    public async Task The_list_has_its_own_envelope_the_same_objects_and_exact_totals()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddUserAsync(OrganizationRole.Developer);
        await tenant.AddUserAsync(OrganizationRole.Viewer);

        var list = await tenant.Admin.GetAsync("/api/v1/users?per_page=2&sort=id%20desc").OkAsync();
        var last = await tenant.Admin.GetAsync("/api/v1/users?per_page=2&page=2&sort=id%20desc").OkAsync();

        Assert.Equal(2, list["users"]!.AsArray().Count);
        Assert.Equal(
            """{"total":3,"page":1,"per_page":2,"total_pages":2,"total_count":3,"current_page":1}""",
            list["meta"]!.ToJsonString()
        );
        var admin = Assert.Single(last["users"]!.AsArray());
        Assert.Equal(
            (await tenant.Admin.GetAsync($"/api/v1/users/{tenant.AdminId}").OkAsync()).ToJsonString(),
            admin!.ToJsonString()
        );
    }

    [Fact]
    public async Task The_list_can_be_narrowed_to_roles()
    {
        var tenant = await server.NewTenantAsync();
        var (developer, _) = await tenant.AddUserAsync(OrganizationRole.Developer);
        var (manager, _) = await tenant.AddUserAsync(OrganizationRole.ProjectManager);
        await tenant.AddUserAsync(OrganizationRole.Viewer);

        var list = await tenant.Admin.GetAsync("/api/v1/users?role=developer,project_manager").OkAsync();

        Assert.Equal([developer, manager], list["users"]!.AsArray().Select(u => (long)u!["id"]!));
    }

    [Theory]
    [InlineData("role=boss", "role")]
    [InlineData("page=0", "page")]
    [InlineData("per_page=101", "per_page")]
    [InlineData("sort=capacity%20desc", "sort")]
    [InlineData("sort=name%20sideways", "sort")]
    [InlineData("team=legal", "team")]
    public async Task A_parameter_that_cannot_be_meant_is_refused(string query, string parameter)
    {
        var tenant = await server.NewTenantAsync();

        await tenant.Admin.GetAsync($"/api/v1/users?{query}").RefusedAsync(400, "INVALID_PARAMETER", parameter);
    }

    [Theory]
    [InlineData("name")]
    [InlineData("email")]
    [InlineData("role")]
    [InlineData("created_at")]
    [InlineData("updated_at")]
    public async Task The_list_can_be_sorted_both_ways(string field)
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddUserAsync(OrganizationRole.Developer);
        await tenant.AddUserAsync(OrganizationRole.Viewer);

        var up = (await tenant.Admin.GetAsync($"/api/v1/users?sort={field}").OkAsync())["users"]!
            .AsArray()
            .Select(u => (long)u!["id"]!);
        var down = (await tenant.Admin.GetAsync($"/api/v1/users?sort={field}+desc").OkAsync())["users"]!
            .AsArray()
            .Select(u => (long)u!["id"]!);

        Assert.Equal(3, up.Count());
        Assert.Equal(up, down.Reverse());
    }

    [Theory]
    [InlineData("/api/v1/users/current")]
    [InlineData("/api/v1/me")]
    public async Task Any_token_may_ask_who_it_is(string path)
    {
        var tenant = await server.NewTenantAsync();
        var (id, viewer) = await tenant.AddUserAsync(OrganizationRole.Viewer, "issues:read");

        var me = await viewer.GetAsync(path).OkAsync();

        Assert.Equal([.. UserKeys.Append("organization").Order()], KeysOf(me));
        Assert.Equal(id, (long)me["id"]!);
        Assert.Equal(["id", "name", "slug"], KeysOf(me["organization"]!));
        Assert.Equal(tenant.OrganizationId, (long)me["organization"]!["id"]!);
        Assert.StartsWith("organization-", (string?)me["organization"]!["slug"], StringComparison.Ordinal);
        Assert.StartsWith("Organization ", (string?)me["organization"]!["name"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_who_has_not_changed_need_not_be_sent_again()
    {
        var tenant = await server.NewTenantAsync();
        var path = $"/api/v1/users/{tenant.AdminId}";
        var tag = (await tenant.Admin.GetAsync(path)).Headers.ETag;

        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.IfNoneMatch.Add(tag!);

        Assert.Equal(HttpStatusCode.NotModified, (await tenant.Admin.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task Users_of_another_organization_do_not_exist()
    {
        var (mine, other) = (await server.NewTenantAsync(), await server.NewTenantAsync());

        await mine.Admin.GetAsync($"/api/v1/users/{other.AdminId}").RefusedAsync(404, "USER_NOT_FOUND");
        await mine
            .Admin.PatchJsonAsync($"/api/v1/users/{other.AdminId}", new { user = new { name = "Mine" } })
            .RefusedAsync(404, "USER_NOT_FOUND");
        var list = await mine.Admin.GetAsync("/api/v1/users").OkAsync();
        Assert.Equal(mine.AdminId, (long)Assert.Single(list["users"]!.AsArray())!["id"]!);
    }

    [Fact]
    public async Task An_id_that_is_not_a_number_is_refused()
    {
        var tenant = await server.NewTenantAsync();

        await tenant.Admin.GetAsync("/api/v1/users/ada").RefusedAsync(400, "INVALID_PARAMETER", "user");
    }

    [Fact]
    public async Task Everybody_reads_users_and_only_administrators_change_them()
    {
        var tenant = await server.NewTenantAsync();
        foreach (var role in Enum.GetValues<OrganizationRole>().Where(r => r is not OrganizationRole.Admin))
        {
            var (id, client) = await tenant.AddUserAsync(role);

            await client.GetAsync("/api/v1/users").OkAsync();
            await client
                .PatchJsonAsync($"/api/v1/users/{id}", new { user = new { role = "admin" } })
                .RefusedAsync(403, "FORBIDDEN");
            await client
                .PostJsonAsync("/api/v1/users", new { user = new { email = "eve@example.com", role = "admin" } })
                .RefusedAsync(403, "FORBIDDEN");
        }
    }

    [Fact]
    public async Task An_administrator_changes_what_may_be_changed()
    {
        var tenant = await server.NewTenantAsync();
        var (id, client) = await tenant.AddUserAsync(OrganizationRole.Developer);

        var changed = await tenant
            .Admin.PatchJsonAsync(
                $"/api/v1/users/{id}",
                new
                {
                    user = new
                    {
                        name = " Grace ",
                        role = "project_manager",
                        capacity = "12.50",
                        expertise_tags = new[] { "law", "tax" },
                    },
                }
            )
            .OkAsync();

        Assert.Equal("Grace", (string?)changed["name"]);
        Assert.Equal("project_manager", (string?)changed["role"]);
        Assert.Equal("12.5", changed["capacity"]!.ToJsonString());
        Assert.Equal(["law", "tax"], changed["expertise_tags"]!.AsArray().Select(t => (string?)t));
        Assert.Equal(2, (int)changed["version"]!);
        Assert.Equal(changed.ToJsonString(), (await client.GetAsync($"/api/v1/users/{id}").OkAsync()).ToJsonString());
    }

    [Fact]
    public async Task A_bare_body_is_taken_too_and_null_clears_the_capacity()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.Admin.PatchJsonAsync($"/api/v1/users/{tenant.AdminId}", new { capacity = 8 }).OkAsync();

        var cleared = await tenant
            .Admin.PatchJsonAsync($"/api/v1/users/{tenant.AdminId}", new { capacity = (int?)null })
            .OkAsync();

        Assert.Null(cleared["capacity"]);
    }

    [Theory]
    [InlineData("""{"user":{"capacity":-1}}""", 422, "VALIDATION_ERROR", "user.capacity")]
    [InlineData("""{"user":{"capacity":1.234}}""", 422, "VALIDATION_ERROR", "user.capacity")]
    [InlineData("""{"user":{"capacity":"many"}}""", 422, "VALIDATION_ERROR", "user.capacity")]
    [InlineData("""{"user":{"name":""}}""", 422, "VALIDATION_ERROR", "user.name")]
    [InlineData("""{"user":{"role":"boss"}}""", 422, "VALIDATION_ERROR", "user.role")]
    [InlineData("""{"user":{"deactivated":"maybe"}}""", 422, "VALIDATION_ERROR", "user.deactivated")]
    [InlineData("""{"user":{"expertise_tags":[""]}}""", 422, "VALIDATION_ERROR", "user.expertise_tags")]
    [InlineData("""{"user":{"expertise_tags":[null]}}""", 422, "VALIDATION_ERROR", "user.expertise_tags")]
    [InlineData("""{"user":{"expertise_tags":[5]}}""", 422, "VALIDATION_ERROR", "user.expertise_tags")]
    [InlineData("""{"user":{"email":"new@example.com"}}""", 400, "INVALID_PARAMETER", "user.email")]
    [InlineData("""{"user":{"super_admin":true}}""", 400, "INVALID_PARAMETER", "user.super_admin")]
    [InlineData("""{"user":""", 400, "INVALID_JSON", null)]
    public async Task A_bad_change_is_refused_and_changes_nothing(string body, int status, string code, string? field)
    {
        var tenant = await server.NewTenantAsync();
        var path = $"/api/v1/users/{tenant.AdminId}";
        var before = await tenant.Admin.GetAsync(path).OkAsync();

        await tenant
            .Admin.PatchAsync(path, new StringContent(body, System.Text.Encoding.UTF8, "application/json"))
            .RefusedAsync(status, code, field);

        Assert.Equal(before.ToJsonString(), (await tenant.Admin.GetAsync(path).OkAsync()).ToJsonString());
    }

    [Fact]
    public async Task A_change_on_a_stale_version_is_refused()
    {
        var tenant = await server.NewTenantAsync();
        var path = $"/api/v1/users/{tenant.AdminId}";
        var tag = (await tenant.Admin.GetAsync(path)).Headers.ETag!.Tag;
        await tenant.Admin.PatchJsonAsync(path, new { user = new { capacity = 5 } }, ifMatch: tag).OkAsync();

        await tenant
            .Admin.PatchJsonAsync(path, new { user = new { capacity = 6 } }, ifMatch: tag)
            .RefusedAsync(412, "PRECONDITION_FAILED");
    }

    [Fact]
    public async Task The_only_administrator_can_be_neither_demoted_nor_deactivated()
    {
        var tenant = await server.NewTenantAsync();
        var path = $"/api/v1/users/{tenant.AdminId}";

        await tenant
            .Admin.PatchJsonAsync(path, new { user = new { role = "developer" } })
            .RefusedAsync(422, "VALIDATION_ERROR", "user.role");
        await tenant
            .Admin.PatchJsonAsync(path, new { user = new { deactivated = true } })
            .RefusedAsync(422, "VALIDATION_ERROR", "user.role");
    }

    [Fact]
    public async Task An_administrator_can_go_when_another_one_stays()
    {
        var tenant = await server.NewTenantAsync();
        var (_, other) = await tenant.AddUserAsync(OrganizationRole.Admin);

        await tenant.Admin.PatchJsonAsync($"/api/v1/users/{tenant.AdminId}", new { user = new { role = "viewer" } }).OkAsync();

        await tenant
            .Admin.PatchJsonAsync($"/api/v1/users/{tenant.AdminId}", new { user = new { role = "admin" } })
            .RefusedAsync(403, "FORBIDDEN");
        await other.PatchJsonAsync($"/api/v1/users/{tenant.AdminId}", new { user = new { role = "admin" } }).OkAsync();
    }

    [Fact]
    public async Task An_administrator_who_has_not_accepted_or_is_deactivated_does_not_count_as_another_one()
    {
        var tenant = await server.NewTenantAsync();
        await tenant
            .Admin.PostJsonAsync("/api/v1/users", new { user = new { email = "late@example.com", role = "admin" } })
            .CreatedAsync();
        var (gone, _) = await tenant.AddUserAsync(OrganizationRole.Admin);
        await tenant.Admin.PatchJsonAsync($"/api/v1/users/{gone}", new { user = new { deactivated = true } }).OkAsync();

        await tenant
            .Admin.PatchJsonAsync($"/api/v1/users/{tenant.AdminId}", new { user = new { role = "developer" } })
            .RefusedAsync(422, "VALIDATION_ERROR", "user.role");
    }

    [Fact]
    public async Task One_of_the_administrators_who_demote_each_other_at_once_remains()
    {
        for (var round = 0; round < 5; round++)
        {
            var tenant = await server.NewTenantAsync();
            var (second, secondClient) = await tenant.AddUserAsync(OrganizationRole.Admin);

            await Task.WhenAll(
                tenant.Admin.PatchJsonAsync($"/api/v1/users/{second}", new { user = new { role = "viewer" } }),
                secondClient.PatchJsonAsync($"/api/v1/users/{tenant.AdminId}", new { user = new { deactivated = true } }),
                tenant.Admin.PatchJsonAsync($"/api/v1/users/{tenant.AdminId}", new { user = new { role = "viewer" } }),
                secondClient.PatchJsonAsync($"/api/v1/users/{second}", new { user = new { role = "developer" } })
            );

            var asked = await Task.WhenAll(tenant.Admin.GetAsync("/api/v1/me"), secondClient.GetAsync("/api/v1/me"));
            var roles = new List<string?>();
            foreach (var response in asked.Where(r => r.IsSuccessStatusCode))
                roles.Add((string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["role"]);
            Assert.Equal("admin", Assert.Single(roles, role => role == "admin"));
        }
    }

    [Fact]
    public async Task A_deactivated_user_is_out_at_once_and_comes_back_with_new_tokens_only()
    {
        var tenant = await server.NewTenantAsync();
        var (id, client) = await tenant.AddUserAsync(OrganizationRole.Developer);

        await tenant.Admin.PatchJsonAsync($"/api/v1/users/{id}", new { user = new { deactivated = true } }).OkAsync();
        await client.GetAsync("/api/v1/me").RefusedAsync(401, "AUTH_INVALID_TOKEN");

        await tenant.Admin.PatchJsonAsync($"/api/v1/users/{id}", new { user = new { deactivated = false } }).OkAsync();
        await client.GetAsync("/api/v1/me").RefusedAsync(401, "AUTH_INVALID_TOKEN");
    }

    private static string[] KeysOf(JsonNode node) => [.. node.AsObject().Select(p => p.Key).Order(StringComparer.Ordinal)];
}
