using Kiket.Domain.Definitions;
using Kiket.Domain.Projects;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Definitions;

internal sealed class DefinitionFileConfiguration : IEntityTypeConfiguration<DefinitionFile>
{
    public void Configure(EntityTypeBuilder<DefinitionFile> builder)
    {
        builder.IsAggregate();
        builder.Property(f => f.Path).HasMaxLength(DefinitionFile.MaxPathLength);
        builder.Property(f => f.Source).HasMaxLength(DefinitionFile.MaxSourceLength);
        builder.HasIndex(f => new { f.ProjectId, f.Path }).IsUnique();
        builder.HasOne<Project>().WithMany().HasForeignKey(f => f.ProjectId);
    }
}
