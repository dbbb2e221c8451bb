using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Projects;

public sealed class ProjectEndpointsTests(KiketServer server)
{
    [Fact]
    public async Task A_new_project_is_returned_bare_and_can_be_read_by_id_and_key()
    {
        var tenant = await server.NewTenantAsync();

        var created = await tenant.AddProjectAsync("LEGAL");
        var byId = await tenant.Admin.GetAsync($"/api/v1/projects/{created["id"]}").OkAsync();
        var byKey = await tenant.Admin.GetAsync("/api/v1/projects/legal").OkAsync();

        Assert.Equal("LEGAL", (string?)created["project_key"]);
        Assert.Equal(created.ToJsonString(), byId.ToJsonString());
        Assert.Equal(created.ToJsonString(), byKey.ToJsonString());
    }

    [Fact]
    public async Task Only_an_administrator_creates_projects()
    {
        var tenant = await server.NewTenantAsync();
        var (_, developer) = await tenant.AddUserAsync(OrganizationRole.ProjectManager);

        await developer.PostJsonAsync("/api/v1/projects", new { project = new { name = "Mine" } }).RefusedAsync(403, "FORBIDDEN");
    }
}
