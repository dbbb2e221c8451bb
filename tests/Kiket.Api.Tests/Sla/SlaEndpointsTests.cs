using System.Text.Json.Nodes;
using Kiket.Api.Tests.Actions;
using Kiket.Api.Tests.Capacity;
using Kiket.Api.Tests.Extensions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Api.Tests.Webhooks;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Sla;
using Kiket.Infrastructure.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Sla;

/// <summary>Who may read SLA events, with which credentials, and which requests are refused.</summary>
public sealed class SlaEndpointsTests(CapacityServer host) : IClassFixture<CapacityServer>
{
    private const string Pack = """
        workflow: { id: main, name: Main }
        states: { open: { type: initial, sla: { warning: 30m, breach: 1h } }, done: { type: final } }
        transitions: [{ from: open, to: done }]
        """;

    [Fact]
    public async Task An_event_has_the_contracts_members()
    {
        var tenant = await NewAsync();

        var page = await tenant.ReadAsync("sla_events?project_id=ACT");

        Assert.Equal(["data", "meta"], page.AsObject().Select(p => p.Key));
        var breached = page["data"]![0]!;
        Assert.Equal(
            ["id", "issue_id", "issue_key", "project_id", "state", "triggered_at", "resolved_at", "definition", "metrics"],
            breached.AsObject().Select(p => p.Key)
        );
        Assert.Equal(
            """{"id":"main.open","status":"open","issue_type":"Task","priority":"medium","max_duration_minutes":60"""
                + ""","warning_buffer_minutes":30,"business_hours":false}""",
            Sorted(
                breached["definition"]!,
                "id",
                "status",
                "issue_type",
                "priority",
                "max_duration_minutes",
                "warning_buffer_minutes",
                "business_hours"
            )
        );
        Assert.Equal(
            """{"duration_minutes":60,"overdue_minutes":0}""",
            Sorted(breached["metrics"]!, "duration_minutes", "overdue_minutes")
        );
        Assert.Null(breached["resolved_at"]);
        Assert.NotNull(page["data"]![1]!["resolved_at"]);
    }

    [Fact]
    public async Task Users_ask_with_a_personal_or_a_workspace_token_that_may_read_issues()
    {
        var tenant = await NewAsync();
        var workspace = host.Server.NewClient(
            (string)
                (
                    await tenant
                        .Admin.PostJsonAsync(
                            "/api/v1/workspace_api_tokens",
                            new { name = "CI", scopes = new[] { "issues:read" } }
                        )
                        .CreatedAsync()
                )["token"]!
        );

        foreach (var path in new[] { "sla_events", "ext/sla/events?project_id=ACT" })
        {
            Assert.Equal(2, Count(await workspace.GetAsync($"/api/v1/{path}").OkAsync()));
            Assert.Equal(2, Count(await (await tenant.WithScopesAsync("read:issues")).GetAsync($"/api/v1/{path}").OkAsync()));
            await (await tenant.WithScopesAsync("analytics"))
                .GetAsync($"/api/v1/{path}")
                .RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
            await host.Server.NewClient().GetAsync($"/api/v1/{path}").RefusedAsync(401, "AUTH_INVALID_TOKEN");
            await host.Server.NewClient("kpat_nonsense").GetAsync($"/api/v1/{path}").RefusedAsync(401, "AUTH_INVALID_TOKEN");
        }
    }

