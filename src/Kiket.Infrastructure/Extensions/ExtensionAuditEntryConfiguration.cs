using Kiket.Domain.Extensions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Extensions;

internal sealed class ExtensionAuditEntryConfiguration : IEntityTypeConfiguration<ExtensionAuditEntry>
{
    public void Configure(EntityTypeBuilder<ExtensionAuditEntry> builder)
    {
        builder.HasKey(e => e.Id);
        builder.Property(e => e.Action).HasMaxLength(ExtensionAuditEntry.MaxActionLength);
        builder.Property(e => e.Subject).HasMaxLength(ExtensionAuditEntry.MaxSubjectLength);
        builder.HasIndex(e => new
        {
            e.OrganizationId,
            e.ExtensionId,
            e.Id,
        });
        builder.HasOne<Extension>().WithMany().HasForeignKey(e => e.ExtensionId);
    }
}
