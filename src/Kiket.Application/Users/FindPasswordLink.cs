using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Users;

/// <summary>Whether a link can set a password. Only then is the password hashed, which is slow on purpose.</summary>
internal sealed record FindPasswordLinkQuery(string Token) : IQuery<Result<bool>>;

internal sealed class FindPasswordLinkHandler(IKiketDb db, TimeProvider time) : IQueryHandler<FindPasswordLinkQuery, Result<bool>>
{
    public async Task<Result<bool>> Handle(FindPasswordLinkQuery query, CancellationToken ct)
    {
        var signIn = await db.SignInsByLink(query.Token).AsNoTracking().SingleOrDefaultAsync(ct);
        if (signIn is null || !signIn.HasLink(time.GetUtcNow()))
            return UserErrors.PasswordLinkNotFound;
        return true;
    }
}
