using Kiket.Application.Issues;
using Kiket.Application.Milestones;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Guards;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tests.Persistence;

/// <summary>The changes of a unit of work are saved together or not at all, as are those of each of its parts.</summary>
public abstract class TransactionSuite(TestDatabase database)
{
    private static readonly Error Refusal = Error.Forbidden("No.");

    [Fact]
    public async Task Many_who_save_a_single_row_at_once_all_succeed()
    {
        var workspace = await Workspace.NewAsync(database);

        await Task.WhenAll(
            Enumerable
                .Range(0, 16)
                .Select(writer =>
                    Task.Run(async () =>
                    {
                        for (var i = 0; i < 40; i++)
                            await workspace.AddUserAsync($"writer{writer}.{i}@example.com");
                    })
                )
        );

        await using var session = workspace.SignIn();
        Assert.Equal(1 + (16 * 40), await session.Db.Users.CountAsync());
    }

    [Fact]
    public async Task Success_keeps_every_change()
    {
        var workspace = await Workspace.NewAsync(database);
        await using var session = workspace.SignIn();

        var result = await Work(session).RunAsync("test", () => AddTwoAsync(session, 2), default);

        Assert.Equal(2, result.Value);
        Assert.False(Work(session).IsRunning);
        Assert.Equal(["A", "B"], await KeysAsync(workspace));
    }

    [Fact]
    public async Task An_error_keeps_nothing()
    {
        var workspace = await Workspace.NewAsync(database);
        await using var session = workspace.SignIn();

        var result = await Work(session).RunAsync("test", () => AddTwoAsync(session, Refusal), default);

        Assert.Equal(Refusal, result.Error);
        Assert.Empty(await KeysAsync(workspace));
    }

    [Fact]
    public async Task An_error_keeps_only_the_marked_changes()
    {
        var workspace = await Workspace.NewAsync(database);
        await using var session = workspace.SignIn();

        var result = await Work(session)
            .RunAsync<int>(
                "test",
                async () =>
                {
                    await AddTwoAsync(session, 2);
                    Work(session).KeepOnRefusal(() => AddAsync(session, "KEPT"));
                    return Refusal;
                },
                default
            );

        Assert.Equal(Refusal, result.Error);
        Assert.Equal(["KEPT"], await KeysAsync(workspace));
        await Work(session).RunAsync("test", () => AddTwoAsync(session, Refusal), default);
        Assert.Equal(["KEPT"], await KeysAsync(workspace)); // it was stored once
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("moved")]
    [InlineData("as it was")]
    public async Task A_rejected_move_is_noted_unless_the_issue_has_moved_meanwhile(string meanwhile)
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        var created = await workspace.AddIssueAsync(new() { Title = "An issue" });
        await using var session = workspace.SignIn();
        var (now, guards) = (DateTimeOffset.UtcNow, new GuardAnswers());
        var issue = await session.Db.Issues.AsNoTracking().SingleAsync(i => i.Id == created.Id);
        guards.Take(issue, new("in_progress"), [new("com.example.guard", GuardDecision.Deny, "No.", 5)], isAnnounced: false);
        var work = new WorkThatWaits(Work(session));

        var moved = await work.RunAsync<int>(
            "test",
            async () =>
            {
                var tracked = await session.Db.Issues.SingleAsync(i => i.Id == created.Id);
                var move = session.Db.TransitionAsync(work, guards, tracked, "in_progress", null, workspace.Admin, now, default);
                return (await move).Error!;
            },
            default
        );
        var others = session.Db.Issues.Where(i => i.Id == created.Id);
        if (meanwhile == "gone")
            await others.ExecuteUpdateAsync(set => set.SetProperty(i => i.DeletedAt, now));
        if (meanwhile == "moved")
            await others.ExecuteUpdateAsync(set => set.SetProperty(i => i.Status, new StateKey("done")));
        await work.RunAsync("test", work.KeepAsync, default);

