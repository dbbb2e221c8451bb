using Kiket.Domain.Common;
using Kiket.Domain.Events;

namespace Kiket.Infrastructure.Events;

/// <summary>
/// An event behind the cursor of the reactions that still waits for them: they failed, or those to an earlier event of its
/// issue did.
/// </summary>
internal sealed class PostponedEvent
{
    /// <summary>Longest kept error, in characters.</summary>
    public const int MaxErrorLength = 2_000;

    /// <summary>Id of the <see cref="LoggedEvent"/>.</summary>
    public required long EventId { get; init; }

    public required OrganizationId OrganizationId { get; init; }

    public required IssueId IssueId { get; init; }

    /// <summary>How often they have failed.</summary>
    public int Attempts { get; init; }

    /// <summary>When they are tried again; null when they were given up.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>Why they failed last, or null.</summary>
    public string? LastError { get; init; }

    /// <summary>When to try again after some failures: later each time; null to give up, so that the issue goes on.</summary>
    public static DateTimeOffset? NextAttemptAfter(int attempts, DateTimeOffset now) =>
        now + RetryPolicy.Reactions.DelayAfter(attempts, chance: 0.5);
}
