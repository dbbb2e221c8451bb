using System.Linq.Expressions;
using System.Text.Json;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Users;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Issues;

/// <summary>An issue as clients see it (contract 7.1).</summary>
internal sealed record IssueDto : IVersioned
{
    public required IssueId Id { get; init; }

    public required string Key { get; init; }

    public required string Title { get; init; }

    public required string? Description { get; init; }

    public required StateKey Status { get; init; }

    /// <summary>Same as <see cref="Status"/>, for older clients.</summary>
    public StateKey WorkflowState => Status;

    public required string Workflow { get; init; }

    public required int WorkflowVersion { get; init; }

    public required TypeKey IssueType { get; init; }

    public required IssuePriority Priority { get; init; }

    public required IReadOnlyList<string> Labels { get; init; }

    public required IReadOnlyDictionary<string, JsonElement> CustomFields { get; init; }

    public required ProjectId ProjectId { get; init; }

    public required string ProjectKey { get; init; }

    public required OrganizationId OrganizationId { get; init; }

    public required UserSummary? Assignee { get; init; }

    public UserId? AssigneeId => Assignee?.Id;

    public required UserSummary Reporter { get; init; }

    public required IssueId? ParentId { get; init; }

    public required string? ParentKey { get; init; }

    /// <summary>The topmost issue above it; its own id when it has no parent.</summary>
    public required IssueId RootId { get; init; }

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

/// <summary>Data that an issue's snapshot contains only as ids, or not at all.</summary>
internal sealed record SnapshotNames
{
    public required IssueId Id { get; init; }

    public required ProjectId ProjectId { get; init; }

    public required string ProjectKey { get; init; }

    public required OrganizationId OrganizationId { get; init; }

    public required string Workflow { get; init; }

    public required int WorkflowVersion { get; init; }

    public required UserSummary? Assignee { get; init; }

    public required UserSummary Reporter { get; init; }

    public required string? ParentKey { get; init; }
}

/// <summary>The rows that make up the response for an issue.</summary>
internal sealed record IssueParts
{
    public required Issue Issue { get; init; }

    public required Project Project { get; init; }

    public required Workflow Workflow { get; init; }

    public required User Reporter { get; init; }

    public required User? Assignee { get; init; }

    public required Issue? Parent { get; init; }
}

internal static class IssueProjection
{
    /// <summary>An issue at an earlier time.</summary>
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
            Url = AddressOf(url) + issue.Key,
            Version = issue.Version,
            CreatedAt = issue.CreatedAt,
            UpdatedAt = issue.UpdatedAt,
        };

    /// <summary>The current issue, from data that the caller already has.</summary>
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

    /// <summary>An issue with everything in its response. Written out, because it joins five tables.</summary>
    public static readonly Expression<Func<IQueryable<Issue>, IKiketDb, IQueryable<IssueParts>>> Parts = (issues, db) =>
        from issue in issues.AsNoTracking()
        join project in db.Projects on issue.ProjectId equals project.Id
        join workflow in db.Workflows on issue.WorkflowId equals workflow.Id
        join reporter in db.Users on issue.ReporterId equals reporter.Id
        join user in db.Users on issue.AssigneeId equals (UserId?)user.Id into assignees
        from assignee in assignees.DefaultIfEmpty()
        join above in db.Issues on issue.ParentId equals (IssueId?)above.Id into parents
        from parent in parents.DefaultIfEmpty()
        select new IssueParts
        {
            Issue = issue,
            Project = project,
            Workflow = workflow,
            Reporter = reporter,
            Assignee = assignee,
            Parent = parent,
        };

    /// <summary>The response, with its address below that of all issues.</summary>
    public static readonly Expression<Func<IssueParts, string, IssueDto>> Dto = (parts, address) =>
        new IssueDto
        {
            Id = parts.Issue.Id,
            Key = parts.Issue.Key,
            Title = parts.Issue.Title,
            Description = parts.Issue.Description,
            Status = parts.Issue.Status,
            Workflow = parts.Workflow.Key,
            WorkflowVersion = parts.Workflow.Revision,
            IssueType = parts.Issue.IssueType,
            Priority = parts.Issue.Priority,
            Labels = parts.Issue.Labels,
            CustomFields = parts.Issue.CustomFields,
            ProjectId = parts.Issue.ProjectId,
            ProjectKey = parts.Project.Key,
            OrganizationId = parts.Issue.OrganizationId,
            Assignee =
                parts.Assignee == null ? null : new UserSummary(parts.Assignee.Id, parts.Assignee.Name, parts.Assignee.Email),
            Reporter = new UserSummary(parts.Reporter.Id, parts.Reporter.Name, parts.Reporter.Email),
            ParentId = parts.Issue.ParentId,
            ParentKey = parts.Parent == null ? null : parts.Parent.Key,
            RootId = parts.Issue.RootId ?? parts.Issue.Id,
            HierarchyDepth = parts.Issue.HierarchyDepth,
            MilestoneId = parts.Issue.MilestoneId,
            StoryPoints = parts.Issue.StoryPoints,
            StartDate = parts.Issue.StartDate,
            DueDate = parts.Issue.DueDate,
            CompletedAt = parts.Issue.CompletedAt,
            Url = string.Concat(address, parts.Issue.Key),
            Version = parts.Issue.Version,
            CreatedAt = parts.Issue.CreatedAt,
            UpdatedAt = parts.Issue.UpdatedAt,
        };

    private static readonly Func<IQueryable<Issue>, IKiketDb, IQueryable<IssueParts>> PartsOf = Parts.Compile();

    /// <summary>The issues, untracked, with everything in their responses.</summary>
    public static IQueryable<IssueParts> ToParts(this IQueryable<Issue> issues, IKiketDb db) => PartsOf(issues, db);

    /// <summary>One statement for any number of issues.</summary>
    public static IQueryable<IssueDto> ToDto(this IQueryable<Issue> issues, IKiketDb db, PublicUrl url) =>
        issues.ToParts(db).Select(Dto.With(AddressOf(url)));

    /// <summary>The common start of the addresses of all issues.</summary>
    public static string AddressOf(PublicUrl url) => $"{url.Value}/api/v1/issues/";

    /// <summary>
    /// The response to a change: built from the written issue, or read back if it now refers to other people or things.
    /// </summary>
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

    public static Task<IssueDto> ReadIssueAsync(this IKiketDb db, IssueId id, PublicUrl url, CancellationToken ct) =>
        db.Issues.Where(i => i.Id == id).ToDto(db, url).SingleAsync(ct);
}
