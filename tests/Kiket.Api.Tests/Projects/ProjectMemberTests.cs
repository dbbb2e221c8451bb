using System.Text;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Projects;

public sealed class ProjectMemberTests(KiketServer server)
{
    private const string Members = "/api/v1/projects/LEGAL/members";

    [Fact]
    public async Task A_member_is_the_whole_user_with_a_role_in_the_project()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var (id, client) = await tenant.AddUserAsync(OrganizationRole.Developer);

        var added = await tenant.Admin.PostJsonAsync(Members, new { member = new { user_id = id } }).CreatedAsync();
        var list = await client.GetAsync("/api/v1/projects/legal/members").OkAsync();
        var user = (await client.GetAsync($"/api/v1/users/{id}").OkAsync()).AsObject();

        Assert.Equal("member", (string?)added["project_role"]);
        Assert.Equal(1, (int)list["meta"]!["total_count"]!);
        Assert.Equal(added.ToJsonString(), Assert.Single(list["members"]!.AsArray())!.ToJsonString());
        Assert.Empty(added["team_roles"]!.AsArray());
        added.AsObject().Remove("project_role");
        added.AsObject().Remove("team_roles");
        Assert.Equal(user.ToJsonString(), added.ToJsonString());
    }

    [Fact]
    public async Task A_member_who_is_added_again_has_the_new_role()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var (id, client) = await tenant.AddUserAsync(OrganizationRole.Developer);
        await tenant.Admin.PostJsonAsync(Members, new { user_id = $"{id}", role = "viewer" }).CreatedAsync();
        await client.PostJsonAsync(Members, new { user_id = id, role = "lead" }).RefusedAsync(403, "FORBIDDEN");

        var changed = await tenant.Admin.PostJsonAsync(Members, new { member = new { user_id = id, role = "lead" } }).OkAsync();

        Assert.Equal("lead", (string?)changed["project_role"]);
        await client.PostJsonAsync(Members, new { user_id = tenant.AdminId, role = "viewer" }).CreatedAsync();
        Assert.Equal(2, (int)(await client.GetAsync(Members).OkAsync())["meta"]!["total"]!);
    }

    [Fact]
    public async Task A_private_project_opens_to_a_member_and_closes_again()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync("LEGAL", "private");
        var (id, client) = await tenant.AddUserAsync(OrganizationRole.Developer);
        await client.GetAsync(Members).RefusedAsync(404, "PROJECT_NOT_FOUND");

        await tenant.Admin.PostJsonAsync(Members, new { user_id = id }).CreatedAsync();
        await client.GetAsync(Members).OkAsync();

        var answer = await tenant.Admin.DeleteAsync($"{Members}/{id}").OkAsync();
        Assert.Equal("""{"success":true}""", answer.ToJsonString());
        await client.GetAsync(Members).RefusedAsync(404, "PROJECT_NOT_FOUND");
        await tenant.Admin.DeleteAsync($"{Members}/{id}").RefusedAsync(404, "MEMBER_NOT_FOUND");
    }

    [Fact]
    public async Task The_lead_of_the_project_is_a_member_and_stays_one()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var (id, _) = await tenant.AddUserAsync(OrganizationRole.Developer);
        await tenant.Admin.PatchJsonAsync("/api/v1/projects/LEGAL", new { project = new { lead_id = id } }).OkAsync();

        var list = await tenant.Admin.GetAsync(Members).OkAsync();

        Assert.Equal("lead", (string?)Assert.Single(list["members"]!.AsArray())!["project_role"]);
        await tenant.Admin.DeleteAsync($"{Members}/{id}").RefusedAsync(422, "VALIDATION_ERROR", "member.user_id");
        await tenant
            .Admin.PostJsonAsync(Members, new { user_id = id, role = "viewer" })
            .RefusedAsync(422, "VALIDATION_ERROR", "member.user_id");
    }

    [Theory]
    [InlineData(OrganizationRole.Viewer, 403)]
    [InlineData(OrganizationRole.FinanceManager, 403)]
    [InlineData(OrganizationRole.Developer, 403)]
    [InlineData(OrganizationRole.ProjectManager, 201)]
    public async Task Everybody_who_sees_the_project_lists_members_and_only_those_who_manage_it_change_them(Enum role, int status)
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var (_, client) = await tenant.AddUserAsync((OrganizationRole)role);
        var (member, _) = await tenant.AddUserAsync(OrganizationRole.Developer);

        await client.GetAsync(Members).OkAsync();
        var added = await client.PostJsonAsync(Members, new { user_id = member });
        var removed = await client.DeleteAsync($"{Members}/{member}");

        Assert.Equal((status, status == 201 ? 200 : status), ((int)added.StatusCode, (int)removed.StatusCode));
    }

    [Theory]
    [InlineData("""{"member":{}}""", 422, "VALIDATION_ERROR", "member.user_id")]
    [InlineData("""{"member":{"user_id":0}}""", 422, "VALIDATION_ERROR", "member.user_id")]
    [InlineData("""{"member":{"user_id":"ada"}}""", 422, "VALIDATION_ERROR", "member.user_id")]
    [InlineData("""{"member":{"user_id":1,"role":"boss"}}""", 422, "VALIDATION_ERROR", "member.role")]
    [InlineData("""{"member":{"user":1}}""", 400, "INVALID_PARAMETER", "member.user")]
    [InlineData("""{"member":""", 400, "INVALID_JSON", null)]
    public async Task A_bad_member_is_refused(string body, int status, string code, string? field)
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();

        await tenant
            .Admin.PostAsync(Members, new StringContent(body, Encoding.UTF8, "application/json"))
            .RefusedAsync(status, code, field);
    }

    [Fact]
    public async Task A_deactivated_user_cannot_become_a_member()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var (id, _) = await tenant.AddUserAsync(OrganizationRole.Developer);
        await tenant.Admin.PatchJsonAsync($"/api/v1/users/{id}", new { deactivated = true }).OkAsync();

        await tenant.Admin.PostJsonAsync(Members, new { user_id = id }).RefusedAsync(422, "VALIDATION_ERROR", "member.user_id");
    }

    [Fact]
    public async Task Projects_and_users_of_another_organization_do_not_exist()
    {
        var (mine, other) = (await server.NewTenantAsync(), await server.NewTenantAsync());
        await mine.AddProjectAsync();
        var theirs = $"/api/v1/projects/{(await other.AddProjectAsync())["id"]}/members";

        await mine.Admin.GetAsync(theirs).RefusedAsync(404, "PROJECT_NOT_FOUND");
        await mine.Admin.PostJsonAsync(theirs, new { user_id = mine.AdminId }).RefusedAsync(404, "PROJECT_NOT_FOUND");
        await mine.Admin.DeleteAsync($"{theirs}/{other.AdminId}").RefusedAsync(404, "PROJECT_NOT_FOUND");
        await mine
            .Admin.PostJsonAsync(Members, new { user_id = other.AdminId })
            .RefusedAsync(422, "VALIDATION_ERROR", "member.user_id");
        await mine.Admin.DeleteAsync($"{Members}/{other.AdminId}").RefusedAsync(404, "MEMBER_NOT_FOUND");
    }

    [Fact]
    public async Task An_archived_project_shows_its_members_and_takes_no_change()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await tenant.Admin.PostJsonAsync(Members, new { user_id = tenant.AdminId }).CreatedAsync();
        await tenant.Admin.DeleteAsync("/api/v1/projects/LEGAL").OkAsync();

        Assert.Single((await tenant.Admin.GetAsync(Members).OkAsync())["members"]!.AsArray());
        await tenant.Admin.PostJsonAsync(Members, new { user_id = tenant.AdminId }).RefusedAsync(422, "PROJECT_ARCHIVED");
        await tenant.Admin.DeleteAsync($"{Members}/{tenant.AdminId}").RefusedAsync(422, "PROJECT_ARCHIVED");
    }

    [Fact]
    public async Task When_many_add_the_same_member_at_once_one_adds_them_and_nobody_fails()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var (id, _) = await tenant.AddUserAsync(OrganizationRole.Developer);

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => tenant.Admin.PostJsonAsync(Members, new { user_id = id }))
        );

        Assert.Equal([200, 200, 200, 200, 200, 201], answers.Select(a => (int)a.StatusCode).Order());
    }

    [Fact]
    public async Task The_list_is_paged_and_sorted()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var (first, _) = await tenant.AddUserAsync(OrganizationRole.Developer);
        var (second, _) = await tenant.AddUserAsync(OrganizationRole.Developer);
        await tenant.Admin.PostJsonAsync(Members, new { user_id = first }).CreatedAsync();
        await tenant.Admin.PostJsonAsync(Members, new { user_id = second }).CreatedAsync();

        var list = await tenant.Admin.GetAsync($"{Members}?sort=id%20desc&per_page=1").OkAsync();

        Assert.Equal(second, (long)Assert.Single(list["members"]!.AsArray())!["id"]!);
        Assert.Equal(2, (int)list["meta"]!["total_pages"]!);
        await tenant.Admin.GetAsync($"{Members}?sort=project_role").RefusedAsync(400, "INVALID_PARAMETER", "sort");
        await tenant.Admin.GetAsync($"{Members}?role=lead").RefusedAsync(400, "INVALID_PARAMETER", "role");
    }
}
