using System.Security.Cryptography;
using Kiket.Domain.Audit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Audit;

internal sealed class AuditAnchorConfiguration : IEntityTypeConfiguration<AuditAnchor>
{
    public void Configure(EntityTypeBuilder<AuditAnchor> builder)
    {
        builder.HasKey(a => a.Id);
        builder.Property(a => a.MerkleRoot).HasMaxLength(SHA256.HashSizeInBytes);
        builder.Property(a => a.KeyId).HasMaxLength(64);
        builder.Property(a => a.Signature).HasMaxLength(128);
        builder.HasIndex(a => new { a.OrganizationId, a.MerkleRoot });
        builder.HasIndex(a => new { a.OrganizationId, a.CreatedAt });

        // Two nodes that anchor at the same time cannot cover the same records.
        builder.HasIndex(a => new { a.OrganizationId, a.FirstSequence }).IsUnique();
    }
}
