namespace Kiket.Domain.Common;

/// <summary>A fact in the past tense. It is about the aggregate that raises it, which has the ids.</summary>
public interface IDomainEvent
{
    /// <summary>The user who caused it.</summary>
    UserId ActorId { get; }

    /// <summary>When it happened.</summary>
    DateTimeOffset OccurredAt { get; }

    /// <summary>Its cause, if that is always the same; null if it depends on the caller.</summary>
    internal EventCause? Cause => null;

    /// <summary>Its public facts for subscribers.</summary>
    /// <returns>At least one fact; several for an event with several public names, in the order of the log.</returns>
    internal IReadOnlyList<PublicFact> ToPublic();
}
