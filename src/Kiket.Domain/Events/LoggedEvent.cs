using Kiket.Domain.Comments;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;

namespace Kiket.Domain.Events;

/// <summary>
/// An entry of an organization's event log: saved in the transaction of the change that it describes, numbered without gaps,
/// and never changed.
/// </summary>
internal sealed class LoggedEvent
{
    /// <summary>Longest public id, in characters.</summary>
    public const int MaxEventIdLength = 40;

    private LoggedEvent() { }

    /// <summary>Database id.</summary>
    public long Id { get; private set; }

    /// <summary>The organization.</summary>
    public OrganizationId OrganizationId { get; private set; }

    /// <summary>Counts the organization's events from 1, without gaps, in the order in which they were committed.</summary>
    public long Sequence { get; private set; }

    /// <summary>
    /// The public id: <c>evt_</c> and 32 hexadecimal digits. The same wherever and however often the event is sent.
    /// </summary>
    public string EventId { get; private set; } = "";

    /// <summary>One of <see cref="EventNames"/>.</summary>
    public string Name { get; private set; } = "";

    /// <summary>The project.</summary>
    public ProjectId ProjectId { get; private set; }

    /// <summary>The issue, or null for an event of the project itself.</summary>
    public IssueId? IssueId { get; private set; }

    /// <summary>The comment, or null.</summary>
    public long? CommentId { get; private set; }

    /// <summary>The user in whose name it happened.</summary>
    public UserId ActorId { get; private set; }

    /// <summary>Its cause.</summary>
    public EventCause Cause { get; private set; }

    /// <summary>Its data.</summary>
    public EventFacts Facts { get; private set; } = new();

    /// <summary>When it happened (UTC).</summary>
    public DateTimeOffset OccurredAt { get; private set; }

    /// <summary>The entries for the events of an aggregate, which must have its database id.</summary>
    /// <param name="root">The aggregate.</param>
    /// <param name="happened">Its events.</param>
    /// <param name="cause">Its cause.</param>
    /// <param name="depth">How many events in a row caused each other before this one.</param>
    /// <param name="trace">The trace context of what caused it, or null.</param>
    /// <returns>One or more entries without their sequence.</returns>
    public static IEnumerable<LoggedEvent> Of(
        IAggregateRoot root,
        IDomainEvent happened,
        EventCause cause,
        int depth,
        string? trace = null
    )
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentNullException.ThrowIfNull(happened);
        var (issue, comment, about) = (root as Issue, root as Comment, happened as IIssueFact);
        var projectId = issue?.ProjectId ?? about?.ProjectId ?? ((Project)root).Id;
        var (at, snapshot) = (happened.OccurredAt.ToUniversalTime(), issue is null ? about?.Issue : LoggedIssue.Of(issue));
        return
        [
            .. happened
                .ToPublic()
                .Select(fact => new LoggedEvent
                {
                    OrganizationId = root.OrganizationId,
                    EventId = NewEventId(),
                    Name = fact.Name,
                    ProjectId = projectId,
                    IssueId = issue?.Id ?? about?.IssueId,
                    CommentId = comment?.Id,
                    ActorId = happened.ActorId,
                    Cause = happened.Cause ?? cause,
                    Facts = new()
                    {
                        From = fact.From,
                        To = fact.To,
                        Changes = fact.Changes,
                        Depth = depth,
                        Trace = trace,
                        Issue = snapshot,
                        Comment = comment?.Body,
                        CommentAuthorId = comment?.AuthorId,
                        CommentCreatedAt = comment?.CreatedAt,
                        More = fact.More,
                    },
                    OccurredAt = at,
                }),
        ];
    }

    /// <summary>Creates a public id for an event, or for a message that is sent like one.</summary>
    /// <returns>An id such as <c>evt_0199c2…</c>; later ones sort after earlier ones.</returns>
    public static string NewEventId() => $"evt_{Guid.CreateVersion7():N}";
}
