using Kiket.Domain.Common;

namespace Kiket.Domain.Approvals;

/// <summary>Approvals of a move were requested.</summary>
/// <param name="From">Key of the state that the issue is in.</param>
/// <param name="To">Key of the state that it is to enter.</param>
public sealed record ApprovalRequested(StateKey From, StateKey To) : IDomainEvent
{
    /// <summary>Keys of the approvals that are missing.</summary>
    public required IReadOnlyList<string> Requirements { get; init; }

    /// <summary>The user whose move requests them.</summary>
    public required UserId ActorId { get; init; }

    /// <summary>When they were requested (UTC).</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    IReadOnlyList<PublicFact> IDomainEvent.ToPublic() =>
        [
            new(EventNames.ApprovalRequested)
            {
                From = From.Value,
                To = To.Value,
                More = new Dictionary<string, object?> { ["approvals"] = Requirements },
            },
        ];
}

/// <summary>An approval was given or refused.</summary>
/// <param name="From">Key of the state that the issue is to leave.</param>
/// <param name="To">Key of the state that it is to enter.</param>
public sealed record ApprovalResolved(StateKey From, StateKey To) : IDomainEvent
{
    /// <summary>The approval.</summary>
    public required long ApprovalId { get; init; }

    /// <summary>Key of the requirement.</summary>
    public required string Requirement { get; init; }

    /// <summary><c>approved</c> or <c>rejected</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Why, or null.</summary>
    public string? Comment { get; init; }

    /// <summary>Who decided last.</summary>
    public required UserId ActorId { get; init; }

    /// <summary>When the last decision was made (UTC).</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    IReadOnlyList<PublicFact> IDomainEvent.ToPublic() =>
        [
            new(EventNames.ApprovalResolved)
            {
                From = From.Value,
                To = To.Value,
                More = new Dictionary<string, object?>
                {
                    ["approval_id"] = ApprovalId,
                    ["approval"] = Requirement,
                    ["approval_status"] = Status,
                    ["comment_text"] = Comment,
                },
            },
        ];
}
