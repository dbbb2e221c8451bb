using System.Net;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.OAuth;
using Kiket.Domain.Tokens;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tokens;

/// <summary>
/// Records why a token or the key of an extension was refused, in the audit log of its organization. An unknown one has no
/// organization and is not recorded.
/// </summary>
internal sealed record RefuseTokenCommand(string Token, IPAddress? Address) : ICommand<Result<bool>>;

internal sealed class RefuseTokenHandler(IKiketDb db, IOAuthAccessTokens oauth, IUnitOfWork work, TimeProvider time)
    : ICommandHandler<RefuseTokenCommand, Result<bool>>
{
    public async Task<Result<bool>> Handle(RefuseTokenCommand command, CancellationToken ct)
    {
        var hash = TokenSecret.HashOf(command.Token);
        var refused = await FindTokenAsync(hash, ct) ?? await FindApplicationAsync(hash, ct) ?? await FindKeyAsync(hash, ct);
        if (refused is null)
            return true;
        if (refused.Until <= time.GetUtcNow())
            work.Audit(refused.Owner, "refused_as_expired");
        else if (!Networks.Accept(Networks.Of(refused.Networks), command.Address))
            work.Audit(refused.Owner, "refused_from_this_address");
        return true;
    }

    private async Task<Refused?> FindTokenAsync(string hash, CancellationToken ct)
    {
        var token = await db.AcrossTenants<AccessToken>().AsNoTracking().SingleOrDefaultAsync(t => t.Hash == hash, ct);
        return token is null ? null : new(token, token.ExpiresAt, token.AllowedNetworks);
    }

    private async Task<Refused?> FindApplicationAsync(string hash, CancellationToken ct)
    {
        if (await oauth.FindAsync(hash, ct) is not { } access)
            return null;
        var application = await db.AcrossTenants<OAuthApplication>()
            .AsNoTracking()
            .SingleOrDefaultAsync(a => a.ClientId == access.ClientId, ct);
        return application is null ? null : new(application, access.ExpiresAt, application.AllowedNetworks);
    }

    private async Task<Refused?> FindKeyAsync(string hash, CancellationToken ct)
    {
        var extension = await db.AcrossTenants<Extension>()
            .AsNoTracking()
            .SingleOrDefaultAsync(e => e.KeyHash == hash || e.PreviousKeyHash == hash, ct);
        if (extension is null)
            return null;
        var until = extension.KeyHash == hash ? null : extension.PreviousKeyUntil;
        return new(extension, until, extension.AllowedNetworks);
    }

    private sealed record Refused(IAggregateRoot Owner, DateTimeOffset? Until, IReadOnlyList<string>? Networks);
}
