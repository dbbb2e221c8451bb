using Kiket.Application.Common;
using Kiket.Application.Issues;
using Kiket.Application.Ports;
using Kiket.Domain.Notifications;

namespace Kiket.Application.Notifications;

internal static class NotificationQueries
{
    public static readonly SortOptions<Notification> Sorts = new SortOptions<Notification>("id desc", n => n.Id)
        .By("id", n => n.Id)
        .By("created_at", n => n.CreatedAt);

    /// <summary>Only the actor's own, and only about issues that they can still see; others do not exist for them.</summary>
    public static IQueryable<Notification> OwnNotifications(this IKiketDb db, Domain.Users.Actor actor) =>
        db.Notifications.WithSpecification(new NotificationsOf(actor.UserId, db.VisibleIssues(actor)));

    public static IQueryable<NotificationDto> ToDto(this IQueryable<Notification> notifications, IKiketDb db) =>
        notifications.Select(n => new NotificationDto
        {
            Id = n.Id,
            Message = n.Message,
            Level = n.Level,
            Issue = db.Issues.Where(i => i.Id == n.IssueId).Select(i => new NotifiedIssue(i.Id, i.Key, i.Title)).First(),
            ReadAt = n.ReadAt,
            CreatedAt = n.CreatedAt,
        });
}
