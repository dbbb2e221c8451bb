using System.Text.Json.Nodes;
using Kiket.Api.Tests.Definitions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Workflows;

/// <summary>Issues stay on their initial version until somebody migrates them.</summary>
public sealed class MigrateWorkflowTests(KiketServer server)
{
    private const string Migrate = "/api/v1/workflows/flow/migrate";

    private const string First = """
        workflow: flow
        states: [open, doing, { closed: { type: final } }]
        transitions:
          - { from: open, to: doing, require_approval: 1 }
          - { from: open, to: closed }
          - { from: doing, to: closed }
        """;

    private const string Second = """
        workflow: flow
        states: [open, building, { closed: { type: active } }, { archived: { type: final } }]
        transitions:
          - { from: open, to: building }
          - { from: building, to: closed }
          - { from: closed, to: archived }
        """;

    [Fact]
    public async Task A_dry_run_counts_and_changes_nothing()
    {
        var tenant = await NewTenantAsync();

        var dry = await tenant.Admin.PostJsonAsync(Migrate, new { dry_run = true }).OkAsync();

        Assert.Equal((2, 2, true), ((int)dry["to_version"]!, (int)dry["migrated"]!, (bool)dry["dry_run"]!));
        Assert.Equal(["1 closed closed 1", "1 open open 1"], Counts(dry, "counts"));
        Assert.Equal(["1 doing  1"], Counts(dry, "stranded"));
        Assert.Equal(["1 open", "1 doing", "1 closed"], await IssuesAsync(tenant));
    }

    [Fact]
    public async Task Without_a_mapping_for_every_stranded_state_nothing_changes()
    {
        var tenant = await NewTenantAsync();

        var refused = await tenant
            .Admin.PostJsonAsync(Migrate, new { mapping = new { open = "building" } })
            .RefusedAsync(422, "VALIDATION_ERROR", "mapping.doing");

        Assert.Equal(
            "1 issue(s) of version 1 are in 'doing', which version 2 of flow does not have; map it to another state.",
            (string?)refused["message"]
        );
        Assert.Equal(["1 open", "1 doing", "1 closed"], await IssuesAsync(tenant));
    }

    [Fact]
    public async Task Issues_follow_the_new_version_and_their_history_says_so()
    {
        var tenant = await NewTenantAsync();
        await Move(tenant, "FLOW-1", "doing").RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED");
        Assert.NotNull((await tenant.Admin.GetAsync("/api/v1/issues/FLOW-3").OkAsync())["completed_at"]);

        var done = await tenant
            .Admin.PostJsonAsync(Migrate, new { migration = new { mapping = new { doing = "Building" } } })
            .OkAsync();
        var again = await tenant.Admin.PostJsonAsync(Migrate, new { }).OkAsync();

        Assert.Equal((3, 0), ((int)done["migrated"]!, (int)again["migrated"]!));
        Assert.Equal(["1 closed closed 1", "1 doing building 1", "1 open open 1"], Counts(done, "counts"));
        Assert.Equal(["2 open", "2 building", "2 closed"], await IssuesAsync(tenant));
        Assert.Null((await tenant.Admin.GetAsync("/api/v1/issues/FLOW-3").OkAsync())["completed_at"]);
        Assert.Equal(
            "closed",
            (string?)(await tenant.Admin.GetAsync("/api/v1/issues/FLOW-1/approvals").OkAsync())["data"]![0]!["status"]
        );
        var entry = (await tenant.Admin.GetAsync("/api/v1/issues/FLOW-2/history").OkAsync())["data"]!.AsArray()[^1]!;
        Assert.Equal("updated", (string?)entry["action"]);
        Assert.Equal(
            ["workflow_version 1 2", "status doing building"],
            entry["changes"]!.AsArray().Select(c => $"{c!["field"]} {c["from"]} {c["to"]}")
        );
        await Move(tenant, "FLOW-1", "building").OkAsync();
    }

    [Fact]
    public async Task More_issues_than_a_batch_holds_are_migrated_in_one_go()
    {
        var tenant = await server.NewTenantAsync();
        var seeds = string.Concat(Enumerable.Range(1, 450).Select(n => $"      - {{title: Issue {n}}}\n"));
        await tenant
            .Admin.ImportAsync([
                Packs.File(".kiket/project.yaml", $"project:\n  key: FLOW\n  name: Flow\n  seed_data:\n    issues:\n{seeds}"),
                Packs.File(".kiket/workflows/flow.yaml", First),
            ])
            .OkAsync();
        await tenant.Admin.ImportAsync([Packs.File(".kiket/workflows/flow.yaml", Second)], "FLOW").OkAsync();

        var done = await tenant.Admin.PostJsonAsync(Migrate, new { mapping = new { open = "building" } }).OkAsync();

        Assert.Equal(450, (int?)done["migrated"]);
        Assert.Equal(450, (int?)(await tenant.Admin.GetAsync("/api/v1/issues?status=building").OkAsync())["meta"]!["total"]);
    }

