using System.Text.Json;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Common;
using Kiket.Domain.Events;
using Kiket.Infrastructure.Events;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Actions;

/// <summary>Events are saved together with their changes, and processed once.</summary>
[Collection("Outbox")]
public sealed class OutboxTests(KiketServer server)
{
    private static readonly int Tries = RetryPolicy.Reactions.Delays.Count + 1;

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
        Assert.All(events, e => Assert.Equal((long?)issue["id"], e.IssueId?.Value));
        Assert.All(events, e => Assert.Equal((long?)issue["project_id"], e.ProjectId.Value));
        Assert.All(events, e => Assert.Equal(tenant.AdminId, e.ActorId.Value));
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

        var notifications = (await tenant.ReadAsync("notifications?per_page=100"))["data"]!
            .AsArray()
            .Select(n => (string?)n!["message"])
            .ToList();
        Assert.Equal(30, notifications.Count);
        Assert.Equal(30, notifications.Distinct().Count());
        Assert.Empty(await tenant.ReadWaitingAsync());
    }

    [Fact]
    public async Task What_a_crashed_worker_had_begun_is_done_by_another_one_and_a_late_worker_changes_nothing()
    {
        var tenant = await server.NewBoardAsync(Telling);
        await tenant.RunOutboxAsync();
        await tenant.AddIssueAsync("ACT");
        var position = await tenant.ReadPositionAsync();
        var turn = new ReactionTurn((await tenant.ReadOutboxAsync())[^1], position);
        await using (var scope = server.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
            await using var crashed = await db.Database.BeginTransactionAsync();
            await db.Set<EventCursor>()
                .Where(c => c.OrganizationId == new OrganizationId(tenant.OrganizationId))
                .ExecuteUpdateAsync(set => set.SetProperty(c => c.Position, c => c.Position + 1));
        }

        var afterCrash = await tenant.ReadPositionAsync();
        await tenant.RunOutboxAsync();
        var late = await Processor.ProcessAsync(turn, TestContext.Current.CancellationToken);

        Assert.Equal(position, afterCrash);
        Assert.Equal(TurnEnd.Lost, late);
        Assert.Single(await tenant.ReadActionsAsync("ACT-1"));
        Assert.Equal(1, (int?)(await tenant.ReadAsync("notifications"))["meta"]!["total"]);
    }

    [Fact]
    public async Task An_event_that_throws_is_postponed_holds_back_only_its_issue_and_is_finally_given_up()
    {
        var tenant = await server.NewBoardAsync(Telling);
        await tenant.AddIssueAsync("ACT");
        await tenant.MoveAsync("ACT-1", "doing");
        await tenant.AddIssueAsync("ACT");
        await SpoilFirstAsync(tenant);
        var events = await tenant.ReadOutboxAsync();

        await tenant.RunOutboxAsync();
        var once = await tenant.ReadPostponedAsync();
        var waiting = await tenant.ReadWaitingAsync();
        for (var i = 1; i < Tries; i++)
        {
            await EndRestAsync(tenant);
            await tenant.RunOutboxAsync();
        }

        await tenant.RunOutboxAsync();
        var end = Assert.Single(await tenant.ReadPostponedAsync());
        Assert.Equal([events[0].Id, events[1].Id], waiting); // the same issue: in order
        Assert.InRange(once[0].Attempts, 1, Tries - 1); // a slow run may return to it
        Assert.NotNull(once[0].LastError);
        Assert.Equal((0, null), (once[1].Attempts, once[1].LastError));
        Assert.Equal((events[0].Id, Tries, null), (end.EventId, end.Attempts, end.NextAttemptAt));
        Assert.NotNull(end.LastError);
        Assert.Empty(await tenant.ReadWaitingAsync());
        Assert.StartsWith(
            "on_enter.open.notify done",
            Assert.Single(await tenant.ReadActionsAsync("ACT-2")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task The_log_is_never_rewritten_and_an_event_that_nothing_waits_for_takes_no_transaction()
    {
        var tenant = await server.NewBoardAsync(Telling);
        await tenant.AddIssueAsync("ACT");
        await tenant.RunOutboxAsync();
        var before = (await tenant.ReadOutboxAsync()).Select(e => JsonSerializer.Serialize(e)).ToList();
        for (var i = 0; i < 3; i++)
            await tenant.Admin.PatchJsonAsync("/api/v1/issues/ACT-1", new { title = $"Title {i}" }).OkAsync();
        var version = (await tenant.ReadAsync("issues/ACT-1"))["version"]?.ToString();

        await tenant.RunOutboxAsync();

        Assert.Equal(before, (await tenant.ReadOutboxAsync()).Take(before.Count).Select(e => JsonSerializer.Serialize(e)));
        Assert.Empty(await tenant.ReadWaitingAsync());
        Assert.Empty(await tenant.ReadPostponedAsync());
        Assert.Equal(version, (await tenant.ReadAsync("issues/ACT-1"))["version"]?.ToString());
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

    private async Task EndRestAsync(Tenant tenant)
    {
        await using var scope = server.Services.CreateAsyncScope();
        await scope
            .ServiceProvider.GetRequiredService<KiketDbContext>()
            .Set<PostponedEvent>()
            .Where(e => e.OrganizationId == new OrganizationId(tenant.OrganizationId) && e.NextAttemptAt != null)
            .ExecuteUpdateAsync(set => set.SetProperty(e => e.NextAttemptAt, DateTimeOffset.UtcNow.AddMinutes(-1)));
    }

    /// <summary>Points the first event at a project that does not exist, so that processing throws.</summary>
    private async Task SpoilFirstAsync(Tenant tenant)
    {
        var first = (await tenant.ReadOutboxAsync())[0].Id;
        await OnOutboxAsync(
            tenant,
            messages =>
                messages.Where(m => m.Id == first).ExecuteUpdateAsync(set => set.SetProperty(m => m.ProjectId, new ProjectId(0)))
        );
    }

    private async Task OnOutboxAsync(Tenant tenant, Func<IQueryable<LoggedEvent>, Task<int>> change)
    {
        await using var scope = server.Services.CreateAsyncScope();
        await change(
            scope
                .ServiceProvider.GetRequiredService<KiketDbContext>()
                .Events.IgnoreQueryFilters()
                .Where(m => m.OrganizationId == new OrganizationId(tenant.OrganizationId))
        );
    }
}
