using System.Text.Json.Serialization;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;

namespace Kiket.Domain.Events;

/// <summary>The data of an event, as of the event.</summary>
internal sealed record EventFacts
{
    /// <summary>The state that was left, or null.</summary>
    public string? From { get; init; }

    /// <summary>The state that was entered or begun in, or null.</summary>
    public string? To { get; init; }

    /// <summary>The fields before and after.</summary>
    public IReadOnlyList<FieldChange> Changes { get; init; } = [];

    /// <summary>How many events in a row caused each other before this one; 0 for a person's change.</summary>
    public int Depth { get; init; }

    /// <summary>
    /// The trace context (W3C <c>traceparent</c>) of the request that caused it, or null where nobody records traces.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Trace { get; init; }

    /// <summary>The issue as it was then, or null for an event of a project.</summary>
    public LoggedIssue? Issue { get; init; }

    /// <summary>Text of the comment as it was then, or null.</summary>
    public string? Comment { get; init; }

    /// <summary>Who wrote the comment; null where there is none, and in entries that only name its author.</summary>
    public UserId? CommentAuthorId { get; init; }

    /// <summary>When the comment was written (UTC), or null as <see cref="CommentAuthorId"/>.</summary>
    public DateTimeOffset? CommentCreatedAt { get; init; }

    /// <summary>Data that only this kind of event has, by wire name. Values from a store are JSON.</summary>
    public IReadOnlyDictionary<string, object?> More { get; init; } = new Dictionary<string, object?>();
}
