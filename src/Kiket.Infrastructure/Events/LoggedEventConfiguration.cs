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

        // The first one is for reading the log, the last one for pruning it.
        builder.HasIndex(e => new { e.OrganizationId, e.Sequence }).IsUnique();
        builder.HasIndex(e => e.OccurredAt);
    }
}
