using System.Diagnostics.CodeAnalysis;
using Kiket.Application.Approvals;
using Kiket.Domain.Approvals;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Users;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kiket.Infrastructure.Approvals;

/// <summary>
/// Escalates overdue approvals. It reads only what is due, in batches; each approval escalates in one transaction with its
/// history and notifications, and its version ensures that only one of several workers does it.
/// </summary>
internal sealed partial class EscalationJob(IServiceScopeFactory scopes, TimeProvider time, ILogger<EscalationJob> logger)
{
    private const int BatchSize = 100;

    /// <returns>How many approvals this run has escalated.</returns>
    [SuppressMessage(
        "Design",
        "CA1031",
        Justification = "One approval that fails must not hold back the others; the next run comes back to it."
    )]
    public async Task<int> RunAsync(CancellationToken ct)
    {
        var (escalated, last) = (0, 0L);
        while (await FindDueAsync(last, ct) is { Count: > 0 } due)
        {
            foreach (var (id, organizationId) in due)
            {
                last = id;
                try
                {
                    escalated += await EscalateAsync(id, organizationId, ct) ? 1 : 0;
                }
                catch (Exception failure) when (failure is not OperationCanceledException || !ct.IsCancellationRequested)
                {
                    LogFailure(failure, id);
                }
            }
        }

        return escalated;
    }

    private async Task<IReadOnlyList<(long Id, OrganizationId OrganizationId)>> FindDueAsync(long after, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var now = time.GetUtcNow();
        var issues = db.AcrossTenants<Issue>();
        var projects = db.AcrossTenants<Project>();
        var due = await db.AcrossTenants<Approval>()
            .Where(a => a.Status == ApprovalStatus.Pending && a.EscalatedAt == null && a.EscalatesAt <= now && a.Id > after)
            .Where(a =>
                issues.Any(i => i.Id == a.IssueId && projects.Any(p => p.Id == i.ProjectId && p.Status == ProjectStatus.Active))
            )
            .OrderBy(a => a.Id)
            .Take(BatchSize)
            .Select(a => new { a.Id, a.OrganizationId })
            .ToListAsync(ct);
        return [.. due.Select(a => (a.Id, a.OrganizationId))];
    }

    private async Task<bool> EscalateAsync(long id, OrganizationId organizationId, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var services = scope.ServiceProvider;
        await services.SignInServiceAsync(organizationId, ct);
        services.GetRequiredService<CurrentActor>().Cause = EventCause.Automation;
        return await services.GetRequiredService<IMediator>().Send(new EscalateApprovalCommand(id), ct)
            is { IsRefused: false, Value: true };
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Approval {Id} could not be escalated; the next run will retry it.")]
    private partial void LogFailure(Exception failure, long id);
}
