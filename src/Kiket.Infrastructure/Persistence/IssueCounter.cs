using System.Collections.Concurrent;
using System.Threading.Channels;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// Counts issues as they are saved, in the same transaction: those that enter a state, leave it, or are deleted.
/// </summary>
internal sealed class IssueCounter : SaveChangesInterceptor
{
    /// <summary>How many parts this process adds for an organization before they are merged.</summary>
    internal const int PartsBeforeSum = 250;

    private readonly ConcurrentDictionary<OrganizationId, int> parts = new();
    private readonly Channel<OrganizationId> full = Channel.CreateUnbounded<OrganizationId>();

    /// <summary>Organizations whose counts consist of many parts.</summary>
    public ChannelReader<OrganizationId> Full => full.Reader;

    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData,
        InterceptionResult<int> result,
        CancellationToken cancellationToken = default
    )
    {
        var db = (KiketDbContext)eventData.Context!;
        var counts = db
            .ChangeTracker.Entries<Issue>()
            .SelectMany(ChangesOf)
            .GroupBy(c => c.Place, c => c.Change)
            .Select(g => g.Key.Count(g.Sum()))
            .Where(c => c.Change != 0)
            .ToList();
        db.AddRange(counts);
        foreach (var organization in counts.GroupBy(c => c.OrganizationId))
            Note(organization.Key, organization.Count());
        return new(result);
    }

    private void Note(OrganizationId organizationId, int added)
    {
        if (parts.AddOrUpdate(organizationId, added, (_, known) => known + added) < PartsBeforeSum)
            return;
        if (parts.TryRemove(organizationId, out _))
            full.Writer.TryWrite(organizationId);
    }

    private static IEnumerable<(Place Place, int Change)> ChangesOf(EntityEntry<Issue> entry)
    {
        if (entry.State is EntityState.Modified && entry.Property(i => i.DeletedAt).OriginalValue is null)
            yield return (Place.Before(entry), -1);
        if (entry.State is EntityState.Added or EntityState.Modified && entry.Entity.DeletedAt is null)
            yield return (Place.Now(entry.Entity), +1);
    }

    private readonly record struct Place(OrganizationId OrganizationId, ProjectId ProjectId, long WorkflowId, StateKey Status)
    {
        public static Place Before(EntityEntry<Issue> entry) =>
            new(
                entry.Property(i => i.OrganizationId).OriginalValue,
                entry.Property(i => i.ProjectId).OriginalValue,
                entry.Property(i => i.WorkflowId).OriginalValue,
                entry.Property(i => i.Status).OriginalValue
            );

        public static Place Now(Issue issue) => new(issue.OrganizationId, issue.ProjectId, issue.WorkflowId, issue.Status);

        public IssueCount Count(int change) =>
            new()
            {
                OrganizationId = OrganizationId,
                ProjectId = ProjectId,
                WorkflowId = WorkflowId,
                Status = Status,
                Change = change,
            };
    }
}
