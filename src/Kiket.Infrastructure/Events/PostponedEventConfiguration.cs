using Kiket.Domain.Events;
using Kiket.Domain.Organizations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Events;

internal sealed class PostponedEventConfiguration : IEntityTypeConfiguration<PostponedEvent>
{
    public void Configure(EntityTypeBuilder<PostponedEvent> builder)
    {
        builder.ToTable("postponed_events");
        builder.HasKey(e => e.EventId);
        builder.Property(e => e.EventId).ValueGeneratedNever();
        builder.Property(e => e.LastError).HasMaxLength(PostponedEvent.MaxErrorLength);
        builder.HasOne<LoggedEvent>().WithMany().HasForeignKey(e => e.EventId);
        builder.HasOne<Organization>().WithMany().HasForeignKey(e => e.OrganizationId);

        // For finding due events, and earlier waiting events of an issue.
        builder.HasIndex(e => e.NextAttemptAt);
        builder.HasIndex(e => new
        {
            e.OrganizationId,
            e.IssueId,
            e.EventId,
        });
    }
}
