using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Notifications;

/// <summary>The actor's notifications, newest first.</summary>
/// <param name="Unread">Whether to list only unread (true) or read (false) ones; null for all.</param>
internal sealed record ListNotificationsQuery(bool? Unread, PageRequest Page) : IQuery<Result<Page<NotificationDto>>>;

internal sealed class ListNotificationsHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<ListNotificationsQuery, Result<Page<NotificationDto>>>
{
    public Task<Result<Page<NotificationDto>>> Handle(ListNotificationsQuery query, CancellationToken ct)
    {
        return db.OwnNotifications(current.Actor)
            .AsNoTracking()
            .WithSpecification(new NotificationsRead(query.Unread))
            .ToPageAsync(query.Page, NotificationQueries.Sorts, page => page.ToDto(db), ct);
    }
}
