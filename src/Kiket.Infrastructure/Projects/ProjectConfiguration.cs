using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Projects;

internal sealed class ProjectConfiguration : IEntityTypeConfiguration<Project>
{
    public void Configure(EntityTypeBuilder<Project> builder)
    {
        builder.IsAggregate();
        builder.Property(p => p.Key).HasMaxLength(ProjectKey.MaxLength);
        builder.Property(p => p.SortKey).HasMaxLength(SearchText.MaxSortKeyLength);
        builder.Property(p => p.Name).HasMaxCharacters(Project.MaxNameLength);
        // The maximum number of letters that one ligature folds to.
        builder.Property(p => p.SearchText).HasMaxLength(Project.MaxNameLength * 18);
        builder.Property(p => p.Description).HasMaxCharacters(Project.MaxDescriptionLength);
        builder.Property(p => p.GithubRepoUrl).HasMaxLength(Project.MaxUrlLength);
        // Internal, so not found by convention.
        builder.Property(p => p.SlaDefinitions);
        builder.Property(p => p.Visibility);
        builder.HasIndex(p => new { p.OrganizationId, p.Key }).IsUnique();
        builder.HasIndex(p => new { p.OrganizationId, p.Status });
        builder.HasOne<User>().WithMany().HasForeignKey(p => p.LeadId);
    }
}