        Assert.Equal("WORKFLOW_TRANSITION_GUARD_FAILED", moved.Error?.Code);
        var history = await session.Db.IssueChanges.CountAsync(c => c.IssueId == created.Id && c.Action == IssueAction.Guarded);
        Assert.Equal(meanwhile == "as it was" ? 1 : 0, history);
    }

    [Fact]
    public async Task Success_does_not_apply_the_changes_kept_for_an_error()
    {
        var workspace = await Workspace.NewAsync(database);
        await using var session = workspace.SignIn();

        await Work(session)
            .RunAsync<int>(
                "test",
                async () =>
                {
                    Work(session).KeepOnRefusal(() => AddAsync(session, "KEPT"));
                    return await AddTwoAsync(session, 2);
                },
                default
            );

        Assert.Equal(["A", "B"], await KeysAsync(workspace));
    }

    [Fact]
    public async Task An_exception_keeps_nothing_and_is_rethrown()
    {
        var workspace = await Workspace.NewAsync(database);
        await using var session = workspace.SignIn();

        await Assert.ThrowsAsync<TimeoutException>(() => Work(session).RunAsync("test", () => FailAsync(session), default));

        Assert.False(Work(session).IsRunning);
        Assert.Empty(await KeysAsync(workspace));
    }

    [Fact]
    public async Task A_rehearsal_says_what_would_happen_and_keeps_nothing()
    {
        var workspace = await Workspace.NewAsync(database);
        await using var session = workspace.SignIn();

        var result = await Work(session).RehearseAsync("test", () => AddTwoAsync(session, 2), default);

        Assert.Equal(2, result.Value);
        Assert.Empty(await KeysAsync(workspace));
    }

    [Fact]
    public async Task A_lost_race_is_retried_on_fresh_data()
    {
        var workspace = await Workspace.NewAsync(database);
        var project = (await workspace.AddProjectAsync()).Id;
        await using var session = workspace.SignIn();
        List<string> seen = [];

        var result = await Work(session)
            .RunAsync<int>(
                "test",
                async () =>
                {
                    var mine = await session.Db.Projects.SingleAsync(p => p.Id == project);
                    seen.Add(mine.Name);
                    mine.Edit(new() { Description = "Mine" }, workspace.Admin.UserId, DateTimeOffset.UnixEpoch);
                    if (seen.Count > 1)
                        return seen.Count;
                    throw new DbUpdateConcurrencyException("Another writer was faster.");
                },
                default
            );

        Assert.Equal(2, result.Value);
        await using var reader = workspace.SignIn();
        var kept = await reader.Db.Projects.SingleAsync(p => p.Id == project);
        Assert.Equal(("Mine", 2), (kept.Description, kept.Version)); // not changed twice
    }

    [Theory]
    [InlineData("refusal")]
    [InlineData("exception")]
    [InlineData("unique violation")]
    [InlineData("rehearsal")]
    public async Task A_part_that_fails_undoes_its_own_changes_only(string failure)
    {
        var workspace = await Workspace.NewAsync(database);
        await using var session = workspace.SignIn();
        var work = Work(session);

        await work.RunAsync<int>(
            "test",
            async () =>
            {
                await AddAsync(session, "BEFORE");
                if (failure == "refusal")
                    Assert.True((await work.RunAsync("test", () => AddTwoAsync(session, Refusal), default)).IsRefused);
                else if (failure == "exception")
                    await Assert.ThrowsAsync<TimeoutException>(() => work.RunAsync("test", () => FailAsync(session), default));
                else if (failure == "rehearsal")
                    Assert.Equal(2, (await work.RehearseAsync("test", () => AddTwoAsync(session, 2), default)).Value);
                else
                    await Assert.ThrowsAsync<DbUpdateException>(() =>
                        work.RunAsync("test", () => AddTwiceAsync(session), default)
                    );
                await AddAsync(session, "LATER");
                return 0;
            },
            default
        );

        Assert.Equal(["BEFORE", "LATER"], await KeysAsync(workspace));
    }

    [Fact]
    public async Task A_failing_part_keeps_its_marked_changes_with_the_outer_work()
    {
        var workspace = await Workspace.NewAsync(database);
        await using var session = workspace.SignIn();
        var work = Work(session);

        await work.RunAsync<int>(
            "test",
            async () =>
            {
                await work.RunAsync<int>(
                    "test",
                    async () =>
                    {
                        await AddAsync(session, "LOST");
                        work.KeepOnRefusal(() => AddAsync(session, "KEPT"));
                        return Refusal;
                    },
                    default
                );
                return await AddTwoAsync(session, 2);
            },
            default
        );

        Assert.Equal(["KEPT", "A", "B"], await KeysAsync(workspace));
    }

    [Fact]
    public async Task Events_of_a_part_that_is_rolled_back_are_not_published()
    {
        var workspace = await Workspace.NewAsync(database);
        var project = await workspace.AddProjectAsync();
        await using var session = workspace.SignIn();
        var work = Work(session);
        Task<Result<IssueDto>> OpenAsync(string title) =>
            session.SendAsync(new CreateIssueCommand(ProjectRef.Of(project.Id), new() { Title = title }, null));

        await work.RunAsync<int>(
            "test",
            async () =>
            {
                Assert.Null((await OpenAsync("First")).Error);
                await work.RunAsync<int>(
                    "test",
                    async () =>
                    {
                        Assert.Null((await OpenAsync("Lost")).Error);
                        return Refusal;
                    },
                    default
                );
                Assert.Null((await OpenAsync("Last")).Error);
                return 0;
            },
            default
        );

        await using var reader = workspace.SignIn();
        var opened = await reader
            .Db.Issues.OrderBy(i => i.Id)
            .Select(i => new
            {
                i.Id,
                i.Title,
                i.Number,
            })
            .ToListAsync();
        Assert.Equal([("First", 1), ("Last", 2)], opened.Select(i => (i.Title, i.Number)));
        var events = await reader.Db.Events.OrderBy(e => e.Sequence).Select(e => new { e.Sequence, e.IssueId }).ToListAsync();
        Assert.Equal(opened.Select(i => (IssueId?)i.Id), events.Select(e => e.IssueId));
        Assert.Equal([1, 2], events.Select(e => e.Sequence));
    }

    [Fact]
    public async Task A_transition_answers_with_its_own_outcome_though_the_issue_is_deleted_right_after()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        var issue = IssueRef.Of((await workspace.AddIssueAsync(new() { Title = "Contested" })).Id);
        await using var session = workspace.SignIn();
        var (saved, deletion) = (false, Task.CompletedTask);
        database.Statements.Begin(async sql =>
        {
            if (saved && deletion.IsCompleted && sql.StartsWith("SELECT", StringComparison.Ordinal))
            {
                // It may have to wait for the transition; then it comes second.
                deletion = Task.Run(() => DeleteAsync(workspace, issue));
                await Task.WhenAny(deletion, Task.Delay(300));
            }

            saved |= sql.Contains("UPDATE", StringComparison.Ordinal);
        });

        var moved = await session.SendAsync(new TransitionIssueCommand(issue, "in_progress", null, null));
        await deletion;

        Assert.Equal("in_progress", moved.Value.Status.Value);
        await using var reader = workspace.SignIn();
        Assert.False(await reader.Db.Issues.AnyAsync(i => i.Id == issue.Id));
    }

    [Fact]
    public async Task A_milestone_that_is_deleted_while_an_issue_joins_it_leaves_neither_a_failure_nor_a_dead_reference()
    {
        var workspace = await Workspace.NewAsync(database);
        var project = ProjectRef.Of((await workspace.AddProjectAsync()).Id);
        var issue = IssueRef.Of((await workspace.AddIssueAsync(new() { Title = "Joins" })).Id);
        await using var session = workspace.SignIn();
        var milestone = (await session.SendAsync(new CreateMilestoneCommand(project, new() { Name = "Going" }))).Value.Id;
        Task? deletion = null;
        database.Statements.Begin(async sql =>
        {
            if (
                deletion is null
                && sql.Contains("UPDATE", StringComparison.Ordinal)
                && sql.Contains("milestone_id", StringComparison.Ordinal)
            )
            {
                deletion = Task.Run(async () =>
                {
                    await using var other = workspace.SignIn();
                    Assert.Null((await other.SendAsync(new DeleteMilestoneCommand(project, milestone, null))).Error);
                });
                await Task.WhenAny(deletion, Task.Delay(300));
            }
        });

        var joined = await session.SendAsync(new UpdateIssueCommand(issue, new() { MilestoneId = milestone }, null, null));
        await deletion!;

        Assert.Contains(joined.Error?.Code, new[] { null, ErrorCodes.ValidationError });
        await using var reader = workspace.SignIn();
        Assert.Null((await reader.Db.Issues.SingleAsync(i => i.Id == issue.Id)).MilestoneId);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public async Task A_move_that_became_possible_after_its_guards_were_skipped_does_not_pass_them(int versions)
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        var issue = IssueRef.Of((await workspace.AddIssueAsync(new() { Title = "Guarded" })).Id);
        await AddUnreachableGuardAsync(workspace);
        await using var session = workspace.SignIn();
        var isMoved = false;
        database.Statements.Begin(async sql =>
        {
            // The preparation has read the issue in backlog, from where no transition leads to review.
            if (isMoved || !sql.Contains("FROM workflows", StringComparison.Ordinal) && !sql.Contains("FROM \"workflows\""))
                return;
            isMoved = true;
            await Task.Run(async () =>
            {
                await using var other = workspace.SignIn();
                await other
                    .Db.Issues.Where(i => i.Id == issue.Id)
                    .ExecuteUpdateAsync(s =>
                        s.SetProperty(i => i.Status, new StateKey("in_progress"))
                            .SetProperty(i => i.Version, i => i.Version + versions)
                    );
            });
        });

        var moved = await session.SendAsync(new TransitionIssueCommand(issue, "review", null, null));

        Assert.True(isMoved);
        Assert.Equal(ErrorCodes.WorkflowTransitionGuardFailed, moved.Error?.Code);
        await using var reader = workspace.SignIn();
        Assert.Equal("in_progress", (await reader.Db.Issues.SingleAsync(i => i.Id == issue.Id)).Status.Value);
    }

    /// <summary>Nothing listens at its address, so it denies every move.</summary>
    private static async Task AddUnreachableGuardAsync(Workspace workspace)
    {
        await using var session = workspace.SignIn();
        var (now, key) = (DateTimeOffset.UnixEpoch, TokenSecret.Generate(Extension.KeyLabel));
        var user = User.ForExtension(workspace.Admin.OrganizationId, "Guard", now);
        session.Db.Users.Add(user);
        await session.Db.SaveChangesAsync();
        const string url = "http://127.0.0.1:9";
        var manifest = new ExtensionManifest { Id = "com.example.guard", Name = "Guard" };
        var extension = Extension.Install(user, null, manifest, url, key, workspace.Admin.UserId, now);
        session.Db.Extensions.Add(extension);
        await session.Db.SaveChangesAsync();
        session.Db.Webhooks.Add(
            Webhook.For(
                workspace.Admin.OrganizationId,
                null,
                extension.Id,
                WebhookKind.Extension,
                new(url, false, new Dictionary<string, string>(), SignatureScheme.Timestamp, DeliveryOrdering.None, 1000),
                [new(EventNames.WorkflowBeforeTransition, Required: true)],
                null,
                now
            )
        );
        await session.Db.SaveChangesAsync();
    }

    private static Ports.IUnitOfWork Work(Session session) => session.Get<Ports.IUnitOfWork>();

    private static async Task DeleteAsync(Workspace workspace, IssueRef issue)
    {
        await using var session = workspace.SignIn();
        Assert.Null((await session.SendAsync(new DeleteIssueCommand(issue, null))).Error);
    }

    private static async Task<Result<int>> AddTwoAsync(Session session, Result<int> result)
    {
        await AddAsync(session, "A");
        await AddAsync(session, "B");
        return result;
    }

    private static async Task<Result<int>> FailAsync(Session session)
    {
        await AddAsync(session, "A");
        throw new TimeoutException();
    }

    private static async Task<Result<int>> AddTwiceAsync(Session session)
    {
        await AddAsync(session, "A");
        await AddAsync(session, "A");
        return 2;
    }

    private static async Task AddAsync(Session session, string key)
    {
        var organization = session.Get<Ports.ICurrentActor>().Actor.OrganizationId;
        session.Db.Projects.Add(Project.Start(organization, key, new() { Name = "Kept?" }, DateTimeOffset.UnixEpoch).Value);
        await Work(session).FlushAsync(default);
    }

    private static async Task<List<string>> KeysAsync(Workspace workspace)
    {
        await using var reader = workspace.SignIn();
        return await reader.Db.Projects.OrderBy(p => p.Id).Select(p => p.Key).ToListAsync();
    }
}

