namespace Kiket.Domain.Common;

/// <summary>A fact in the past tense. The aggregate that raises it is the one it is about, and has the ids.</summary>
public interface IDomainEvent
{
    /// <summary>The user whose doing it is.</summary>
    long ActorId { get; }

    /// <summary>When it happened.</summary>
    DateTimeOffset OccurredAt { get; }
}
