using System.Security.Cryptography;
using Kiket.Domain.Audit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Audit;

internal sealed class AuditRecordConfiguration : IEntityTypeConfiguration<AuditRecord>
{
    public void Configure(EntityTypeBuilder<AuditRecord> builder)
    {
        builder.HasKey(r => new { r.OrganizationId, r.Sequence });
        builder.Property(r => r.Sequence).ValueGeneratedNever();
        builder.Property(r => r.Action).HasMaxLength(AuditRecord.MaxActionLength);
        builder.Property(r => r.Credential).HasMaxLength(AuditRecord.MaxCredentialLength);
        builder.Property(r => r.SubjectType).HasMaxLength(AuditRecord.MaxSubjectTypeLength);
        builder.Property(r => r.ContentHash).HasMaxLength(SHA256.HashSizeInBytes);
        builder.Property(r => r.ChainHash).HasMaxLength(SHA256.HashSizeInBytes);

        // One index for each filter of the log, in the order of the log.
        builder.HasIndex(r => new
        {
            r.OrganizationId,
            r.ActorId,
            r.Sequence,
        });
        builder.HasIndex(r => new
        {
            r.OrganizationId,
            r.Action,
            r.Sequence,
        });
        builder.HasIndex(r => new
        {
            r.OrganizationId,
            r.SubjectType,
            r.SubjectId,
            r.Sequence,
        });
        builder.HasIndex(r => new { r.OrganizationId, r.At });
    }
}
