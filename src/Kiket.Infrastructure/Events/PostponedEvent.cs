using Kiket.Domain.Common;
using Kiket.Domain.Events;

namespace Kiket.Infrastructure.Events;

/// <summary>
/// An event before the cursor whose reactions have not run: they failed, or those to an earlier event of its issue did.
/// </summary>
internal sealed class PostponedEvent
{
    /// <summary>Maximum length of a stored error, in characters.</summary>
    public const int MaxErrorLength = 2_000;

    /// <summary>Id of the <see cref="LoggedEvent"/>.</summary>
    public required long EventId { get; init; }

    public required OrganizationId OrganizationId { get; init; }

    public required IssueId IssueId { get; init; }

    /// <summary>How often the reactions have failed.</summary>
    public int Attempts { get; init; }

    /// <summary>When they are retried; null if they were given up.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>The last failure, or null.</summary>
    public string? LastError { get; init; }

    /// <summary>
    /// When to retry after some failures, later each time; null to give up, so that later events of the issue are processed.
    /// </summary>
    public static DateTimeOffset? NextAttemptAfter(int attempts, DateTimeOffset now) =>
        now + RetryPolicy.Reactions.DelayAfter(attempts, chance: 0.5);
}
