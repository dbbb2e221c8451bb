using System.Security.Cryptography;
using Kiket.Domain.Audit;
using Kiket.Domain.Organizations;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Organizations;

internal sealed class OrganizationConfiguration : IEntityTypeConfiguration<Organization>
{
    public void Configure(EntityTypeBuilder<Organization> builder)
    {
        builder.IsAggregate();
        builder.Ignore(o => o.OrganizationId);
        builder.Property(o => o.Name).HasMaxCharacters(Organization.MaxNameLength);
        builder.Property(o => o.Slug).HasMaxLength(Organization.MaxNameLength);
        builder.HasIndex(o => o.Slug).IsUnique();
        builder.Property(o => o.AuditChain).HasMaxLength(SHA256.HashSizeInBytes).HasDefaultValue(AuditRecord.Origin.ToArray());
    }
}
