using Kiket.Domain.Extensions;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Extensions;

internal sealed class ExtensionConfiguration : IEntityTypeConfiguration<Extension>
{
    public void Configure(EntityTypeBuilder<Extension> builder)
    {
        builder.IsAggregate();
        builder.Property(e => e.Key).HasMaxLength(ExtensionManifest.MaxIdLength);
        builder.Property(e => e.Slot).HasMaxLength(ExtensionManifest.MaxIdLength + 20); // an id has at most 19 digits
        builder.Property(e => e.KeyHash).HasMaxLength(64);
        builder.Property(e => e.PreviousKeyHash).HasMaxLength(64);
        builder.Property(e => e.KeyPrefix).HasMaxLength(32);
        builder.HasIndex(e => new { e.OrganizationId, e.Slot }).IsUnique();
        builder.HasIndex(e => new { e.OrganizationId, e.Key });
        builder.HasIndex(e => new { e.OrganizationId, e.Status, e.Id });
        builder.HasIndex(e => e.KeyHash).IsUnique();
        builder.HasIndex(e => e.PreviousKeyHash);
        builder.HasOne<Project>().WithMany().HasForeignKey(e => e.ProjectId);
        builder.HasOne<User>().WithMany().HasForeignKey(e => e.ServiceUserId);
        builder.HasOne<User>().WithMany().HasForeignKey(e => e.InstalledById);
    }
}

internal sealed class ExtensionAuditEntryConfiguration : IEntityTypeConfiguration<ExtensionAuditEntry>
{
    public void Configure(EntityTypeBuilder<ExtensionAuditEntry> builder)
    {
        builder.HasKey(e => e.Id);
        builder.Property(e => e.Action).HasMaxLength(ExtensionAuditEntry.MaxActionLength);
        builder.Property(e => e.Subject).HasMaxLength(ExtensionAuditEntry.MaxSubjectLength);
        builder.HasIndex(e => new { e.OrganizationId, e.ExtensionId, e.Id });
        builder.HasOne<Extension>().WithMany().HasForeignKey(e => e.ExtensionId);
    }
}

internal sealed class ExtensionSecretConfiguration : IEntityTypeConfiguration<ExtensionSecret>
{
    public void Configure(EntityTypeBuilder<ExtensionSecret> builder)
    {
        builder.IsAggregate();
        builder.Ignore(s => s.Purpose);
        builder.Property(s => s.Owner).HasMaxLength(ExtensionSecret.MaxOwnerLength);
        builder.Property(s => s.Key).HasMaxLength(ExtensionSecret.MaxKeyLength);
        builder.HasIndex(s => new { s.OrganizationId, s.Owner, s.Key }).IsUnique();
    }
}

internal sealed class StoredValueConfiguration : IEntityTypeConfiguration<StoredValue>
{
    public void Configure(EntityTypeBuilder<StoredValue> builder)
    {
        builder.IsAggregate();
        builder.Property(v => v.Key).HasMaxLength(StoredValue.MaxKeyLength);
        builder.HasIndex(v => new { v.OrganizationId, v.ExtensionId, v.Key }).IsUnique();
        builder.HasOne<Extension>().WithMany().HasForeignKey(v => v.ExtensionId);
    }
}

internal sealed class ExtensionReportConfiguration : IEntityTypeConfiguration<ExtensionReport>
{
    public void Configure(EntityTypeBuilder<ExtensionReport> builder)
    {
        builder.HasKey(r => r.Id);
        builder.Property(r => r.Name).HasMaxLength(ExtensionReport.MaxNameLength);

        // The second tells how an extension fares; the third finds what has served its time, in all organizations.
        builder.HasIndex(r => new { r.OrganizationId, r.ExtensionId, r.Id });
        builder.HasIndex(r => new { r.OrganizationId, r.Kind, r.ReceivedAt });
        builder.HasIndex(r => r.ReceivedAt);
        builder.HasOne<Extension>().WithMany().HasForeignKey(r => r.ExtensionId);
    }
}
