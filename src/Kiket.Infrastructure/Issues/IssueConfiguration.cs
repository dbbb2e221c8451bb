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
    private const string NotDeleted = "deleted_at IS NULL";

    public void Configure(EntityTypeBuilder<Issue> builder)
    {
        builder.IsAggregate();
        builder.Property(i => i.Key).HasMaxLength(ProjectKey.MaxLength + 12);
        builder.Property(i => i.SortKey).HasMaxLength(SearchText.MaxSortKeyLength);
        builder.Property(i => i.Title).HasMaxCharacters(Issue.MaxTitleLength);
        builder.Property(i => i.Status).HasMaxLength(State.MaxKeyLength);
        builder.Property(i => i.StatusSortKey).HasColumnName("status_key").HasMaxLength(State.MaxKeyLength);
        builder.Property(i => i.IssueType).HasMaxLength(64);
        builder.Property(i => i.TypeSortKey).HasColumnName("type_key").HasMaxLength(64);
        builder.Property(i => i.SearchText); // internal, so not found by convention
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

        // Indexes of lists: one for each sort order of all issues, which ends with the id, and one for each filter. Each index
        // starts with the organization, as every query does: planners misjudge an index without it and choose a worse one (Sqlite
        // has no statistics at all).
        Listed(builder.HasIndex(i => new { i.OrganizationId, i.Id }));
        Listed(
            builder.HasIndex(i => new
            {
                i.OrganizationId,
                i.ProjectId,
                i.Id,
            })
        ); // for sorting by key
        Listed(
            builder.HasIndex(i => new
            {
                i.OrganizationId,
                i.SortKey,
                i.Id,
            })
        );
        Listed(
            builder.HasIndex(i => new
            {
                i.OrganizationId,
                i.StatusSortKey,
                i.Id,
            })
        );
        Listed(
            builder.HasIndex(i => new
            {
                i.OrganizationId,
                i.TypeSortKey,
                i.Id,
            })
        );
        Listed(
            builder.HasIndex(i => new
            {
                i.OrganizationId,
                i.Priority,
                i.Id,
            })
        );
        Listed(
            builder.HasIndex(i => new
            {
                i.OrganizationId,
                i.DueDate,
                i.Id,
            })
        );
        Listed(
            builder.HasIndex(i => new
            {
                i.OrganizationId,
                i.CreatedAt,
                i.Id,
            })
        );
        Listed(
            builder.HasIndex(i => new
            {
                i.OrganizationId,
                i.UpdatedAt,
                i.Id,
            })
        );
        Listed(
            builder.HasIndex(i => new
            {
                i.OrganizationId,
                i.AssigneeId,
                i.CreatedAt,
                i.Id,
            })
        );

        // The same within a project, for orders that follow time: otherwise a recent project would be the last part of the
        // organization's index. In other orders its issues are spread over that index, and few rows are skipped.
        Listed(
            builder.HasIndex(i => new
            {
                i.OrganizationId,
                i.ProjectId,
                i.StatusSortKey,
                i.CreatedAt,
                i.Id,
            })
        );
        Listed(
            builder.HasIndex(i => new
            {
                i.OrganizationId,
                i.ProjectId,
                i.Priority,
                i.Id,
            })
        );
        Listed(
            builder.HasIndex(i => new
            {
                i.OrganizationId,
                i.ProjectId,
                i.DueDate,
                i.Id,
            })
        );
        Listed(
            builder.HasIndex(i => new
            {
                i.OrganizationId,
                i.ProjectId,
                i.CreatedAt,
                i.Id,
            })
        );
        Listed(
            builder.HasIndex(i => new
            {
                i.OrganizationId,
                i.ProjectId,
                i.UpdatedAt,
                i.Id,
            })
        );

        // Includes the completion, so that the progress of a milestone is counted in the index alone.
        Listed(
            builder.HasIndex(i => new
            {
                i.OrganizationId,
                i.MilestoneId,
                i.CreatedAt,
                i.Id,
                i.CompletedAt,
            }),
            "milestone_id"
        );
        Listed(
            builder.HasIndex(i => new
            {
                i.OrganizationId,
                i.ParentId,
                i.CreatedAt,
                i.Id,
            }),
            "parent_id"
        );
        Listed(
            builder.HasIndex(i => new
            {
                i.OrganizationId,
                i.ProjectId,
                i.HierarchyPath,
            }),
            "parent_id"
        );

        // For the open and recently finished issues of a user, among any number of completed issues.
        Listed(
            builder.HasIndex(i => new
            {
                i.OrganizationId,
                i.CompletedAt,
                i.AssigneeId,
            }),
            "assignee_id"
        );

        // Milestones can be deleted; without this index, the database would scan all issues for references.
        builder.HasIndex(i => i.MilestoneId).HasFilter("milestone_id IS NOT NULL");
    }

    /// <summary>Omits deleted issues, so that lists do not read them just to skip them.</summary>
    /// <param name="given">A column that must have a value; issues without one do not pay for the index.</param>
    private static void Listed(IndexBuilder<Issue> index, string? given = null) =>
        index.HasFilter(given is null ? NotDeleted : $"{NotDeleted} AND {given} IS NOT NULL");
}
