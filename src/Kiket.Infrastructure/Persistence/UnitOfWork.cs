using System.Diagnostics.CodeAnalysis;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Workflows;
using Kiket.Domain.Common;
using Kiket.Domain.Events;
using Kiket.Domain.Issues;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// A transaction with everything that belongs to it: rows, the followers' changes, the result for an idempotency key, and the
/// events, which get their sequence numbers last.
/// </summary>
internal sealed class UnitOfWork(
    KiketDbContext db,
    CurrentActor current,
    IEnumerable<IIssueFollower> followers,
    Publications publications,
    AuditTrail audit,
    IIdempotency idempotency,
    OutboxSignal signal,
    WriteMetrics metrics
) : IUnitOfWork
{
    private const string Savepoint = "part";

    /// <summary>The events so far; they get their numbers in the log right before the commit.</summary>
    private readonly List<LoggedEvent> events = [];

    /// <summary>The changed issues that followers have not seen yet.</summary>
    private readonly Dictionary<IssueId, ChangedIssue> changed = [];

    private Func<Task>? keptOnRefusal;
    private IDbContextTransaction? transaction;

    public bool IsRunning => transaction is not null;

    public Task<Result<T>> RunAsync<T>(string action, Func<Task<Result<T>>> work, CancellationToken ct) =>
        RunAsync(action, work, isKept: true, ct);

    public Task<Result<T>> RehearseAsync<T>(string action, Func<Task<Result<T>>> work, CancellationToken ct) =>
        RunAsync(action, work, isKept: false, ct);

    public void Audit(string type, string change) => audit.Note(type, change);

    public void Audit(IAggregateRoot row, string change) => audit.Note(row, change);

    public void AuditErasure(IReadOnlyList<long> records) => audit.NoteErasure(records);

    public void KeepOnRefusal(Func<Task> change) => keptOnRefusal = change;

    public async Task FlushAsync(CancellationToken ct)
    {
        db.ChangeTracker.DetectChanges(); // once, and not at each query below
        var roots = db
            .ChangeTracker.Entries<IAggregateRoot>()
            .Select(e => e.Entity)
            .Where(r => r.DomainEvents.Count > 0)
            .ToList();
        var issues = db
            .ChangeTracker.Entries<Issue>()
            .Where(e => e.State is EntityState.Added or EntityState.Modified)
            .Select(e => new ChangedIssue(e.Entity, e.State is EntityState.Added, e.Property(i => i.WorkflowId).IsModified))
            .ToList();
        audit.Observe();
        publications.Any |= db.ChangeTracker.Entries<Workflow>().Any(e => e.State is EntityState.Added);
        if (db.ChangeTracker.HasChanges())
            await db.SaveChangesAsync(ct);

        // Only now are the ids of new rows known.
        foreach (var root in roots)
        {
            events.AddRange(
                root.DomainEvents.SelectMany(e => LoggedEvent.Of(root, e, current.Cause, current.CauseDepth, Tracing.Current))
            );
            root.ClearDomainEvents();
        }

        foreach (var change in issues)
        {
            changed[change.Issue.Id] = changed.TryGetValue(change.Issue.Id, out var before)
                ? new(change.Issue, before.IsNew || change.IsNew, before.HasOtherWorkflow || change.HasOtherWorkflow)
                : change;
        }
    }

    public async Task FlushBatchAsync(CancellationToken ct)
    {
        await CompleteAsync(ct);
        db.ChangeTracker.Clear();
    }

    private Task<Result<T>> RunAsync<T>(string action, Func<Task<Result<T>>> work, bool isKept, CancellationToken ct) =>
        transaction is { } outer
            ? RunPartAsync(outer, work, isKept, ct)
            : LostRaces.RetryAsync(
                () => RunWholeAsync(action, work, isKept, ct),
                failure => metrics.IsLostRace(failure, action),
                ct
            );

    private async Task<Result<T>> RunWholeAsync<T>(string action, Func<Task<Result<T>>> work, bool isKept, CancellationToken ct)
    {
        Forget(); // data read outside may be outdated
        db.ChangeTracker.AutoDetectChangesEnabled = false;
        try
        {
            Result<T> result;
            await using (transaction = await db.Database.BeginTransactionAsync(ct))
            {
                result = await work();
                if (!result.IsRefused)
                    return await CompleteAsync(action, result.Value, isKept, ct) is { } error ? error : result;
            }

            if (keptOnRefusal is { } change)
                await KeepAsync(action, change, ct);
            return result;
        }
        finally
        {
            transaction = null;
            db.ChangeTracker.AutoDetectChangesEnabled = true;
            Forget();
        }
    }

    /// <summary>Saves the changes that are kept despite an error; the transaction of the failed work was rolled back.</summary>
    private async Task KeepAsync(string action, Func<Task> change, CancellationToken ct)
    {
        Forget();
        await using (transaction = await db.Database.BeginTransactionAsync(ct))
        {
            await change();
            await CompleteAsync(ct);
            await CommitAsync(action, ct);
        }
    }

    /// <returns>The error when nothing may be saved after all, or null.</returns>
    private async Task<Error?> CompleteAsync<T>(string action, T value, bool isKept, CancellationToken ct)
    {
        await CompleteAsync(ct); // also in a dry run, so that the database checks the changes
        if (!isKept)
            return null;
        if (await idempotency.StoreAsync(value, ct) is { } error)
            return error;
        await CommitAsync(action, ct);
        return null;
    }

    /// <summary>
    /// Logs the events and audits the action last, then commits: nothing is locked after the logs, and no reader sees a later
    /// entry before an earlier one. The commit cannot be cancelled, so that its outcome is never unknown.
    /// </summary>
    private async Task CommitAsync(string action, CancellationToken ct)
    {
        await using (var last = new StatementBatch(db))
        {
            await db.LogAsync(events, last, ct);
            audit.Append(action, last);
            await last.SendAsync(ct);
        }

        await transaction!.CommitAsync(CancellationToken.None);
        if (events.Count > 0)
            signal.Wake();
    }

    [SuppressMessage(
        "Design",
        "CA1031",
        Justification = "The rethrown failure is more informative than that of rolling back a lost transaction."
    )]
    private async Task<Result<T>> RunPartAsync<T>(
        IDbContextTransaction outer,
        Func<Task<Result<T>>> work,
        bool isKept,
        CancellationToken ct
    )
    {
        await CompleteAsync(ct); // the changes of the outer work stay when this part is rolled back
        var (before, audited, outerKept) = (events.Count, audit.Count, keptOnRefusal);
        keptOnRefusal = null;
        await outer.CreateSavepointAsync(Savepoint, ct);
        try
        {
            var result = await work();
            if (!result.IsRefused)
                await CompleteAsync(ct);
            if (!result.IsRefused && isKept)
                return result;

            await RollbackPartAsync(outer, before, audited);
            if (result.IsRefused && keptOnRefusal is { } change)
            {
                await change();
                await CompleteAsync(ct);
            }

            return result;
        }
        catch (Exception)
        {
            try
            {
                await RollbackPartAsync(outer, before, audited);
            }
            catch (Exception)
            {
                // With a deadlock on SQL Server, or a lost connection, the whole transaction is gone; the first failure says
                // why.
            }

            throw;
        }
        finally
        {
            keptOnRefusal = outerKept;
        }
    }

    private async Task RollbackPartAsync(IDbContextTransaction outer, int keptEvents, int keptAudit)
    {
        db.ChangeTracker.Clear();
        changed.Clear();
        events.RemoveRange(keptEvents, events.Count - keptEvents);
        audit.Keep(keptAudit);
        await outer.RollbackToSavepointAsync(Savepoint, CancellationToken.None);
    }

    /// <summary>Saves the changes and runs the followers.</summary>
    private async Task CompleteAsync(CancellationToken ct)
    {
        await FlushAsync(ct);
        while (changed.Count > 0)
        {
            List<ChangedIssue> issues = [.. changed.Values];
            changed.Clear();
            foreach (var follower in followers)
                await follower.FollowAsync(issues, current.UserIdOrZero, ct);
            await FlushAsync(ct);
        }
    }

    private void Forget()
    {
        db.ChangeTracker.Clear();
        changed.Clear();
        events.Clear();
        audit.Clear();
        publications.Any = false;
        keptOnRefusal = null;
    }
}
