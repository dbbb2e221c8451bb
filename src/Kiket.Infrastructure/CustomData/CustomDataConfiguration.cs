using Kiket.Domain.CustomData;
using Kiket.Domain.Extensions;
using Kiket.Domain.Projects;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.CustomData;

internal sealed class CustomModuleConfiguration : IEntityTypeConfiguration<CustomModule>
{
    public void Configure(EntityTypeBuilder<CustomModule> builder)
    {
        builder.IsAggregate();
        builder.Property(m => m.Key).HasMaxLength(CustomModuleSchema.MaxKeyLength);
        builder.Property(m => m.Slot).HasMaxLength(CustomModuleSchema.MaxKeyLength + 40); // a word and an id of at most 19 digits
        builder.HasIndex(m => new { m.OrganizationId, m.Slot }).IsUnique();
        builder.HasIndex(m => new { m.OrganizationId, m.Key });
        builder.HasOne<Project>().WithMany().HasForeignKey(m => m.ProjectId);
        builder.HasOne<Extension>().WithMany().HasForeignKey(m => m.ExtensionId);
    }
}

internal sealed class CustomRecordConfiguration : IEntityTypeConfiguration<CustomRecord>
{
    public void Configure(EntityTypeBuilder<CustomRecord> builder)
    {
        builder.IsAggregate();
        builder.Property(r => r.Table).HasMaxLength(CustomModuleSchema.MaxNameLength);
        builder.HasIndex(r => new { r.OrganizationId, r.ModuleId, r.Table, r.ProjectId, r.Id });
        builder.HasOne<CustomModule>().WithMany().HasForeignKey(r => r.ModuleId);
        builder.HasOne<Project>().WithMany().HasForeignKey(r => r.ProjectId);
    }
}

internal sealed class CustomRecordValueConfiguration : IEntityTypeConfiguration<CustomRecordValue>
{
    public void Configure(EntityTypeBuilder<CustomRecordValue> builder)
    {
        builder.HasKey(v => v.Id);
        builder.Property(v => v.Table).HasMaxLength(CustomModuleSchema.MaxNameLength);
        builder.Property(v => v.Column).HasMaxLength(CustomModuleSchema.MaxNameLength);
        builder.Property(v => v.Value).HasMaxLength(CustomRecordValue.MaxValueLength);
        builder.Property(v => v.UniqueHash).HasMaxLength(64);
        builder.HasIndex(v => new { v.OrganizationId, v.ModuleId, v.Table, v.ProjectId, v.Column, v.Value, v.RecordId });
        builder.HasIndex(v => new { v.OrganizationId, v.UniqueHash }).IsUnique();
        builder.HasIndex(v => new { v.OrganizationId, v.RecordId, v.Column, v.Value });
        builder.HasIndex(v => v.RecordId); // of the foreign key: the database looks for values whenever a record is deleted
        builder.HasOne<CustomRecord>().WithMany().HasForeignKey(v => v.RecordId);
        builder.HasOne<CustomModule>().WithMany().HasForeignKey(v => v.ModuleId);
        builder.HasOne<Project>().WithMany().HasForeignKey(v => v.ProjectId);
    }
}
