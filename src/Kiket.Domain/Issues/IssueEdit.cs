using System.Text.Json;
using Kiket.Domain.Common;

namespace Kiket.Domain.Issues;

/// <summary>A partial change of an <see cref="Issue"/>; also the fields of a new one.</summary>
public sealed record IssueEdit
{
    /// <summary>1 to 255 characters.</summary>
    public Optional<string?> Title { get; init; }

    /// <summary>At most 65,536 characters, or null.</summary>
    public Optional<string?> Description { get; init; }

    /// <summary>Key of the issue type, case-insensitive.</summary>
    public Optional<string?> IssueType { get; init; }

    /// <summary>How urgent it is; medium by default in a new issue.</summary>
    public Optional<IssuePriority> Priority { get; init; }

    /// <summary>All labels; replaces those there are.</summary>
    /// <value>At most 50, each of 1 to 64 characters without a comma; null for none.</value>
    public Optional<IReadOnlyList<string>?> Labels { get; init; }

    /// <summary>Custom fields to merge in; JSON null removes a key.</summary>
    /// <value>Together with those there are at most 200, and 65,536 bytes of UTF-8 JSON; keys of 1 to 64 characters.</value>
    public Optional<IReadOnlyDictionary<string, JsonElement>?> CustomFields { get; init; }

    /// <summary>The user who works on it, or null.</summary>
    public Optional<UserId?> AssigneeId { get; init; }

    /// <summary>The issue above it, or null.</summary>
    public Optional<IssueId?> ParentId { get; init; }

    /// <summary>The milestone it belongs to, or null.</summary>
    public Optional<long?> MilestoneId { get; init; }

    /// <summary>Estimate in points, 0 to 100,000 with two decimals, or null.</summary>
    public Optional<decimal?> StoryPoints { get; init; }

    /// <summary>When work on it is to begin, or null.</summary>
    public Optional<DateOnly?> StartDate { get; init; }

    /// <summary>When it is due, or null.</summary>
    public Optional<DateOnly?> DueDate { get; init; }
}
