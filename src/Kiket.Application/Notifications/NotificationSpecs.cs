using Ardalis.Specification;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Notifications;

namespace Kiket.Application.Notifications;

/// <summary>A user's notifications about issues that they can still see: others do not exist.</summary>
internal sealed class NotificationsOf : Specification<Notification>
{
    /// <param name="issues">The issues that the user can see.</param>
    public NotificationsOf(UserId userId, IQueryable<Issue> issues) =>
        Query.Where(n => n.UserId == userId && issues.Any(i => i.Id == n.IssueId));
}

/// <summary>The notifications that are unread, or read.</summary>
internal sealed class NotificationsRead : Specification<Notification>
{
    /// <param name="unread">Null for both.</param>
    public NotificationsRead(bool? unread)
    {
        if (unread is { } wanted)
            Query.Where(n => n.ReadAt == null == wanted);
    }
}
