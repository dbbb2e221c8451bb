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
