using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Notifications;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Notifications;

/// <summary>Marks one of the actor's notifications read or unread.</summary>
internal sealed record MarkNotificationCommand(long Id, bool? Read) : ICommand<Result<NotificationDto>>;

internal sealed class MarkNotificationHandler(IKiketDb db, IUnitOfWork work, ICurrentActor current, TimeProvider time)
    : ICommandHandler<MarkNotificationCommand, Result<NotificationDto>>
{
    public async Task<Result<NotificationDto>> Handle(MarkNotificationCommand command, CancellationToken ct)
    {
        var notification = await db.OwnNotifications(current.Actor)
            .AsTracking()
            .SingleOrDefaultAsync(n => n.Id == command.Id, ct);
        if (notification is null)
            return NotificationErrors.NotFound(command.Id);
        if (command.Read is not { } read)
            return Error.Validation("notification.read", "read must be true or false.");

        notification.Mark(read, time.GetUtcNow());
        await work.FlushAsync(ct);
        return await db.Notifications.Where(n => n.Id == notification.Id).ToDto(db).SingleAsync(ct);
    }
}
