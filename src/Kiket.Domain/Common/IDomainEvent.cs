namespace Kiket.Domain.Common;

/// <summary>A fact in the past tense. The aggregate that raises it is the one it is about, and has the ids.</summary>
public interface IDomainEvent
{
    /// <summary>The user whose doing it is.</summary>
    UserId ActorId { get; }

    /// <summary>When it happened.</summary>
    DateTimeOffset OccurredAt { get; }

    /// <summary>What brought it about, where that is always the same; null where it depends on who asked.</summary>
    internal EventCause? Cause => null;

    /// <summary>What subscribers hear of it.</summary>
    /// <returns>At least one fact; several for an event with several public names, in the order of the log.</returns>
    internal IReadOnlyList<PublicFact> ToPublic();
}
