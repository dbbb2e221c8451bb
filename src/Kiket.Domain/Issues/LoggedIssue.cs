using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Kiket.Domain.Common;

namespace Kiket.Domain.Issues;

/// <summary>
/// The fields of an issue at one instant, as events show them: ids instead of names, which are looked up when somebody reads
/// the event. To store and load an issue, use <see cref="IssueSnapshot"/>.
/// </summary>
public record LoggedIssue
{
    /// <summary>An issue that the caller fills in.</summary>
    public LoggedIssue() { }

    [SetsRequiredMembers]
    private protected LoggedIssue(Issue issue)
    {
        Key = issue.Key;
        Title = issue.Title;
        Description = issue.Description;
        Status = issue.Status;
        WorkflowId = issue.WorkflowId;
        IssueType = issue.IssueType;
        Priority = issue.Priority;
        Labels = issue.Labels;
        CustomFields = issue.CustomFields;
        AssigneeId = issue.AssigneeId;
        ReporterId = issue.ReporterId;
        ParentId = issue.ParentId;
        RootId = issue.RootId;
        HierarchyDepth = issue.HierarchyDepth;
        MilestoneId = issue.MilestoneId;
        StoryPoints = issue.StoryPoints;
        StartDate = issue.StartDate;
        DueDate = issue.DueDate;
        CompletedAt = issue.CompletedAt;
        Version = issue.Version;
        CreatedAt = issue.CreatedAt;
        UpdatedAt = issue.UpdatedAt;
    }

    /// <summary>The project's key, a hyphen and the number.</summary>
    public required string Key { get; init; }

    /// <summary>One line.</summary>
    public required string Title { get; init; }

    /// <summary>The whole story, or null.</summary>
    public string? Description { get; init; }

    /// <summary>Key of the state that it was in.</summary>
    public required StateKey Status { get; init; }

    /// <summary>The version of the workflow that it followed.</summary>
    public required long WorkflowId { get; init; }

    /// <summary>Key of its type.</summary>
    public required TypeKey IssueType { get; init; }

    /// <summary>How urgent it was.</summary>
    public required IssuePriority Priority { get; init; }

    /// <summary>Its labels.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Its custom fields.</summary>
    public IReadOnlyDictionary<string, JsonElement> CustomFields { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>The user who worked on it, or null.</summary>
    public UserId? AssigneeId { get; init; }

    /// <summary>The user who created it.</summary>
    public required UserId ReporterId { get; init; }

    /// <summary>The issue above it, or null.</summary>
    public IssueId? ParentId { get; init; }

    /// <summary>The topmost issue above it, or null when it was a root.</summary>
    public IssueId? RootId { get; init; }

    /// <summary>How many issues were above it.</summary>
    public int HierarchyDepth { get; init; }

    /// <summary>The milestone it belonged to, or null.</summary>
    public long? MilestoneId { get; init; }

    /// <summary>Estimate in points, or null.</summary>
    public decimal? StoryPoints { get; init; }

    /// <summary>When work on it was to begin, or null.</summary>
    public DateOnly? StartDate { get; init; }

    /// <summary>When it was due, or null.</summary>
    public DateOnly? DueDate { get; init; }

    /// <summary>When it entered its final state (UTC), or null.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Its version, counted from 1.</summary>
    public required int Version { get; init; }

    /// <summary>When it was created (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed (UTC).</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>An issue as it is now.</summary>
    /// <param name="issue">The issue.</param>
    internal static LoggedIssue Of(Issue issue) => new(issue);
}