/// <summary>Keeps what a refusal leaves behind only when a test says so.</summary>
internal sealed class WorkThatWaits(Ports.IUnitOfWork work) : Ports.IUnitOfWork
{
    private Func<Task> kept = () => Task.CompletedTask;

    public bool IsRunning => work.IsRunning;

    public void KeepOnRefusal(Func<Task> change) => kept = change;

    public async Task<Result<int>> KeepAsync()
    {
        await kept();
        return 1;
    }

    public Task<Result<T>> RunAsync<T>(string action, Func<Task<Result<T>>> run, CancellationToken ct) =>
        work.RunAsync(action, run, ct);

    public Task<Result<T>> RehearseAsync<T>(string action, Func<Task<Result<T>>> run, CancellationToken ct) =>
        work.RehearseAsync(action, run, ct);

    public Task FlushAsync(CancellationToken ct) => work.FlushAsync(ct);

    public Task FlushBatchAsync(CancellationToken ct) => work.FlushBatchAsync(ct);

    public void Audit(string type, string change) => work.Audit(type, change);

    public void Audit(IAggregateRoot row, string change) => work.Audit(row, change);

    public void AuditErasure(IReadOnlyList<long> records) => work.AuditErasure(records);
}

public sealed class SqliteTransactionTests(SqliteDatabase database) : TransactionSuite(database);

public sealed class PostgreSqlTransactionTests(PostgreSqlDatabase database) : TransactionSuite(database);

public sealed class SqlServerTransactionTests(SqlServerDatabase database) : TransactionSuite(database);
