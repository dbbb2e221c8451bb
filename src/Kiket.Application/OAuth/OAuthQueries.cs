using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.OAuth;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.OAuth;

internal static class OAuthQueries
{
    /// <summary>An application that the actor may manage with the credential in use.</summary>
    public static async Task<Result<OAuthApplication>> FindManageableApplicationAsync(
        this IKiketDb db,
        long id,
        ICurrentActor current,
        CancellationToken ct
    )
    {
        if (!current.Actor.IsAdmin)
            return UserErrors.AdminsOnly;
        var application = await db.OAuthApplications.SingleOrDefaultAsync(a => a.Id == id, ct);
        if (application is null)
            return OAuthErrors.NotFound(id);
        return Scope.Covers(current.Scopes, application.Scopes) ? application : TokenErrors.Stronger;
    }
}
