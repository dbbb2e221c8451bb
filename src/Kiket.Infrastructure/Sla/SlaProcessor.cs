using System.Diagnostics.CodeAnalysis;
using Kiket.Application.Ports;
using Kiket.Application.Sla;
using Kiket.Domain.Calendars;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Domain.Sla;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kiket.Infrastructure.Sla;

/// <summary>
/// Claims the timers that are due, and reports the limits that were reached. It reads no others, so the cost depends on what
/// is due. Several workers can run at the same time, on any node.
/// </summary>
internal sealed partial class SlaProcessor(IServiceScopeFactory scopes, TimeProvider time, ILogger<SlaProcessor> logger)
{
    /// <summary>How long a claim lasts; after that the worker counts as crashed.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    /// <summary>How long the timers of an archived project are postponed each time.</summary>
    public static readonly TimeSpan ArchivedPause = TimeSpan.FromHours(1);

    private const int BatchSize = 100;

    /// <summary>Handles all that is due.</summary>
    /// <returns>How many timers this call has handled.</returns>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        var done = 0;
        while (await ClaimAsync(ct) is { Count: > 0 } claimed)
        {
            foreach (var timer in claimed)
                done += await ProcessAsync(timer, ct) ? 1 : 0;
        }

        return done;
    }

    /// <summary>Takes a batch of due timers, those that have waited longest first.</summary>
    public async Task<IReadOnlyList<SlaClaim>> ClaimAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var timers = scope.ServiceProvider.GetRequiredService<KiketDbContext>().AcrossTenants<SlaTimer>();
        var (now, claim) = (time.GetUtcNow(), Guid.NewGuid());
        var ids = await timers
            .Where(t => t.NextAt <= now)
            .Unclaimed(now)
            .OrderBy(t => t.NextAt)
            .Take(BatchSize)
            .Select(t => t.Id)
            .ToListAsync(ct);
        if (ids.Count == 0)
            return [];

        // The predicate is repeated, because another worker may have been faster; the claimed timers are read back by our claim.
        await timers.Where(t => ids.Contains(t.Id) && t.NextAt <= now).ClaimAsync(claim, now, Lease, ct);
        return await timers
            .Where(t => ids.Contains(t.Id))
            .ClaimedBy(claim)
            .OrderBy(t => t.NextAt)
            .Select(t => new SlaClaim(t.Id, t.OrganizationId, claim))
            .ToListAsync(ct);
    }

    /// <summary>Handles a claimed timer.</summary>
    /// <returns>Whether it was handled; false when that failed, or the issue was changed in the meantime.</returns>
    [SuppressMessage(
        "Design",
        "CA1031",
        Justification = "A failing timer must not stop the others; it is retried when its claim expires."
    )]
    public async Task<bool> ProcessAsync(SlaClaim claimed, CancellationToken ct)
    {
        try
        {
            return await HandleAsync(claimed, ct);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            LogFailure(failure, claimed.TimerId);
            return false;
        }
    }

    private async Task<bool> HandleAsync(SlaClaim claimed, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = await scope.ServiceProvider.SignInServiceAsync(claimed.OrganizationId, ct);
        var actorId = scope.ServiceProvider.GetRequiredService<CurrentActor>().Actor.UserId;
        var work = scope.ServiceProvider.GetRequiredService<IUnitOfWork>();
        return (
            await work.RunAsync<bool>("advance_sla_timer", async () => await AdvanceAsync(db, claimed, actorId, ct), ct)
        ).Value;
    }

    private async Task<bool> AdvanceAsync(KiketDbContext db, SlaClaim claimed, UserId actorId, CancellationToken ct)
    {
        // Locks the row until the commit: a move of the issue either comes first, and then the timer may no longer be due, or it
        // waits.
        var now = time.GetUtcNow();
        var ours = await db.SlaTimers.Where(t => t.Id == claimed.TimerId && t.NextAt <= now).ReleaseAsync(claimed.Claim, ct) == 1;
        if (!ours)
            return false;
        var timer = await db.SlaTimers.Include(t => t.Events).SingleAsync(t => t.Id == claimed.TimerId, ct);
        var issue = await db
            .Issues.IgnoreQueryFilters([IKiketDb.NotDeletedFilter])
            .AsNoTracking()
            .SingleAsync(i => i.Id == timer.IssueId, ct);
        if (await db.Projects.AnyAsync(p => p.Id == timer.ProjectId && p.Status == ProjectStatus.Archived, ct))
            timer.PostponeUntil(now + ArchivedPause);
        else
            timer.Advance(
                issue,
                timer.BusinessHours ? await db.ReadCalendarAsync(ct) : BusinessCalendar.AroundTheClock,
                actorId,
                now
            );
        return true;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "SLA timer {Id} failed; it will be retried later.")]
    private partial void LogFailure(Exception failure, long id);
}
