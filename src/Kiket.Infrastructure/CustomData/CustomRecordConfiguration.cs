using Kiket.Domain.CustomData;
using Kiket.Domain.Projects;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.CustomData;

internal sealed class CustomRecordConfiguration : IEntityTypeConfiguration<CustomRecord>
{
    public void Configure(EntityTypeBuilder<CustomRecord> builder)
    {
        builder.IsAggregate();
        builder.Property(r => r.Table).HasMaxLength(CustomModuleSchema.MaxNameLength);
        builder.HasIndex(r => new
        {
            r.OrganizationId,
            r.ModuleId,
            r.Table,
            r.ProjectId,
            r.Id,
        });
        builder.HasOne<CustomModule>().WithMany().HasForeignKey(r => r.ModuleId);
        builder.HasOne<Project>().WithMany().HasForeignKey(r => r.ProjectId);
    }
}
