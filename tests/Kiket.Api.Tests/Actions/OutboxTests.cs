using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Events;
using Kiket.Infrastructure.Events;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Actions;

/// <summary>Events are saved with what they tell of, and processed once.</summary>
[Collection("Outbox")]
public sealed class OutboxTests(KiketServer server)
{
    private const string Labelling = """
        workflow: { id: main, name: Main }
        states:
          open: { type: initial, on_enter: [{ action: spawn_issue, title: Child, status: resting }] }
          resting: { type: active }
        transitions: [{ from: open, to: resting }]
        """;

    private const string Telling = """
        workflow: { id: main, name: Main }
        states:
          open: { type: initial, on_enter: [{ action: notify, recipients: { user: reporter }, message: "Told ${issue.key}" }] }
          doing: { type: active }
        transitions: [{ from: open, to: doing }]
        """;

    private OutboxProcessor Processor => server.Services.GetRequiredService<OutboxProcessor>();

    [Fact]
    public async Task Every_change_is_kept_as_an_event_with_its_public_name_and_the_right_ids()
    {
        var tenant = await server.NewBoardAsync(Telling);
        var issue = await tenant.AddIssueAsync("ACT");
        var path = $"/api/v1/issues/{issue["id"]}";
        await tenant.Admin.PatchJsonAsync(path, new { title = "Other", priority = "high" }).OkAsync();
        var comment = await tenant.Admin.PostJsonAsync($"{path}/comments", new { body = "So" }).CreatedAsync();
        await tenant.Admin.PatchJsonAsync(path, new { status = "doing" }).OkAsync();
        await tenant
            .Admin.PostJsonAsync($"{path}/transition", new { to = "nowhere" })
            .RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED");

        var events = await tenant.ReadOutboxAsync();

        Assert.Equal(["issue.created", "issue.updated", "comment.created", "issue.status_changed"], events.Select(e => e.Name));
        Assert.All(events, e => Assert.Equal((long?)issue["id"], e.IssueId));
        Assert.All(events, e => Assert.Equal((long?)issue["project_id"], e.ProjectId));
        Assert.All(events, e => Assert.Equal(tenant.AdminId, e.ActorId));
        Assert.Equal((long?)comment["id"], events[2].CommentId);
        Assert.Equal(["title", "priority"], events[1].Facts.Changes.Select(c => c.Field));
        Assert.Equal(("open", "doing"), (events[3].Facts.From, events[3].Facts.To));
        await tenant.Admin.DeleteAsync($"{path}/comments/{comment["id"]}").OkAsync(); // its event still waits
    }

    [Fact]
    public async Task Workers_in_parallel_process_each_event_once()
    {
        var tenant = await server.NewBoardAsync(Telling);
        for (var i = 0; i < 30; i++)
            await tenant.AddIssueAsync("ACT");

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Processor.RunAsync(TestContext.Current.CancellationToken)));
        await tenant.RunOutboxAsync();

        var told = (await tenant.ReadAsync("notifications?per_page=100"))["data"]!
            .AsArray()
            .Select(n => (string?)n!["message"])
            .ToList();
        Assert.Equal(30, told.Count);
        Assert.Equal(30, told.Distinct().Count());
        Assert.All(await tenant.ReadOutboxAsync(), m => Assert.NotNull(m.ProcessedAt));
    }

    [Fact]
    public async Task What_a_crashed_worker_had_claimed_is_taken_over_after_its_lease_and_the_late_worker_changes_nothing()
    {
        var tenant = await server.NewBoardAsync(Telling);
        await tenant.RunOutboxAsync(); // other tests' events are not to fill the batch
        await tenant.AddIssueAsync("ACT");
        var claimed = Assert.Single(
            await Processor.ClaimAsync(TestContext.Current.CancellationToken),
            m => m.OrganizationId == tenant.OrganizationId
        );

        await tenant.RunOutboxAsync();
        var whileClaimed = await tenant.ReadActionsAsync("ACT-1");
        await EndLeasesAsync(tenant);
        await tenant.RunOutboxAsync();
        var late = await Processor.ProcessAsync(claimed, TestContext.Current.CancellationToken);

        Assert.Empty(whileClaimed);
        Assert.False(late);
        Assert.Single(await tenant.ReadActionsAsync("ACT-1"));
        Assert.Equal(1, (int?)(await tenant.ReadAsync("notifications"))["meta"]!["total"]);
    }

    [Fact]
    public async Task An_event_that_throws_counts_rests_holds_back_its_issue_only_and_is_given_up_in_the_end()
    {
        var tenant = await server.NewBoardAsync(Telling);
        await tenant.AddIssueAsync("ACT");
        await tenant.MoveAsync("ACT-1", "doing");
        await tenant.AddIssueAsync("ACT");
        await SpoilFirstAsync(tenant);

        await tenant.RunOutboxAsync();
        var once = await tenant.ReadOutboxAsync();
        for (var i = 1; i < LoggedEvent.MaxAttempts; i++)
        {
            await EndLeasesAsync(tenant);
            await tenant.RunOutboxAsync();
        }

        await tenant.RunOutboxAsync();
        var end = await tenant.ReadOutboxAsync();
        Assert.InRange(once[0].Attempts, 1, LoggedEvent.MaxAttempts - 1); // a slow run may come back to it
        Assert.Null(once[0].ProcessedAt);
        Assert.NotNull(once[0].LastError);
        Assert.Null(once[1].ProcessedAt); // the same issue: in order
        Assert.NotNull(once[2].ProcessedAt);
        Assert.Equal(LoggedEvent.MaxAttempts, end[0].Attempts);
        Assert.All(end, m => Assert.NotNull(m.ProcessedAt));
    }

    [Fact]
    public async Task An_action_that_is_refused_takes_back_all_that_it_began_and_leaves_no_gap_in_the_numbers()
    {
        var tenant = await server.NewBoardAsync(Labelling);
        await tenant.AddIssueAsync("ACT");

        await tenant.RunOutboxAsync();
        var next = await tenant.AddIssueAsync("ACT");

        Assert.StartsWith(
            "on_enter.open.spawn_issue failed",
            Assert.Single(await tenant.ReadActionsAsync("ACT-1")),
            StringComparison.Ordinal
        );
        Assert.Equal("ACT-2", (string?)next["key"]);
    }

    private async Task EndLeasesAsync(Tenant tenant) =>
        await OnOutboxAsync(
            tenant,
            messages =>
                messages
                    .Where(m => m.ProcessedAt == null)
                    .ExecuteUpdateAsync(set => set.SetProperty(m => m.ClaimedUntil, DateTimeOffset.UtcNow.AddMinutes(-1)))
        );

    /// <summary>Points the first event at a project that does not exist, so that processing throws.</summary>
    private async Task SpoilFirstAsync(Tenant tenant)
    {
        var first = (await tenant.ReadOutboxAsync())[0].Id;
        await OnOutboxAsync(
            tenant,
            messages => messages.Where(m => m.Id == first).ExecuteUpdateAsync(set => set.SetProperty(m => m.ProjectId, 0L))
        );
    }

    private async Task OnOutboxAsync(Tenant tenant, Func<IQueryable<LoggedEvent>, Task<int>> change)
    {
        await using var scope = server.Services.CreateAsyncScope();
        await change(
            scope
                .ServiceProvider.GetRequiredService<KiketDbContext>()
                .Events.IgnoreQueryFilters()
                .Where(m => m.OrganizationId == tenant.OrganizationId)
        );
    }
}
