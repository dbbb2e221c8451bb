using Kiket.Domain.CustomData;
using Kiket.Domain.Projects;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.CustomData;

internal sealed class CustomRecordValueConfiguration : IEntityTypeConfiguration<CustomRecordValue>
{
    public void Configure(EntityTypeBuilder<CustomRecordValue> builder)
    {
        builder.HasKey(v => v.Id);
        builder.Property(v => v.Table).HasMaxLength(CustomModuleSchema.MaxNameLength);
        builder.Property(v => v.Column).HasMaxLength(CustomModuleSchema.MaxNameLength);
        builder.Property(v => v.Value).HasMaxLength(CustomRecordValue.MaxValueLength);
        builder.Property(v => v.UniqueHash).HasMaxLength(64);
        builder.HasIndex(v => new
        {
            v.OrganizationId,
            v.ModuleId,
            v.Table,
            v.ProjectId,
            v.Column,
            v.Value,
            v.RecordId,
        });
        builder.HasIndex(v => new { v.OrganizationId, v.UniqueHash }).IsUnique();
        builder.HasIndex(v => new
        {
            v.OrganizationId,
            v.RecordId,
            v.Column,
            v.Value,
        });
        builder.HasIndex(v => v.RecordId); // for the foreign key: the database looks up values whenever a record is deleted
        builder.HasOne<CustomRecord>().WithMany().HasForeignKey(v => v.RecordId);
        builder.HasOne<CustomModule>().WithMany().HasForeignKey(v => v.ModuleId);
        builder.HasOne<Project>().WithMany().HasForeignKey(v => v.ProjectId);
    }
}
