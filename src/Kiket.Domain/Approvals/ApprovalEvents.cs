using Kiket.Domain.Common;

namespace Kiket.Domain.Approvals;

/// <summary>Approvals of a move were asked for.</summary>
/// <param name="From">Key of the state that the issue is in.</param>
/// <param name="To">Key of the state that it is to enter.</param>
/// <param name="Requirements">Keys of the approvals that are missing.</param>
/// <param name="ActorId">Whose move asks for them.</param>
/// <param name="OccurredAt">When.</param>
public sealed record ApprovalRequested(
    string From,
    string To,
    IReadOnlyList<string> Requirements,
    long ActorId,
    DateTimeOffset OccurredAt
) : IDomainEvent
{
    /// <inheritdoc/>
    public IReadOnlyList<PublicFact> ToPublic() =>
        [
            new(EventNames.ApprovalRequested)
            {
                From = From,
                To = To,
                More = PublicFact.Json(("approvals", Requirements)),
            },
        ];
}

/// <summary>An approval was given or refused.</summary>
/// <param name="ApprovalId">The approval.</param>
/// <param name="From">Key of the state that the issue is to leave.</param>
/// <param name="To">Key of the state that it is to enter.</param>
/// <param name="Requirement">Key of the requirement.</param>
/// <param name="Status"><c>approved</c> or <c>rejected</c>.</param>
/// <param name="Comment">Why, or null.</param>
/// <param name="ActorId">Who decided last.</param>
/// <param name="OccurredAt">When.</param>
public sealed record ApprovalResolved(
    long ApprovalId,
    string From,
    string To,
    string Requirement,
    string Status,
    string? Comment,
    long ActorId,
    DateTimeOffset OccurredAt
) : IDomainEvent
{
    /// <inheritdoc/>
    public IReadOnlyList<PublicFact> ToPublic() =>
        [
            new(EventNames.ApprovalResolved)
            {
                From = From,
                To = To,
                More = PublicFact.Json(
                    ("approval_id", ApprovalId),
                    ("approval", Requirement),
                    ("approval_status", Status),
                    ("comment_text", Comment)
                ),
            },
        ];
}
