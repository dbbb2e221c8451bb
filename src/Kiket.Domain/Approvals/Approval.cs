using System.Text.Json.Serialization;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Approvals;

/// <summary>The status of an approval.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ApprovalStatus>))]
public enum ApprovalStatus
{
    /// <summary>Somebody still has to decide.</summary>
    Pending,

    /// <summary>Enough people have approved.</summary>
    Approved,

    /// <summary>Somebody has refused.</summary>
    Rejected,

    /// <summary>It no longer matters: the issue has left the state.</summary>
    Closed,
}

/// <summary>One person's decision.</summary>
/// <param name="UserId">Who decided.</param>
/// <param name="Approved">What they decided.</param>
/// <param name="Comment">Why, or null.</param>
/// <param name="At">When (UTC).</param>
public sealed record ApprovalDecision(UserId UserId, bool Approved, string? Comment, DateTimeOffset At);

/// <summary>The approval of a move of an issue, with its approvers and their decisions.</summary>
public sealed class Approval : AggregateRoot<long>
{
    /// <summary>Longest comment, in characters.</summary>
    public const int MaxCommentLength = Issue.MaxCommentLength;

    private Approval() { }

    /// <summary>The issue.</summary>
    public IssueId IssueId { get; private set; }

    /// <summary>Key of the state that the issue is to leave.</summary>
    public StateKey From { get; private set; }

    /// <summary>Key of the state that it is to enter.</summary>
    public StateKey To { get; private set; }

    /// <summary>The requirement, as of the request.</summary>
    public ApprovalRequirement Requirement { get; private set; } = null!;

    /// <summary>Its status.</summary>
    public ApprovalStatus Status { get; private set; }

    /// <summary>The user whose move requested it.</summary>
    public UserId RequestedById { get; private set; }

    /// <summary>The decisions.</summary>
    public IReadOnlyList<ApprovalDecision> Decisions { get; private set; } = [];

    /// <summary>When it escalates if nobody has decided (UTC), or null for never.</summary>
    public DateTimeOffset? EscalatesAt { get; private set; }

    /// <summary>When it escalated (UTC), or null. From then on project leads and administrators may decide as well.</summary>
    public DateTimeOffset? EscalatedAt { get; private set; }

    /// <summary>When it was decided or closed (UTC), or null.</summary>
    public DateTimeOffset? ResolvedAt { get; private set; }

    /// <summary>Requests an approval.</summary>
    /// <param name="issue">The issue.</param>
    /// <param name="transition">The move.</param>
    /// <param name="requirement">The requirement of the workflow.</param>
    /// <param name="requesterId">The user whose move requests it.</param>
    /// <param name="at">Instant of the request.</param>
    /// <returns>The approval, or <c>VALIDATION_ERROR</c> for a requirement that no workflow can have.</returns>
    public static Result<Approval> Request(
        Issue issue,
        Transition transition,
        ApprovalRequirement requirement,
        UserId requesterId,
        DateTimeOffset at
    )
    {
        ArgumentNullException.ThrowIfNull(issue);
        ArgumentNullException.ThrowIfNull(transition);
        ArgumentNullException.ThrowIfNull(requirement);
        List<ErrorDetail> errors = [.. DefinitionRules.Validate([requirement], "requirement")];
        if (errors.Count > 0)
            return Error.Validation(errors);
        var approval = new Approval
        {
            OrganizationId = issue.OrganizationId,
            IssueId = issue.Id,
            From = transition.From,
            To = transition.To,
            Requirement = requirement,
            RequestedById = requesterId,
            EscalatesAt = requirement.Timeout is { } timeout ? (at + timeout).ToUniversalTime() : null,
        };
        approval.Created(at);
        return approval;
    }

    /// <summary>
    /// Whether somebody may decide: the named approvers; without any, everybody who works on the project; after an escalation,
    /// also those who manage it.
    /// </summary>
    /// <param name="candidate">Who wants to decide.</param>
    public bool MayBeDecidedBy(ApproverCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        return Requirement.Approvers.Count == 0
            || (EscalatedAt is not null && candidate.ManagesProject)
            || Requirement.Approvers.Any(a => IsNamed(a, candidate));
    }