    [Fact]
    public async Task An_extension_asks_with_its_key_or_a_runtime_token_and_sees_its_project_only()
    {
        var tenant = await NewAsync();
        await ImportAsync(tenant, "BIS");
        await BreachAsync(tenant, "BIS");
        var installed = await Installed.NewAsync(tenant, "ACT", permissions: ["read:issues"]);
        var bis = (await tenant.ReadAsync("projects/BIS"))["id"];
        var token = host.Server.NewClient();
        token.DefaultRequestHeaders.Add("X-Kiket-Runtime-Token", await RuntimeTokenAsync(tenant, installed));

        foreach (var client in new[] { installed.Client, host.Server.NewClient(installed.Key), token })
        {
            foreach (var root in new[] { "/api/v1", "" })
            {
                var events = await client.GetAsync($"{root}/ext/sla/events").OkAsync();
                Assert.Equal(2, Count(events));
                Assert.All(events["data"]!.AsArray(), e => Assert.Equal("ACT-1", (string?)e!["issue_key"]));
                Assert.Equal(
                    1,
                    Count(
                        await client
                            .GetAsync($"{root}/ext/sla/events?project_id=ACT&issue_id=ACT-1&state=breached&limit=1")
                            .OkAsync()
                    )
                );
            }

            await client.GetAsync($"/api/v1/ext/sla/events?project_id={bis}").RefusedAsync(404, "PROJECT_NOT_FOUND");
            await client.GetAsync("/api/v1/ext/sla/events?issue_id=BIS-1").RefusedAsync(404, "ISSUE_NOT_FOUND");
            await client.GetAsync("/api/v1/sla_events").RefusedAsync(401, "AUTH_INVALID_TOKEN");
        }
    }

    [Fact]
    public async Task An_installation_for_the_organization_names_a_project_or_sees_all_that_are_not_private()
    {
        var tenant = await NewAsync();
        await ImportAsync(tenant, "BIS");
        await BreachAsync(tenant, "BIS");
        await tenant.Admin.PatchJsonAsync("/api/v1/projects/BIS", new { project = new { visibility = "private" } }).OkAsync();
        var installed = await Installed.NewAsync(tenant, permissions: ["issues.read"]);

        Assert.Equal(2, Count(await installed.Client.GetAsync("/api/v1/ext/sla/events").OkAsync()));
        Assert.Equal(2, Count(await installed.Client.GetAsync("/api/v1/ext/sla/events?project_id=ACT").OkAsync()));
        await installed.Client.GetAsync("/api/v1/ext/sla/events?project_id=BIS").RefusedAsync(404, "PROJECT_NOT_FOUND");
    }

    [Fact]
    public async Task An_extension_without_the_permission_or_that_is_gone_or_of_another_organization_gets_nothing()
    {
        var tenant = await NewAsync();
        var plain = await Installed.NewAsync(tenant, "ACT", permissions: ["projects:read"]);
        await plain.Client.GetAsync("/api/v1/ext/sla/events").RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        var token = host.Server.NewClient();
        token.DefaultRequestHeaders.Add("X-Kiket-Runtime-Token", await RuntimeTokenAsync(tenant, plain));
        await token.GetAsync("/api/v1/ext/sla/events").RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");

        var other = await host.Server.NewTenantAsync();
        var foreign = await Installed.NewAsync(other, permissions: ["read:issues"]);
        var issue = (await tenant.ReadAsync("issues/ACT-1"))["id"];
        Assert.Equal(0, Count(await foreign.Client.GetAsync("/api/v1/ext/sla/events").OkAsync()));
        await foreign.Client.GetAsync($"/api/v1/ext/sla/events?issue_id={issue}").RefusedAsync(404, "ISSUE_NOT_FOUND");
        await other.Admin.DeleteAsync($"/api/v1/extensions/{foreign.Id}").OkAsync();
        await foreign.Client.GetAsync("/api/v1/ext/sla/events").RefusedAsync(401, "AUTH_INVALID_TOKEN");
    }

    [Fact]
    public async Task Another_organizations_projects_and_issues_do_not_exist()
    {
        var tenant = await NewAsync();
        var other = await host.Server.NewTenantAsync();
        var (project, issue) = ((await tenant.ReadAsync("projects/ACT"))["id"], (await tenant.ReadAsync("issues/ACT-1"))["id"]);

        Assert.Equal(0, Count(await other.ReadAsync("sla_events")));
        Assert.Equal(0, Count(await other.ReadAsync("sla/at_risk?within=366d")));
        await other.Admin.GetAsync($"/api/v1/sla_events?project_id={project}").RefusedAsync(404, "PROJECT_NOT_FOUND");
        await other.Admin.GetAsync($"/api/v1/sla_events?issue_id={issue}").RefusedAsync(404, "ISSUE_NOT_FOUND");
        await other.Admin.GetAsync($"/api/v1/sla/at_risk?project_id={project}").RefusedAsync(404, "PROJECT_NOT_FOUND");
        await other.Admin.GetAsync($"/api/v1/issues/{issue}/sla").RefusedAsync(404, "ISSUE_NOT_FOUND");
    }

