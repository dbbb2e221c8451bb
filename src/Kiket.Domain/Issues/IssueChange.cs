using System.Text.Json.Serialization;
using Kiket.Domain.Common;

namespace Kiket.Domain.Issues;

/// <summary>What kind of change a history entry records.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<IssueAction>))]
public enum IssueAction
{
    /// <summary>The issue was created.</summary>
    Created,

    /// <summary>Fields were changed.</summary>
    Updated,

    /// <summary>It went along a transition.</summary>
    Transitioned,

    /// <summary>It was deleted.</summary>
    Deleted,

    /// <summary>Approvals of a move were requested.</summary>
    ApprovalRequested,

    /// <summary>Somebody approved a move.</summary>
    Approved,

    /// <summary>Somebody rejected a move.</summary>
    Rejected,

    /// <summary>Nobody decided about an approval in time.</summary>
    ApprovalEscalated,

    /// <summary>An item of a checklist was checked or unchecked.</summary>
    Checked,

    /// <summary>Extensions were asked whether a move may happen.</summary>
    Guarded,

    /// <summary>An action of its workflow or of an automation was run, or why it was not.</summary>
    ActionRun,
}

/// <summary>How an action ended.</summary>
internal enum ActionOutcome
{
    /// <summary>As it should.</summary>
    Done,

    /// <summary>It was left out, for the reason given.</summary>
    Skipped,

    /// <summary>It was refused, for the reason given, and changed nothing.</summary>
    Failed,
}

/// <summary>One entry of an issue's history. Entries are only ever added.</summary>
public sealed class IssueChange
{
    [JsonConstructor]
    private IssueChange() { }

    internal IssueChange(
        OrganizationId organizationId,
        IssueAction action,
        UserId actorId,
        DateTimeOffset at,
        IReadOnlyList<FieldChange> changes,
        string? comment
    )
    {
        OrganizationId = organizationId;
        Action = action;
        ActorId = actorId;
        At = at.ToUniversalTime();
        Changes = changes;
        Comment = comment;
    }

    /// <summary>Database id; later entries have greater ones.</summary>
    [JsonInclude]
    public long Id { get; private set; }

    /// <summary>The organization.</summary>
    [JsonInclude]
    public OrganizationId OrganizationId { get; private set; }

    /// <summary>The issue.</summary>
    [JsonInclude]
    public IssueId IssueId { get; private set; }

    /// <summary>What kind of change it is.</summary>
    [JsonInclude]
    public IssueAction Action { get; private set; }

    /// <summary>The user who created it.</summary>
    [JsonInclude]
    public UserId ActorId { get; private set; }

    /// <summary>When (UTC).</summary>
    [JsonInclude]
    public DateTimeOffset At { get; private set; }

    /// <summary>The fields that changed.</summary>
    [JsonInclude]
    public IReadOnlyList<FieldChange> Changes { get; private set; } = [];

    /// <summary>What the actor said about it, or null.</summary>
    [JsonInclude]
    public string? Comment { get; private set; }
}
