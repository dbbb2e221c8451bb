using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Tokens;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tokens;

/// <summary>
/// Records that a token was refused, in the audit log of its organization. An unknown token has no organization and is not
/// recorded.
/// </summary>
internal sealed record RefuseTokenCommand(string Token) : ICommand<Result<bool>>;

internal sealed class RefuseTokenHandler(IKiketDb db, IUnitOfWork work, TimeProvider time)
    : ICommandHandler<RefuseTokenCommand, Result<bool>>
{
    public async Task<Result<bool>> Handle(RefuseTokenCommand command, CancellationToken ct)
    {
        var hash = TokenSecret.HashOf(command.Token);
        var token = await db.AcrossTenants<AccessToken>().AsNoTracking().SingleOrDefaultAsync(t => t.Hash == hash, ct);
        if (token is not null)
            work.Audit(token, token.ExpiresAt <= time.GetUtcNow() ? "refused_as_expired" : "refused_from_this_address");
        return true;
    }
}
