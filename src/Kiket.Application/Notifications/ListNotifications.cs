using Kiket.Application.Abstractions;
using Kiket.Domain.Common;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Notifications;

/// <summary>What the actor has been told, the newest first.</summary>
/// <param name="Unread">Whether to list only what is unread (true) or read (false); null for all.</param>
public sealed record ListNotificationsQuery(bool? Unread, PageRequest Page) : IQuery<Result<Page<NotificationDto>>>;

internal sealed class ListNotificationsHandler(IKiketDb db, ICurrentActor current) : IQueryHandler<ListNotificationsQuery, Result<Page<NotificationDto>>>
{
    public Task<Result<Page<NotificationDto>>> Handle(ListNotificationsQuery query, CancellationToken ct)
    {
        var own = db.OwnNotifications(current.Actor).AsNoTracking();
        if (query.Unread is { } unread)
            own = own.Where(n => n.ReadAt == null == unread);
        return own.ToPageAsync(query.Page, NotificationQueries.Sorts, page => page.ToDto(db), ct);
    }
}
