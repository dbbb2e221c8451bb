using Kiket.Domain.Extensions;
using Kiket.Domain.Webhooks;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Webhooks;

internal sealed class WebhookConfiguration : IEntityTypeConfiguration<Webhook>
{
    public void Configure(EntityTypeBuilder<Webhook> builder)
    {
        builder.IsAggregate();
        builder.IsClaimable();
        builder.Property<DateTimeOffset?>(WebhookSchedule.QueuedUntil);
        builder.Ignore(w => w.Circuit);
        builder.Property(w => w.Host).HasMaxLength(Webhook.MaxUrlLength);
        builder.HasOne<Extension>().WithMany().HasForeignKey(w => w.ExtensionId);
        builder.HasIndex(w => new
        {
            w.OrganizationId,
            w.Active,
            w.Kind,
        });
        builder.HasIndex(w => w.ExtensionId);
    }
}
