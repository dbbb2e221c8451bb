using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Milestones;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Kiket.Domain.Workflows;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Issues;

internal sealed class IssueConfiguration : IEntityTypeConfiguration<Issue>
{
    public void Configure(EntityTypeBuilder<Issue> builder)
    {
        builder.IsAggregate();
        builder.Property(i => i.Key).HasMaxLength(ProjectKey.MaxLength + 12);
        builder.Property(i => i.SortKey).HasMaxLength(SearchText.MaxSortKeyLength);
        builder.Property(i => i.Title).HasMaxCharacters(Issue.MaxTitleLength);
        builder.Property(i => i.Status).HasMaxLength(State.MaxKeyLength);
        builder.Property(i => i.StatusKey).HasMaxLength(State.MaxKeyLength);
        builder.Property(i => i.IssueType).HasMaxLength(64);
        builder.Property(i => i.TypeKey).HasMaxLength(64);
        builder.Property(i => i.SearchText); // internal, and so not found by convention
        builder.Property(i => i.HierarchyPath).HasMaxLength(22 * Issue.MaxDepth);
        builder.Ignore(i => i.DescendantPath);

        builder.HasOne<Project>().WithMany().HasForeignKey(i => i.ProjectId);
        builder.HasOne<Workflow>().WithMany().HasForeignKey(i => i.WorkflowId);
        builder.HasOne<User>().WithMany().HasForeignKey(i => i.ReporterId);
        builder.HasOne<User>().WithMany().HasForeignKey(i => i.AssigneeId);
        builder.HasOne<Issue>().WithMany().HasForeignKey(i => i.ParentId);
        builder.HasOne<Milestone>().WithMany().HasForeignKey(i => i.MilestoneId);
        builder.HasMany(i => i.History).WithOne().HasForeignKey(c => c.IssueId);

        builder.HasIndex(i => new { i.OrganizationId, i.Key }).IsUnique();
        builder.HasIndex(i => new { i.ProjectId, i.Number }).IsUnique();

        // The lists, newest first; then other sorts and filters. Each begins with the organization, as every query does: an
        // index without it is judged by what planners guess about two conditions, and loses to a worse one (Sqlite has no
        // statistics at all).
        builder.HasIndex(i => new
        {
            i.OrganizationId,
            i.CreatedAt,
            i.Id,
        });
        builder.HasIndex(i => new
        {
            i.OrganizationId,
            i.ProjectId,
            i.CreatedAt,
            i.Id,
        });
        builder.HasIndex(i => new
        {
            i.OrganizationId,
            i.AssigneeId,
            i.CreatedAt,
            i.Id,
        });
        builder.HasIndex(i => new
        {
            i.OrganizationId,
            i.MilestoneId,
            i.CreatedAt,
            i.Id,
        });
        builder.HasIndex(i => new
        {
            i.OrganizationId,
            i.ParentId,
            i.CreatedAt,
            i.Id,
        });
        builder.HasIndex(i => new
        {
            i.OrganizationId,
            i.UpdatedAt,
            i.Id,
        });
        builder.HasIndex(i => new
        {
            i.OrganizationId,
            i.ProjectId,
            i.UpdatedAt,
            i.Id,
        });
        builder.HasIndex(i => new
        {
            i.OrganizationId,
            i.ProjectId,
            i.Status,
        });
        builder.HasIndex(i => new
        {
            i.OrganizationId,
            i.ProjectId,
            i.StatusKey,
        });
        builder.HasIndex(i => new
        {
            i.OrganizationId,
            i.ProjectId,
            i.HierarchyPath,
        });
        builder.HasIndex(i => new { i.OrganizationId, i.DueDate });

        // Who has what open, and who has finished what lately, among any number of issues that are done.
        builder.HasIndex(i => new
        {
            i.OrganizationId,
            i.CompletedAt,
            i.AssigneeId,
        });

        // Milestones can be deleted; without this the database would look through all issues for one that still has it.
        builder.HasIndex(i => i.MilestoneId);
    }
}
