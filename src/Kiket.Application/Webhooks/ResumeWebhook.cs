using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;

namespace Kiket.Application.Webhooks;

/// <summary>Ends the pause of an endpoint, also one that failures caused. For administrators.</summary>
internal sealed record ResumeWebhookCommand(long Id) : ICommand<Result<bool>>;

internal sealed class ResumeWebhookHandler(IKiketDb db, ICurrentActor current, TimeProvider time)
    : ICommandHandler<ResumeWebhookCommand, Result<bool>>
{
    public async Task<Result<bool>> Handle(ResumeWebhookCommand command, CancellationToken ct)
    {
        var found = await db.FindEndpointAsync(command.Id, current, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        found.Value.Resume(time.GetUtcNow());
        return true;
    }
}
