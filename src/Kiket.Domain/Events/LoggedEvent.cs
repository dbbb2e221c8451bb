using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Sla;

namespace Kiket.Domain.Events;

/// <summary>
/// An entry of an organization's event log: saved in the transaction of the change that it tells of, numbered without gaps, and then
/// passed on to whoever wants to know.
/// </summary>
public sealed class LoggedEvent
{
    /// <summary>How often its actions are tried before they are given up.</summary>
    public const int MaxAttempts = 10;

    /// <summary>Longest kept error, in characters.</summary>
    public const int MaxErrorLength = 2_000;

    /// <summary>Longest public id, in characters.</summary>
    public const int MaxEventIdLength = 40;

    private LoggedEvent()
    {
    }

    /// <summary>Database id.</summary>
    public long Id { get; private set; }

    /// <summary>The organization.</summary>
    public long OrganizationId { get; private set; }

    /// <summary>Counts the organization's events from 1, without gaps, in the order in which they were committed.</summary>
    public long Sequence { get; private set; }

    /// <summary>The public id: <c>evt_</c> and 32 hexadecimal digits. The same wherever and however often the event is sent.</summary>
    public string EventId { get; private set; } = "";

    /// <summary>One of <see cref="EventNames"/>.</summary>
    public string Name { get; private set; } = "";

    /// <summary>The project.</summary>
    public long ProjectId { get; private set; }

    /// <summary>The issue, or null for an event of the project itself.</summary>
    public long? IssueId { get; private set; }

    /// <summary>The comment, or null.</summary>
    public long? CommentId { get; private set; }

    /// <summary>The user in whose name it happened.</summary>
    public long ActorId { get; private set; }

    /// <summary>What brought it about.</summary>
    public EventCause Cause { get; private set; }

    /// <summary>What it says.</summary>
    public EventFacts Facts { get; private set; } = new();

    /// <summary>When it happened (UTC).</summary>
    public DateTimeOffset OccurredAt { get; private set; }

    /// <summary>When it was handed to its subscribers (UTC); null while it waits for that.</summary>
    public DateTimeOffset? FannedOutAt { get; private set; }

    /// <summary>When its actions were done with, well or after their last attempt (UTC); null while they wait.</summary>
    public DateTimeOffset? ProcessedAt { get; private set; }

    /// <summary>How often its actions have failed.</summary>
    public int Attempts { get; private set; }

    /// <summary>Before this instant nobody else runs its actions: a worker has it, or it failed and rests.</summary>
    public DateTimeOffset ClaimedUntil { get; private set; }

    /// <summary>The claim of the worker who took it last.</summary>
    public Guid? ClaimId { get; private set; }

    /// <summary>Why its actions failed last, or null.</summary>
    public string? LastError { get; private set; }

    /// <summary>The entries for what has happened to an aggregate. To be called when it has its database id.</summary>
    /// <param name="root">The aggregate.</param>
    /// <param name="happened">What has happened to it.</param>
    /// <param name="cause">What brought it about.</param>
    /// <param name="depth">How many events in a row caused each other before this one.</param>
    /// <returns>One or more entries without their sequence.</returns>
    /// <exception cref="ArgumentException">The fact has no public name.</exception>
    public static IEnumerable<LoggedEvent> Of(AggregateRoot root, IDomainEvent happened, EventCause cause, int depth)
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentNullException.ThrowIfNull(happened);
        var (issue, comment, about) = (root as Issue, root as Comment, happened as IIssueFact);
        var facts = new EventFacts
        {
            Depth = depth,
            Issue = issue is null ? about?.Issue : IssueSnapshot.Of(issue),
            Comment = comment?.Body,
            CommentAuthorId = comment?.AuthorId,
            CommentCreatedAt = comment?.CreatedAt,
        };
        LoggedEvent Entry(string name, EventFacts says) => new()
        {
            OrganizationId = root.OrganizationId,
            EventId = NewEventId(),
            Name = name,
            ProjectId = issue?.ProjectId ?? about?.ProjectId ?? root.Id,
            IssueId = issue?.Id ?? about?.IssueId,
            CommentId = comment?.Id,
            ActorId = happened.ActorId,
            Cause = happened is SlaStatusChanged ? EventCause.Sla : cause,
            Facts = says,
            OccurredAt = happened.OccurredAt.ToUniversalTime(),
            ClaimedUntil = happened.OccurredAt.ToUniversalTime(),

            // Actions are those of issues; for anything else there are none to run.
            ProcessedAt = says.Issue is null ? happened.OccurredAt.ToUniversalTime() : null,
        };

