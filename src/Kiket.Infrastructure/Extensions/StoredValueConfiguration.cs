using Kiket.Domain.Extensions;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Extensions;

internal sealed class StoredValueConfiguration : IEntityTypeConfiguration<StoredValue>
{
    public void Configure(EntityTypeBuilder<StoredValue> builder)
    {
        builder.IsAggregate();
        builder.Property(v => v.Key).HasMaxLength(StoredValue.MaxKeyLength);
        builder
            .HasIndex(v => new
            {
                v.OrganizationId,
                v.ExtensionId,
                v.Key,
            })
            .IsUnique();
        builder.HasOne<Extension>().WithMany().HasForeignKey(v => v.ExtensionId);
    }
}
