using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Issues;

internal sealed class IssueCountConfiguration : IEntityTypeConfiguration<IssueCount>
{
    public void Configure(EntityTypeBuilder<IssueCount> builder)
    {
        builder.ToTable("issue_counts");
        builder.Property(c => c.Status).HasMaxLength(State.MaxKeyLength);
        builder.HasOne<Project>().WithMany().HasForeignKey(c => c.ProjectId);
        builder.HasIndex(c => new { c.OrganizationId, c.ProjectId });
    }
}
