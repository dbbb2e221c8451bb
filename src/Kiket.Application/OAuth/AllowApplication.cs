using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.OAuth;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.OAuth;

/// <summary>Records that the current user allows an application to act in their name.</summary>
/// <param name="Scopes">All scopes of its tokens, also those of OpenID Connect.</param>
/// <param name="IsKept">Whether later requests of the application need no other consent for these scopes.</param>
internal sealed record AllowApplicationCommand(string ClientId, IReadOnlyList<string> Scopes, bool IsKept)
    : ICommand<Result<string>>;

internal sealed class AllowApplicationHandler(IKiketDb db, IOAuthServer server, IUnitOfWork work, ICurrentActor current)
    : ICommandHandler<AllowApplicationCommand, Result<string>>
{
    /// <returns>The id of the authorization at the OAuth server.</returns>
    public async Task<Result<string>> Handle(AllowApplicationCommand command, CancellationToken ct)
    {
        var application = await db.OAuthApplications.SingleOrDefaultAsync(a => a.ClientId == command.ClientId, ct);
        if (application is null)
            return OAuthErrors.NotOfOrganization;
        work.Audit(application, "allowed");
        return await server.AllowAsync(application, current.Actor.UserId, command.Scopes, command.IsKept, ct);
    }
}
