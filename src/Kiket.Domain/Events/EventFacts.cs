using System.Text.Json;
using Kiket.Domain.Issues;

namespace Kiket.Domain.Events;

/// <summary>What brought an event about.</summary>
public enum EventCause
{
    /// <summary>A person, or a program in their name.</summary>
    User,

    /// <summary>An extension.</summary>
    Extension,

    /// <summary>An action of a workflow or an automation.</summary>
    Automation,

    /// <summary>The clock of a service level.</summary>
    Sla,
}

/// <summary>What an event says, as it was when the event happened.</summary>
public sealed record EventFacts
{
    /// <summary>The state that was left, or null.</summary>
    public string? From { get; init; }

    /// <summary>The state that was entered or begun in, or null.</summary>
    public string? To { get; init; }

    /// <summary>The fields before and after.</summary>
    public IReadOnlyList<FieldChange> Changes { get; init; } = [];

    /// <summary>How many events in a row caused each other before this one; 0 for what a person did.</summary>
    public int Depth { get; init; }

    /// <summary>The issue as it was then, or null for an event of a project.</summary>
    public IssueSnapshot? Issue { get; init; }

    /// <summary>Text of the comment as it was then, or null.</summary>
    public string? Comment { get; init; }

    /// <summary>Who wrote the comment; null where there is none, and in entries that only name its author.</summary>
    public long? CommentAuthorId { get; init; }

    /// <summary>When the comment was written (UTC), or null as <see cref="CommentAuthorId"/>.</summary>
    public DateTimeOffset? CommentCreatedAt { get; init; }

    /// <summary>What only this kind of event says, by wire name.</summary>
    public IReadOnlyDictionary<string, JsonElement> More { get; init; } = new Dictionary<string, JsonElement>();
}

/// <summary>The fields of an issue at one instant; ids instead of names, which are looked up when somebody reads the event.</summary>
public sealed record IssueSnapshot
{
    /// <summary>The project's key, a hyphen and the number.</summary>
    public required string Key { get; init; }

    /// <summary>One line.</summary>
    public required string Title { get; init; }

    /// <summary>The whole story, or null.</summary>
    public string? Description { get; init; }

    /// <summary>Key of the state that it was in.</summary>
    public required string Status { get; init; }

    /// <summary>The version of the workflow that it followed.</summary>
    public required long WorkflowId { get; init; }

    /// <summary>Key of its type.</summary>
    public required string IssueType { get; init; }

    /// <summary>How urgent it was.</summary>
    public required IssuePriority Priority { get; init; }

    /// <summary>Its labels.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Its custom fields.</summary>
    public IReadOnlyDictionary<string, JsonElement> CustomFields { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>The user who worked on it, or null.</summary>
    public long? AssigneeId { get; init; }

    /// <summary>The user who made it.</summary>
    public required long ReporterId { get; init; }

    /// <summary>The issue above it, or null.</summary>
    public long? ParentId { get; init; }

    /// <summary>The topmost issue above it, or null when it was a root.</summary>
    public long? RootId { get; init; }

    /// <summary>How many issues were above it.</summary>
    public int HierarchyDepth { get; init; }

    /// <summary>The milestone it belonged to, or null.</summary>
    public long? MilestoneId { get; init; }

    /// <summary>Estimate in points, or null.</summary>
    public decimal? StoryPoints { get; init; }

    /// <summary>When it was due, or null.</summary>
    public DateOnly? DueDate { get; init; }

    /// <summary>When it entered its final state (UTC), or null.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Its version, counted from 1.</summary>
    public required int Version { get; init; }

    /// <summary>When it was made (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed (UTC).</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>An issue as it is now.</summary>
    /// <param name="issue">The issue.</param>
    public static IssueSnapshot Of(Issue issue)
    {
        ArgumentNullException.ThrowIfNull(issue);
        return new()
        {
            Key = issue.Key,
            Title = issue.Title,
            Description = issue.Description,
            Status = issue.Status,
            WorkflowId = issue.WorkflowId,
            IssueType = issue.IssueType,
            Priority = issue.Priority,
            Labels = issue.Labels,
            CustomFields = issue.CustomFields,
            AssigneeId = issue.AssigneeId,
            ReporterId = issue.ReporterId,
            ParentId = issue.ParentId,
            RootId = issue.RootId,
            HierarchyDepth = issue.HierarchyDepth,
            MilestoneId = issue.MilestoneId,
            StoryPoints = issue.StoryPoints,
            DueDate = issue.DueDate,
            CompletedAt = issue.CompletedAt,
            Version = issue.Version,
            CreatedAt = issue.CreatedAt,
            UpdatedAt = issue.UpdatedAt,
        };
    }
}