    [Fact]
    public async Task Users_who_cannot_see_a_project_get_none_of_its_events()
    {
        var tenant = await NewAsync();
        await tenant.Admin.PatchJsonAsync("/api/v1/projects/ACT", new { project = new { visibility = "private" } }).OkAsync();
        var (member, client) = await tenant.AddUserAsync(OrganizationRole.Viewer);

        Assert.Equal(0, Count(await client.GetAsync("/api/v1/sla_events").OkAsync()));
        await client.GetAsync("/api/v1/sla_events?project_id=ACT").RefusedAsync(404, "PROJECT_NOT_FOUND");
        await tenant
            .Admin.PostJsonAsync("/api/v1/projects/ACT/members", new { user_id = member, role = "viewer" })
            .CreatedAsync();
        Assert.Equal(2, Count(await client.GetAsync("/api/v1/sla_events?project_id=ACT").OkAsync()));
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=201", "limit")]
    [InlineData("limit=many", "limit")]
    [InlineData("page=0", "page")]
    [InlineData("page=1000001", "page")]
    [InlineData("state=late", "state")]
    [InlineData("state=imminent,1", "state")]
    public async Task A_parameter_that_makes_no_sense_is_refused(string query, string parameter)
    {
        var tenant = await host.Server.NewTenantAsync();

        await tenant.Admin.GetAsync($"/api/v1/sla_events?{query}").RefusedAsync(400, "INVALID_PARAMETER", parameter);
        await tenant.Admin.GetAsync($"/api/v1/ext/sla/events?{query}").RefusedAsync(400, "INVALID_PARAMETER", parameter);
    }

    private async Task<Tenant> NewAsync()
    {
        var tenant = await host.Server.NewBoardAsync(Pack);
        await BreachAsync(tenant, "ACT");
        return tenant;
    }

    /// <summary>Opens an issue with one warning and one breach.</summary>
    private async Task BreachAsync(Tenant tenant, string project)
    {
        await tenant.AddIssueAsync(project, fields: new { issue_type = "Task" });
        for (var i = 0; i < 2; i++)
        {
            host.Clock.Advance(TimeSpan.FromMinutes(30));
            await host.Server.Services.GetRequiredService<SlaProcessor>().RunAsync(TestContext.Current.CancellationToken);
        }
    }

    private static Task<JsonNode> ImportAsync(Tenant tenant, string project) =>
        tenant
            .Admin.PostJsonAsync(
                "/api/v1/definitions/import",
                new { project_key = project, files = new[] { new { path = ".kiket/workflows/main.yaml", content = Pack } } }
            )
            .OkAsync();

    private async Task<string> RuntimeTokenAsync(Tenant tenant, Installed installed)
    {
        var extension = await tenant.OnDatabaseAsync(db => db.Extensions.SingleAsync(e => e.Id == new ExtensionId(installed.Id)));
        return (
            await host
                .Server.Services.GetRequiredService<RuntimeTokens>()
                .CreateAsync(extension, extension.ProjectId, "test", TestContext.Current.CancellationToken)
        ).Text;
    }

    private static int Count(JsonNode page) => page["data"]!.AsArray().Count;

    /// <summary>The members in this order: PostgreSQL reorders the members of JSON.</summary>
    private static string Sorted(JsonNode node, params string[] members)
    {
        Assert.Equal(members.Order(), node.AsObject().Select(p => p.Key).Order());
        return new JsonObject(members.Select(m => KeyValuePair.Create(m, node[m]?.DeepClone()))).ToJsonString();
    }
}