    [Fact]
    public async Task Issues_of_one_version_can_go_back_to_an_older_one()
    {
        var tenant = await NewTenantAsync();
        await tenant.AddIssueAsync("FLOW");

        var done = await tenant.Admin.PostJsonAsync(Migrate, new { from_version = 2, to_version = 1 }).OkAsync();

        Assert.Equal(["2 open open 1"], Counts(done, "counts"));
        await Move(tenant, "FLOW-4", "closed").OkAsync();
    }

    [Fact]
    public async Task Bad_input_is_refused()
    {
        var tenant = await NewTenantAsync();

        await tenant
            .Admin.PostJsonAsync(Migrate, new { mapping = new { doing = "gone" } })
            .RefusedAsync(422, "VALIDATION_ERROR", "mapping.doing");
        await tenant
            .Admin.PostJsonAsync(Migrate, new { mapping = new { gone = "open" } })
            .RefusedAsync(422, "VALIDATION_ERROR", "mapping.gone");
        await tenant.Admin.PostJsonAsync(Migrate, new { from_version = 2 }).RefusedAsync(422, "VALIDATION_ERROR", "from_version");
        await tenant.Admin.PostJsonAsync(Migrate, new { from_version = 7 }).RefusedAsync(404, "WORKFLOW_NOT_FOUND");
        await tenant.Admin.PostJsonAsync(Migrate, new { to_version = 7 }).RefusedAsync(404, "WORKFLOW_NOT_FOUND");
        await tenant
            .Admin.PostJsonAsync(Migrate, new { mapping = "doing" })
            .RefusedAsync(422, "VALIDATION_ERROR", "migration.mapping");
        await tenant.Admin.PostJsonAsync(Migrate, new { mappings = new { } }).RefusedAsync(400, "INVALID_PARAMETER", "mappings");
        await tenant.Admin.PostJsonAsync("/api/v1/workflows/none/migrate", new { }).RefusedAsync(404, "WORKFLOW_NOT_FOUND");
    }

    [Fact]
    public async Task Only_administrators_of_the_same_organization_with_the_scope_may_migrate()
    {
        var (tenant, other) = (await NewTenantAsync(), await server.NewTenantAsync());
        var (_, manager) = await tenant.AddUserAsync(OrganizationRole.ProjectManager);

        await manager.PostJsonAsync(Migrate, new { }).RefusedAsync(403, "FORBIDDEN");
        await (await tenant.WithScopesAsync("issues")).PostJsonAsync(Migrate, new { }).RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await other.Admin.PostJsonAsync(Migrate, new { }).RefusedAsync(404, "WORKFLOW_NOT_FOUND");
        await other.Admin.PostJsonAsync($"{Migrate}?project_key=FLOW", new { }).RefusedAsync(404, "PROJECT_NOT_FOUND");
    }

    private static Task<HttpResponseMessage> Move(Tenant tenant, string issue, string to) =>
        tenant.Admin.PostJsonAsync($"/api/v1/issues/{issue}/transition", new { to });

    private static string[] Counts(JsonNode answer, string list) =>
        [.. answer[list]!.AsArray().Select(c => $"{c!["version"]} {c["state"]} {c["to_state"]} {c["count"]}")];

    /// <summary>Version and state of each issue; the version shows in what its workflow is migrated from.</summary>
    private static async Task<string[]> IssuesAsync(Tenant tenant)
    {
        var issues = (await tenant.Admin.GetAsync("/api/v1/issues?sort=id").OkAsync())["data"]!.AsArray();
        var old = Counts(
            await tenant.Admin.PostJsonAsync(Migrate, new { dry_run = true, from_version = 1 }).OkAsync(),
            "counts"
        ).Length;
        return [.. issues.Select(i => $"{(old > 0 ? 1 : 2)} {i!["status"]}")];
    }

    /// <summary>A project with an issue in each state of the first version, and a second version.</summary>
    private async Task<Tenant> NewTenantAsync()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.Admin.ImportAsync([Packs.File(".kiket/workflows/flow.yaml", First)], "FLOW").OkAsync();
        foreach (var status in new[] { "open", "doing", "closed" })
            await tenant.AddIssueAsync("FLOW", fields: new { status });
        await tenant.Admin.ImportAsync([Packs.File(".kiket/workflows/flow.yaml", Second)], "FLOW").OkAsync();
        return tenant;
    }
}
