using System.Text.Json;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Users;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Issues;

/// <summary>An issue as clients see it (contract 7.1).</summary>
internal sealed record IssueDto : IVersioned
{
    public required long Id { get; init; }

    public required string Key { get; init; }

    public required string Title { get; init; }

    public required string? Description { get; init; }

    public required string Status { get; init; }

    /// <summary>Same as <see cref="Status"/>, for older clients.</summary>
    public string WorkflowState => Status;

    public required string Workflow { get; init; }

    public required int WorkflowVersion { get; init; }

    public required string IssueType { get; init; }

    public required IssuePriority Priority { get; init; }

    public required IReadOnlyList<string> Labels { get; init; }

    public required IReadOnlyDictionary<string, JsonElement> CustomFields { get; init; }

    public required long ProjectId { get; init; }

    public required string ProjectKey { get; init; }

    public required long OrganizationId { get; init; }

    public required UserSummary? Assignee { get; init; }

    public long? AssigneeId => Assignee?.Id;

    public required UserSummary Reporter { get; init; }

    public required long? ParentId { get; init; }

    public required string? ParentKey { get; init; }

    /// <summary>The topmost issue above it; its own id when it has no parent.</summary>
    public required long RootId { get; init; }

    public required int HierarchyDepth { get; init; }

    public required long? MilestoneId { get; init; }

    public required decimal? StoryPoints { get; init; }

    public required DateOnly? StartDate { get; init; }

    public required DateOnly? DueDate { get; init; }

    public required DateTimeOffset? CompletedAt { get; init; }

    public required string Url { get; init; }

    public required int Version { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>What an issue's snapshot has as ids, or not at all.</summary>
internal sealed record SnapshotNames
{
    public required long Id { get; init; }

    public required long ProjectId { get; init; }

    public required string ProjectKey { get; init; }

    public required long OrganizationId { get; init; }

    public required string Workflow { get; init; }

    public required int WorkflowVersion { get; init; }

    public required UserSummary? Assignee { get; init; }

    public required UserSummary Reporter { get; init; }

    public required string? ParentKey { get; init; }
}

internal static class IssueProjection
{
    /// <summary>An issue as it was.</summary>
    public static IssueDto ToDto(this LoggedIssue issue, PublicUrl url, SnapshotNames names) =>
        new()
        {
            Id = names.Id,
            Key = issue.Key,
            Title = issue.Title,
            Description = issue.Description,
            Status = issue.Status,
            Workflow = names.Workflow,
            WorkflowVersion = names.WorkflowVersion,
            IssueType = issue.IssueType,
            Priority = issue.Priority,
            Labels = issue.Labels,
            CustomFields = issue.CustomFields,
            ProjectId = names.ProjectId,
            ProjectKey = names.ProjectKey,
            OrganizationId = names.OrganizationId,
            Assignee = names.Assignee,
            Reporter = names.Reporter,
            ParentId = issue.ParentId,
            ParentKey = names.ParentKey,
            RootId = issue.RootId ?? names.Id,
            HierarchyDepth = issue.HierarchyDepth,
            MilestoneId = issue.MilestoneId,
            StoryPoints = issue.StoryPoints,
            StartDate = issue.StartDate,
            DueDate = issue.DueDate,
            CompletedAt = issue.CompletedAt,
            Url = $"{url.Value}/api/v1/issues/{issue.Key}",
            Version = issue.Version,
            CreatedAt = issue.CreatedAt,
            UpdatedAt = issue.UpdatedAt,
        };

    /// <summary>An issue as it is now, from what the caller knows.</summary>
    public static IssueDto ToDto(
        this Issue issue,
        Project project,
        Workflow workflow,
        UserSummary reporter,
        UserSummary? assignee,
        string? parentKey,
        PublicUrl url
    ) =>
        LoggedIssue
            .Of(issue)
            .ToDto(
                url,
                new()
                {
                    Id = issue.Id,
                    ProjectId = project.Id,
                    ProjectKey = project.Key,
                    OrganizationId = issue.OrganizationId,
                    Workflow = workflow.Key,
                    WorkflowVersion = workflow.Revision,
                    Assignee = assignee,
                    Reporter = reporter,
                    ParentKey = parentKey,
                }
            );

    /// <summary>One statement for any number of issues. Written out, because it joins five tables.</summary>
    public static IQueryable<IssueDto> ToDto(this IQueryable<Issue> issues, IKiketDb db, PublicUrl url) =>
        from issue in issues.AsNoTracking()
        join project in db.Projects on issue.ProjectId equals project.Id
        join workflow in db.Workflows on issue.WorkflowId equals workflow.Id
        join reporter in db.Users on issue.ReporterId equals reporter.Id
        join user in db.Users on issue.AssigneeId equals (long?)user.Id into assignees
        from assignee in assignees.DefaultIfEmpty()
        join above in db.Issues on issue.ParentId equals (long?)above.Id into parents
        from parent in parents.DefaultIfEmpty()
        select new IssueDto
        {
            Id = issue.Id,
            Key = issue.Key,
            Title = issue.Title,
            Description = issue.Description,
            Status = issue.Status,
            Workflow = workflow.Key,
            WorkflowVersion = workflow.Revision,
            IssueType = issue.IssueType,
            Priority = issue.Priority,
            Labels = issue.Labels,
            CustomFields = issue.CustomFields,
            ProjectId = issue.ProjectId,
            ProjectKey = project.Key,
            OrganizationId = issue.OrganizationId,
            Assignee = assignee == null ? null : new UserSummary(assignee.Id, assignee.Name, assignee.Email),
            Reporter = new UserSummary(reporter.Id, reporter.Name, reporter.Email),
            ParentId = issue.ParentId,
            ParentKey = parent == null ? null : parent.Key,
            RootId = issue.RootId ?? issue.Id,
            HierarchyDepth = issue.HierarchyDepth,
            MilestoneId = issue.MilestoneId,
            StoryPoints = issue.StoryPoints,
            StartDate = issue.StartDate,
            DueDate = issue.DueDate,
            CompletedAt = issue.CompletedAt,
            Url = url.Value + "/api/v1/issues/" + issue.Key,
            Version = issue.Version,
            CreatedAt = issue.CreatedAt,
            UpdatedAt = issue.UpdatedAt,
        };

    /// <summary>The answer to a change: what was written, or what is read back where it names others than before.</summary>
    public static async Task<IssueDto> AnswerAsync(
        this IKiketDb db,
        IUnitOfWork work,
        LoadedIssue loaded,
        PublicUrl url,
        CancellationToken ct
    )
    {
        if (loaded.ToDto(url) is { } known)
            return known;
        await work.FlushAsync(ct);
        return await db.ReadIssueAsync(loaded.Issue.Id, url, ct);
    }

    public static Task<IssueDto> ReadIssueAsync(this IKiketDb db, long id, PublicUrl url, CancellationToken ct) =>
        db.Issues.Where(i => i.Id == id).ToDto(db, url).SingleAsync(ct);
}
