using System.Net;
using Kiket.Api.Tests.Extensions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Capacity;

/// <summary>Which credentials may plan capacity, and that other organizations' data stays hidden.</summary>
public sealed class CapacityCredentialTests(KiketServer server)
{
    [Fact]
    public async Task Personal_and_workspace_tokens_open_it_and_no_or_a_bad_one_does_not()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var issue = await tenant.AssignAsync(tenant.AdminId, 1);
        var workspace = server.NewClient(
            (string)
                (
                    await tenant
                        .Admin.PostJsonAsync(
                            "/api/v1/workspace_api_tokens",
                            new { name = "CI", scopes = new[] { "analytics:read", "issues:write" } }
                        )
                        .CreatedAsync()
                )["token"]!
        );

        foreach (var client in new[] { workspace, await tenant.WithScopesAsync("read:analytics", "issues.write") })
        {
            Assert.Single((await tenant.ReadTeamAsync(client: client))["data"]!.AsArray());
            Assert.Empty((await tenant.RecommendAsync(client: client))["data"]!.AsArray());
            await ReassignAsync(client, issue, tenant.AdminId).OkAsync();
        }

        foreach (var client in new[] { server.NewClient(), server.NewClient("kpat_nonsense"), server.NewClient("wksp_nonsense") })
        {
            await client.GetAsync("/api/v1/capacity/team").RefusedAsync(401, "AUTH_INVALID_TOKEN");
            await client.GetAsync("/api/v1/capacity/recommendations").RefusedAsync(401, "AUTH_INVALID_TOKEN");
            await ReassignAsync(client, issue, tenant.AdminId).RefusedAsync(401, "AUTH_INVALID_TOKEN");
        }
    }

    [Fact]
    public async Task An_extension_plans_nobodys_work()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var issue = await tenant.AssignAsync(tenant.AdminId, 1);
        var installed = await Installed.NewAsync(tenant, permissions: ["*"]);

        foreach (var client in new[] { installed.Client, server.NewClient(installed.Key) })
        {
            await client.GetAsync("/api/v1/capacity/team").RefusedAsync(401, "AUTH_INVALID_TOKEN");
            await client.GetAsync("/api/v1/capacity/recommendations").RefusedAsync(401, "AUTH_INVALID_TOKEN");
            await ReassignAsync(client, issue, tenant.AdminId).RefusedAsync(401, "AUTH_INVALID_TOKEN");
        }
    }

    [Fact]
    public async Task A_viewer_sees_the_team_and_is_recommended_nothing_because_they_could_not_do_it()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var (busy, _) = (await tenant.AddWorkerAsync(4, ["LEGAL"]), await tenant.AddWorkerAsync(40, ["LEGAL"]));
        for (var i = 0; i < 3; i++)
            await tenant.AssignAsync(busy, 4);
        var (_, viewer) = await tenant.AddUserAsync(OrganizationRole.Viewer);

        Assert.Equal("overallocated", (string?)(await tenant.ReadTeamAsync(client: viewer)).Of(busy)["status"]);
        Assert.NotEmpty((await tenant.RecommendAsync())["data"]!.AsArray());
        Assert.Empty((await tenant.RecommendAsync(client: viewer))["data"]!.AsArray());
    }

    [Fact]
    public async Task Recommendations_of_another_organization_lead_nowhere()
    {
        var (tenant, other) = (await server.NewTenantAsync(), await server.NewTenantAsync());
        await other.AddProjectAsync();
        var (busy, _) = (await other.AddWorkerAsync(4, ["LEGAL"]), await other.AddWorkerAsync(40, ["LEGAL"]));
        for (var i = 0; i < 3; i++)
            await other.AssignAsync(busy, 4);
        var ids = (await other.RecommendAsync())["data"]!.AsArray().Select(r => (string)r!["id"]!).ToArray();
        Assert.NotEmpty(ids);

        await tenant
            .Admin.PostJsonAsync("/api/v1/capacity/reassign", new { recommendation_ids = ids })
            .RefusedAsync(404, "ISSUE_NOT_FOUND");

        var partial = await tenant
            .Admin.PostJsonAsync("/api/v1/capacity/reassign", new { recommendation_ids = ids, partial = true })
            .OkAsync();
        Assert.Empty(partial["reassigned"]!.AsArray());
        Assert.All(partial["failed"]!.AsArray(), f => Assert.Equal("ISSUE_NOT_FOUND", (string?)f!["code"]));
        Assert.Equal(
            HttpStatusCode.OK,
            (await other.Admin.PostJsonAsync("/api/v1/capacity/reassign", new { recommendation_ids = ids })).StatusCode
        );
    }

    private static Task<HttpResponseMessage> ReassignAsync(HttpClient client, long issue, long user) =>
        client.PostJsonAsync(
            "/api/v1/capacity/reassign",
            new { reassignments = new[] { new { issue_id = issue, to_user_id = user } } }
        );
}
