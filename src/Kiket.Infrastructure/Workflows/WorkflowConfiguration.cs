using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Workflows;

internal sealed class WorkflowConfiguration : IEntityTypeConfiguration<Workflow>
{
    public void Configure(EntityTypeBuilder<Workflow> builder)
    {
        builder.IsAggregate();
        builder.Property(w => w.Key).HasMaxLength(Workflow.MaxKeyLength);
        builder.Property(w => w.SortKey).HasMaxLength(SearchText.MaxSortKeyLength);
        builder.Property(w => w.Name).HasMaxCharacters(Workflow.MaxNameLength);
        builder
            .HasIndex(w => new
            {
                w.ProjectId,
                w.Key,
                w.Revision,
            })
            .IsUnique();
        builder.HasOne<Project>().WithMany().HasForeignKey(w => w.ProjectId);
    }
}
