using System.Diagnostics.CodeAnalysis;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kiket.Infrastructure.Persistence;

/// <summary>Merges the parts of counts, so that reading them stays cheap. It only runs when there are many.</summary>
internal sealed partial class IssueCountSums(IssueCounter counter, IServiceScopeFactory scopes, ILogger<IssueCountSums> logger)
    : BackgroundService
{
    /// <summary>Merges the counts of an organization.</summary>
    /// <returns>Whether there was anything to merge and no other worker was faster.</returns>
    internal static async Task<bool> SumAsync(KiketDbContext db, OrganizationId organizationId, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var counts = db.AcrossTenants<IssueCount>().Where(c => c.OrganizationId == organizationId);
        var parts = await counts.AsNoTracking().ToListAsync(ct);
        var sums = parts
            .GroupBy(c => (c.ProjectId, c.WorkflowId, c.Status))
            .Where(g => g.Count() > 1 || g.Single().Change == 0)
            .ToList();
        var ids = sums.SelectMany(g => g.Select(c => c.Id)).ToList();
        if (ids.Count == 0)
            return false;

        // Another worker may be merging the same parts; only one of them deletes them all.
        if (await counts.Where(c => ids.Contains(c.Id)).ExecuteDeleteAsync(ct) != ids.Count)
            return false;
        db.AddRange(sums.Select(g => SumOf([.. g])).Where(c => c.Change != 0));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    private static IssueCount SumOf(IReadOnlyList<IssueCount> parts) =>
        new()
        {
            OrganizationId = parts[0].OrganizationId,
            ProjectId = parts[0].ProjectId,
            WorkflowId = parts[0].WorkflowId,
            Status = parts[0].Status,
            Change = parts.Sum(c => c.Change),
        };

    [SuppressMessage("Design", "CA1031", Justification = "The remaining parts are merged next time.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var organizationId in counter.Full.ReadAllAsync(stoppingToken))
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await SumAsync(scope.ServiceProvider.GetRequiredService<KiketDbContext>(), organizationId, stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailure(failure, organizationId);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The counts of issues of organization {OrganizationId} stay in parts.")]
    private partial void LogFailure(Exception failure, OrganizationId organizationId);
}
