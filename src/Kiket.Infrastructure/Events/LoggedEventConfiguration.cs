using Kiket.Domain.Events;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Events;

internal sealed class LoggedEventConfiguration : IEntityTypeConfiguration<LoggedEvent>
{
    public void Configure(EntityTypeBuilder<LoggedEvent> builder)
    {
        builder.HasKey(e => e.Id);
        builder.Property(e => e.EventId).HasMaxLength(LoggedEvent.MaxEventIdLength);
        builder.Property(e => e.Name).HasMaxLength(64);
        builder.Property(e => e.LastError).HasMaxLength(LoggedEvent.MaxErrorLength);

        // The log is read by the first; workers find what waits by the others, and what is to be pruned by the last.
        builder.HasIndex(e => new { e.OrganizationId, e.Sequence }).IsUnique();
        builder.HasIndex(e => new { e.FannedOutAt, e.Id });
        builder.HasIndex(e => new { e.ProcessedAt, e.ClaimedUntil });
        builder.HasIndex(e => new
        {
            e.IssueId,
            e.ProcessedAt,
            e.Id,
        });
        builder.HasIndex(e => e.OccurredAt);
    }
}
