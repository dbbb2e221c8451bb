using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Approvals;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Kiket.Api.Tests.Actions;

/// <summary>Approvals that nobody decides in time, on a separate clock.</summary>
public sealed class EscalationTests : IAsyncLifetime
{
    private const string Workflow = """
        workflow: { id: main, name: Main }
        states: { open: { type: initial }, done: { type: final }, dropped: { type: final } }
        transitions:
          - from: open
            to: done
            require_approval: [{ assignment: { type: role, identifier: nobody }, name: Sign-off, timeout: 4h }]
          - { from: open, to: dropped, require_approval: [{ assignment: { type: role, identifier: nobody } }] }
        """;

    private readonly FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
    private readonly KiketServer server;

    public EscalationTests() => server = new() { TestServices = services => services.AddSingleton<TimeProvider>(clock) };

    public ValueTask InitializeAsync() => server.InitializeAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task Only_overdue_approvals_escalate_once_and_those_who_manage_the_project_are_notified_and_may_decide()
    {
        var tenant = await server.NewBoardAsync(Workflow);
        var (_, manager) = await tenant.AddUserAsync(OrganizationRole.ProjectManager);
        var (_, developer) = await tenant.AddUserAsync(OrganizationRole.Developer);
        await tenant.AddIssueAsync("ACT");
        await AskAsync(tenant, "ACT-1", "done");
        await AskAsync(tenant, "ACT-1", "dropped"); // never escalates
        clock.Advance(TimeSpan.FromHours(1));
        await tenant.AddIssueAsync("ACT");
        await AskAsync(tenant, "ACT-2", "done"); // an hour later
        var path = $"/api/v1/issues/ACT-1/approvals/{(await ApprovalAsync(tenant, "ACT-1"))["id"]}/approve";

        clock.Advance(TimeSpan.FromHours(3) - TimeSpan.FromSeconds(1));
        var early = await RunAsync();
        await manager.PostJsonAsync(path, new { }).RefusedAsync(403, "FORBIDDEN");
        clock.Advance(TimeSpan.FromSeconds(1));
        var due = await RunAsync();
        var again = await RunAsync();

        Assert.Equal((0, 1, 0), (early, due, again));
        var approval = await ApprovalAsync(tenant, "ACT-1");
        Assert.Equal(
            ("pending", (string?)approval["escalates_at"]),
            ((string?)approval["status"], (string?)approval["escalated_at"])
        );
        Assert.Null((await ApprovalAsync(tenant, "ACT-2"))["escalated_at"]);
        var entry = (await tenant.ReadAsync("issues/ACT-1/history"))["data"]!
            .AsArray()
            .Single(e => (string?)e!["action"] == "approval_escalated")!;
        Assert.Equal(
            ("approvals.done.1", "escalated", "Kiket"),
            ((string?)entry["changes"]![0]!["field"], (string?)entry["changes"]![0]!["to"], (string?)entry["actor"]!["name"])
        );
        foreach (var (client, count) in new[] { (manager, 1), (tenant.Admin, 1), (developer, 0) })
            Assert.Equal(count, (int?)(await client.GetAsync("/api/v1/notifications").OkAsync())["meta"]!["total"]);
        Assert.Contains(
            "nobody has decided on Sign-off in time",
            (string?)(await manager.GetAsync("/api/v1/notifications").OkAsync())["data"]![0]!["message"],
            StringComparison.Ordinal
        );
        await developer.PostJsonAsync(path, new { }).RefusedAsync(403, "FORBIDDEN");
        await manager.PostJsonAsync(path, new { }).OkAsync();
        Assert.Equal("done", (string?)(await tenant.MoveAsync("ACT-1", "done"))["status"]);
    }

    [Fact]
    public async Task Workers_in_parallel_escalate_each_approval_once_also_beyond_one_batch()
    {
        var tenant = await server.NewBoardAsync(Workflow);
        for (var n = 1; n <= 105; n++)
        {
            await tenant.AddIssueAsync("ACT");
            await AskAsync(tenant, $"ACT-{n}", "done");
        }

        clock.Advance(TimeSpan.FromHours(5));
        var escalated = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RunAsync()));

        Assert.Equal(105, escalated.Sum());
        Assert.Equal(105, (int?)(await tenant.ReadAsync("notifications"))["meta"]!["total"]);
    }

    [Fact]
    public async Task What_is_decided_deleted_or_archived_does_not_escalate()
    {
        var tenant = await server.NewBoardAsync(Workflow);
        var other = await server.NewBoardAsync(Workflow);
        foreach (var (owner, issue) in new[] { (tenant, "ACT-1"), (tenant, "ACT-2"), (other, "ACT-1") })
        {
            await owner.AddIssueAsync("ACT");
            await AskAsync(owner, issue, "done");
        }

        await tenant.Admin.DeleteAsync("/api/v1/issues/ACT-1").OkAsync();
        await other.Admin.DeleteAsync("/api/v1/projects/ACT").OkAsync();
        await tenant
            .Admin.PostJsonAsync("/api/v1/issues/ACT-2/transition", new { to = "dropped" })
            .RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED");
        clock.Advance(TimeSpan.FromHours(5));
        Assert.Equal(1, await RunAsync()); // ACT-2 alone

        await other.Admin.PatchJsonAsync("/api/v1/projects/ACT", new { project = new { status = "active" } }).OkAsync();
        Assert.Equal(1, await RunAsync());
    }

    private Task<int> RunAsync() =>
        ActivatorUtilities.CreateInstance<EscalationJob>(server.Services).RunAsync(TestContext.Current.CancellationToken);

    private static Task<JsonNode> AskAsync(Tenant tenant, string issue, string to) =>
        tenant
            .Admin.PostJsonAsync($"/api/v1/issues/{issue}/transition", new { to })
            .RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED");

    private static async Task<JsonNode> ApprovalAsync(Tenant tenant, string issue) =>
        (await tenant.ReadAsync($"issues/{issue}/approvals"))["data"]!.AsArray().Single(a => (string?)a!["to"] == "done")!;
}
