using Kiket.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Webhooks;

internal sealed class WebhookDeliveryConfiguration : IEntityTypeConfiguration<WebhookDelivery>
{
    public void Configure(EntityTypeBuilder<WebhookDelivery> builder)
    {
        builder.HasKey(d => d.Id);
        builder.Property(d => d.EventId).HasMaxLength(40);
        builder.Property(d => d.Event).HasMaxLength(128);
        builder.Property(d => d.LastError).HasMaxLength(WebhookDelivery.MaxErrorLength);
        builder.HasOne<Webhook>().WithMany().HasForeignKey(d => d.WebhookId);

        // The first ensures that an endpoint gets an event once. The others are for due deliveries, for the lists of people
        // (three), for pruning, for the health of an extension, and for the backlog.
        builder.HasIndex(d => new { d.LoggedEventId, d.WebhookId }).IsUnique();
        builder.HasIndex(d => new
        {
            d.WebhookId,
            d.State,
            d.NextAttemptAt,
        });
        builder.HasIndex(d => new
        {
            d.OrganizationId,
            d.State,
            d.Id,
        });
        builder.HasIndex(d => new
        {
            d.OrganizationId,
            d.ExtensionId,
            d.Id,
        });
        builder.HasIndex(d => new { d.OrganizationId, d.CreatedAt });
        builder.HasIndex(d => d.CompletedAt).HasFilter("completed_at IS NOT NULL");
        builder
            .HasIndex(d => new
            {
                d.OrganizationId,
                d.ExtensionId,
                d.CompletedAt,
            })
            .HasFilter("completed_at IS NOT NULL");
        builder.HasIndex(d => new { d.State, d.CreatedAt }).HasFilter("state = 'pending'");
    }
}
