using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;

namespace Kiket.Application.OAuth;

/// <summary>Removes an application and revokes its tokens. Its service user stays in the history. For administrators.</summary>
internal sealed record RemoveOAuthApplicationCommand(long Application) : ICommand<Result<bool>>;

internal sealed class RemoveOAuthApplicationHandler(IKiketDb db, IOAuthServer server, ICurrentActor current)
    : ICommandHandler<RemoveOAuthApplicationCommand, Result<bool>>
{
    public async Task<Result<bool>> Handle(RemoveOAuthApplicationCommand command, CancellationToken ct)
    {
        var found = await db.FindManageableApplicationAsync(command.Application, current, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        await server.UnregisterAsync(found.Value, ct);
        db.OAuthApplications.Remove(found.Value);
        return true;
    }
}
