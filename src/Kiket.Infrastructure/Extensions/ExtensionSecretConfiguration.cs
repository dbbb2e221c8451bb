using Kiket.Domain.Extensions;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Extensions;

internal sealed class ExtensionSecretConfiguration : IEntityTypeConfiguration<ExtensionSecret>
{
    public void Configure(EntityTypeBuilder<ExtensionSecret> builder)
    {
        builder.IsAggregate();
        builder.Ignore(s => s.Purpose);
        builder.Property(s => s.Owner).HasMaxLength(ExtensionSecret.MaxOwnerLength);
        builder.Property(s => s.Key).HasMaxLength(ExtensionSecret.MaxKeyLength);
        builder
            .HasIndex(s => new
            {
                s.OrganizationId,
                s.Owner,
                s.Key,
            })
            .IsUnique();
    }
}
