using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;

namespace Kiket.Application.Webhooks;

/// <summary>Sends an endpoint nothing for a while; its events wait. For administrators.</summary>
internal sealed record PauseWebhookCommand(long Id, TimeSpan Pause) : ICommand<Result<bool>>;

internal sealed class PauseWebhookHandler(IKiketDb db, ICurrentActor current, TimeProvider time)
    : ICommandHandler<PauseWebhookCommand, Result<bool>>
{
    public async Task<Result<bool>> Handle(PauseWebhookCommand command, CancellationToken ct)
    {
        var found = await db.FindEndpointAsync(command.Id, current, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var paused = found.Value.Pause(command.Pause, time.GetUtcNow());
        return paused.Error is { } refused ? refused : true;
    }
}