    /// <summary>Records a person's decision.</summary>
    /// <param name="userId">The user who decides; whether they may is up to <see cref="MayBeDecidedBy"/>.</param>
    /// <param name="approved">What they decide. One refusal rejects the approval.</param>
    /// <param name="comment">Why, at most 10,000 characters, or null.</param>
    /// <param name="at">Instant of the decision.</param>
    /// <returns>
    /// Success; <c>CONFLICT</c> when it is resolved or the person has decided already; <c>FORBIDDEN</c> when the requester would
    /// decide alone; or <c>VALIDATION_ERROR</c> for a comment that is too long. A refusal changes nothing.
    /// </returns>
    public Result Decide(UserId userId, bool approved, string? comment, DateTimeOffset at)
    {
        if (Status is not ApprovalStatus.Pending)
            return new Error(ErrorKind.Conflict, ErrorCodes.Conflict, $"The approval is already {WireName.Of(Status)}.");
        if (Decisions.Any(d => d.UserId == userId))
            return new Error(ErrorKind.Conflict, ErrorCodes.Conflict, "You have already decided.");
        if (approved && userId == RequestedById && Requirement.Required == 1)
            return Error.Forbidden("You requested this approval, so someone else must give it.");
        if (Issue.RefuseTooLong(comment) is { } error)
            return error;

        Decisions =
        [
            .. Decisions,
            new(userId, approved, UnicodeText.IsBlank(comment) ? null : UnicodeText.Clean(comment!), at.ToUniversalTime()),
        ];
        if (!approved)
            Resolve(ApprovalStatus.Rejected, at);
        else if (Decisions.Count >= Requirement.Required && Decisions.Any(d => d.UserId != RequestedById))
            Resolve(ApprovalStatus.Approved, at);
        Touch(at);
        return Result.Success;
    }

    /// <summary>Lets project leads and administrators decide as well, because nobody has decided in time.</summary>
    /// <param name="at">Instant of the escalation.</param>
    /// <returns>Whether it was due.</returns>
    public bool Escalate(DateTimeOffset at)
    {
        if (Status is not ApprovalStatus.Pending || EscalatedAt is not null || EscalatesAt is null || EscalatesAt > at)
            return false;
        EscalatedAt = at.ToUniversalTime();
        Touch(at);
        return true;
    }

    /// <summary>Ends an approval that no longer matters.</summary>
    /// <param name="at">Instant of the end.</param>
    public void Close(DateTimeOffset at)
    {
        if (Status is ApprovalStatus.Closed)
            return;
        Resolve(ApprovalStatus.Closed, at);
        Touch(at);
    }

    /// <summary>Restores an approval that a host has stored.</summary>
    /// <param name="snapshot">The snapshot from <see cref="ToSnapshot"/>.</param>
    public static Approval Restore(ApprovalSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var approval = new Approval
        {
            IssueId = snapshot.IssueId,
            From = snapshot.From,
            To = snapshot.To,
            Requirement = snapshot.Requirement,
            Status = snapshot.Status,
            RequestedById = snapshot.RequestedById,
            Decisions = snapshot.Decisions,
            EscalatesAt = snapshot.EscalatesAt,
            EscalatedAt = snapshot.EscalatedAt,
            ResolvedAt = snapshot.ResolvedAt,
        };
        approval.TakeStored(snapshot);
        return approval;
    }

    /// <summary>Everything that a host must store. The events are in <see cref="AggregateRoot{TId}.DomainEvents"/>.</summary>
    public ApprovalSnapshot ToSnapshot() =>
        new()
        {
            Id = Id,
            OrganizationId = OrganizationId,
            IssueId = IssueId,
            From = From,
            To = To,
            Requirement = Requirement,
            Status = Status,
            RequestedById = RequestedById,
            Decisions = Decisions,
            EscalatesAt = EscalatesAt,
            EscalatedAt = EscalatedAt,
            ResolvedAt = ResolvedAt,
            Version = Version,
            CreatedAt = CreatedAt,
            UpdatedAt = UpdatedAt,
        };

    private static bool IsNamed(Approver approver, ApproverCandidate candidate) =>
        approver.Kind switch
        {
            ApproverKind.Role => candidate.Roles.Contains(approver.Identifier),
            ApproverKind.User => string.Equals(approver.Identifier, candidate.Email, StringComparison.OrdinalIgnoreCase)
                || approver.Identifier == candidate.UserId.ToString(),
            _ => candidate.Parts.Contains(approver.Identifier),
        };

    private void Resolve(ApprovalStatus status, DateTimeOffset at)
    {
        Status = status;
        ResolvedAt = at.ToUniversalTime();
    }
}
