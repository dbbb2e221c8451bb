using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;

namespace Kiket.Application.Notifications;

/// <summary>Marks all of the actor's notifications read.</summary>
internal sealed record ReadAllNotificationsCommand : ICommand<Result<bool>>;

internal sealed class ReadAllNotificationsHandler(IKiketDb db, ICurrentActor current, TimeProvider time)
    : ICommandHandler<ReadAllNotificationsCommand, Result<bool>>
{
    public async Task<Result<bool>> Handle(ReadAllNotificationsCommand command, CancellationToken ct)
    {
        var (user, now) = (current.Actor.UserId, (DateTimeOffset?)time.GetUtcNow());
        await db
            .Notifications.Where(n => n.UserId == user && n.ReadAt == null)
            .UpdateInBatchesAsync(set => set.SetProperty(n => n.ReadAt, now), ct);
        return true;
    }
}
