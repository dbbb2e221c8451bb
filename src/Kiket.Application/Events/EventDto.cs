using System.Text.Json;
using System.Text.Json.Serialization;
using Kiket.Application.Issues;
using Kiket.Application.Users;
using Kiket.Domain.Common;

namespace Kiket.Application.Events;

/// <summary>
/// An event as readers of the log and subscribers receive it: every known shape in one document (contract 15.2).
/// </summary>
internal sealed record EventDto
{
    public required string Id { get; init; }

    public required long Sequence { get; init; }

    public required string Event { get; init; }

    /// <summary>The last part of the name: <c>status_changed</c>.</summary>
    public required string EventType { get; init; }

    public string EventVersion { get; } = "v1";

    public required DateTimeOffset Timestamp { get; init; }

    public DateTimeOffset OccurredAt => Timestamp;

    public required OrganizationId OrganizationId { get; init; }

    public required ProjectId ProjectId { get; init; }

    public required IssueId? IssueId { get; init; }

    public string? Title => Issue?.Title;

    public StateKey? Status => Issue?.Status;

    public required string? PreviousStatus { get; init; }

    public TypeKey? IssueType => Issue?.IssueType;

    public IssuePriority? Priority => Issue?.Priority;

    public UserId? AssigneeId => Issue?.AssigneeId;

    public IReadOnlyList<string> Labels => Issue?.Labels ?? [];

    public IReadOnlyDictionary<string, JsonElement>? CustomFields => Issue?.CustomFields;

    public required IssueDto? Issue { get; init; }

    public required EventTransition? Transition { get; init; }

    public required EventComment? Comment { get; init; }

    public long? CommentId => Comment?.Id;

    public UserSummary? Author => Comment?.Author;

    public string? Body => Comment?.Body;

    public required IReadOnlyList<FieldChange> Changes { get; init; }

    public required UserSummary Actor { get; init; }

    public required EventCause Cause { get; init; }

    public required EventProject Project { get; init; }

    public required EventOrganization Organization { get; init; }

    /// <summary>The trace context of the request that caused it, or null; deliveries carry it in a header.</summary>
    [JsonIgnore]
    public string? Trace { get; init; }

    /// <summary>Data that only this kind of event has.</summary>
    [JsonExtensionData]
    public Dictionary<string, object?> More { get; init; } = new(StringComparer.Ordinal);
}

/// <param name="PerformedBy">The actor's address.</param>
internal sealed record EventTransition(string From, string To, string PerformedBy);

internal sealed record EventComment(long Id, IssueId IssueId, string Body, UserSummary Author, DateTimeOffset CreatedAt);

/// <param name="Slug">The key in lower case.</param>
internal sealed record EventProject(ProjectId Id, string Key, string Slug, string Name);

internal sealed record EventOrganization(OrganizationId Id, string Slug, string Name);
