using Kiket.Domain.Organizations;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Events;

internal sealed class EventCursorConfiguration : IEntityTypeConfiguration<EventCursor>
{
    public void Configure(EntityTypeBuilder<EventCursor> builder)
    {
        builder.ToTable("event_cursors");
        builder.HasKey(c => new { c.OrganizationId, c.Consumer });
        builder.HasOne<Organization>().WithMany().HasForeignKey(c => c.OrganizationId);
    }
}
