using Kiket.Domain.Common;
using Kiket.Domain.Issues;

namespace Kiket.Domain.Notifications;

/// <summary>How much a notification matters.</summary>
internal enum NotificationLevel
{
    /// <summary>Good to know.</summary>
    Info,

    /// <summary>Good news.</summary>
    Success,

    /// <summary>Something needs attention.</summary>
    Warning,

    /// <summary>Something went wrong.</summary>
    Error,

    /// <summary>Something needs attention at once.</summary>
    Critical,
}

/// <summary>A message to a user about an issue.</summary>
internal sealed class Notification
{
    /// <summary>Longest message, in characters; a longer one is cut.</summary>
    public const int MaxMessageLength = 2_000;

    private Notification() { }

    /// <summary>Database id; later notifications have greater ones.</summary>
    public long Id { get; private set; }

    /// <summary>The organization.</summary>
    public OrganizationId OrganizationId { get; private set; }

    /// <summary>The receiver.</summary>
    public UserId UserId { get; private set; }

    /// <summary>The issue.</summary>
    public IssueId IssueId { get; private set; }

    /// <summary>The text.</summary>
    public string Message { get; private set; } = "";

    /// <summary>How much it matters.</summary>
    public NotificationLevel Level { get; private set; }

    /// <summary>When they read it (UTC), or null.</summary>
    public DateTimeOffset? ReadAt { get; private set; }

    /// <summary>When it was written (UTC).</summary>
    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>Writes a notification.</summary>
    /// <param name="issue">The issue.</param>
    /// <param name="userId">The receiver.</param>
    /// <param name="message">The text; not empty.</param>
    /// <param name="level">How much it matters.</param>
    /// <param name="at">Instant of the writing.</param>
    public static Notification About(Issue issue, UserId userId, string message, NotificationLevel level, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(issue);
        ArgumentException.ThrowIfNullOrWhiteSpace(message);
        return new()
        {
            OrganizationId = issue.OrganizationId,
            UserId = userId,
            IssueId = issue.Id,
            Message = message.Length <= MaxMessageLength ? message : $"{UnicodeText.Cut(message, MaxMessageLength - 1)}…",
            Level = level,
            CreatedAt = at.ToUniversalTime(),
        };
    }

    /// <summary>Marks it read or unread; reading it again keeps the first instant.</summary>
    /// <param name="isRead">Whether it is read.</param>
    /// <param name="at">Instant of the change.</param>
    public void Mark(bool isRead, DateTimeOffset at) => ReadAt = isRead ? ReadAt ?? at.ToUniversalTime() : null;
}
