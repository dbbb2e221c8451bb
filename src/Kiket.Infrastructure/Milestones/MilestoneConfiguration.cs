using Kiket.Domain.Common;
using Kiket.Domain.Milestones;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Milestones;

internal sealed class MilestoneConfiguration : IEntityTypeConfiguration<Milestone>
{
    public void Configure(EntityTypeBuilder<Milestone> builder)
    {
        builder.IsAggregate();
        builder.Property(m => m.SortKey).HasMaxLength(SearchText.MaxSortKeyLength);
        builder.Property(m => m.Name).HasMaxCharacters(Milestone.MaxNameLength);
        builder.Property(m => m.Description).HasMaxCharacters(Milestone.MaxDescriptionLength);
        builder.Property(m => m.Release).HasMaxCharacters(Milestone.MaxReleaseLength);
        builder.HasIndex(m => new
        {
            m.OrganizationId,
            m.ProjectId,
            m.Status,
        });
        builder.HasOne<Project>().WithMany().HasForeignKey(m => m.ProjectId);
        builder.HasOne<User>().WithMany().HasForeignKey(m => m.CreatedById);
    }
}