        switch (happened)
        {
            case IssueCreated e:
                yield return Entry(EventNames.IssueCreated, facts with { To = e.Status });
                if (issue?.AssigneeId is not null)
                    yield return Entry(EventNames.IssueAssigned, facts);
                break;
            case IssueUpdated e:
                yield return Entry(EventNames.IssueUpdated, facts with { Changes = e.Changes });
                if (e.Changes.Where(c => c.Field == "assignee_id" && c.To is not null).ToList() is { Count: > 0 } assigned)
                    yield return Entry(EventNames.IssueAssigned, facts with { Changes = assigned });
                break;
            case IssueTransitioned e:
                yield return Entry(EventNames.IssueStatusChanged, facts with { From = e.From, To = e.To, Changes = e.Changes });
                if (e.Closes)
                    yield return Entry(EventNames.IssueClosed, facts with { From = e.From, To = e.To, Changes = e.Changes });
                break;
            case IssueDeleted:
                yield return Entry(EventNames.IssueDeleted, facts);
                break;
            case CommentCreated:
                yield return Entry(EventNames.CommentCreated, facts);
                break;
            case CommentUpdated e:
                yield return Entry(EventNames.CommentUpdated, facts with { Changes = e.Changes });
                break;
            case CommentDeleted:
                yield return Entry(EventNames.CommentDeleted, facts);
                break;
            case ProjectUpdated e:
                yield return Entry(EventNames.ProjectUpdated, facts with { Changes = e.Changes });
                break;
            case TransitionAnnounced e:
                yield return Entry(EventNames.WorkflowBeforeTransition, facts with { From = e.From, To = e.To });
                break;
            case WorkflowTriggered e:
                yield return Entry(EventNames.WorkflowTriggered, facts with
                {
                    More = More(("action", e.Action), ("execution_id", e.ExecutionId), ("params", e.Parameters)),
                });
                break;
            case ApprovalRequested e:
                yield return Entry(EventNames.ApprovalRequested, facts with
                {
                    From = e.From,
                    To = e.To,
                    More = More(("approvals", e.Requirements)),
                });
                break;
            case ApprovalResolved e:
                yield return Entry(EventNames.ApprovalResolved, facts with
                {
                    From = e.From,
                    To = e.To,
                    More = More(("approval_id", e.ApprovalId), ("approval", e.Requirement), ("approval_status", e.Status), ("comment_text", e.Comment)),
                });
                break;
            case SlaStatusChanged e:
                yield return Entry(EventNames.WorkflowSlaStatus, facts with
                {
                    To = e.State,
                    More = More(("state", e.State), ("definition", e.Definition), ("metrics", e.Metrics)),
                });
                break;
            default:
                throw new ArgumentException($"{happened.GetType().Name} has no public name.", nameof(happened));
        }
    }

    /// <summary>Makes a public id for an event, or for something that is told like one.</summary>
    /// <returns>An id such as <c>evt_0199c2…</c>; later ones sort after earlier ones.</returns>
    public static string NewEventId() => $"evt_{Guid.CreateVersion7():N}";

    private static Dictionary<string, JsonElement> More(params (string Name, object? Value)[] says) =>
        says.ToDictionary(s => s.Name, s => JsonSerializer.SerializeToElement(s.Value), StringComparer.Ordinal);

    /// <summary>Gives the entry its place in the organization's log.</summary>
    /// <param name="sequence">The next number.</param>
    /// <exception cref="InvalidOperationException">It has a place already.</exception>
    public void TakeSequence(long sequence)
    {
        if (Sequence != 0)
            throw new InvalidOperationException($"{EventId} has its place already.");
        Sequence = sequence;
    }
}
