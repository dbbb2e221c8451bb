using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Users;

/// <summary>Finds how a user signs in. Nobody may have signed in yet, so the tenant filter would hide every row.</summary>
internal static class SignInLookup
{
    public static Task<PasswordSignIn?> FindSignInAsync(this IKiketDb db, UserId user, CancellationToken ct) =>
        db.AcrossTenants<PasswordSignIn>().SingleOrDefaultAsync(s => s.UserId == user, ct);

    /// <summary>The same for a user who is known to have a password.</summary>
    public static Task<PasswordSignIn> GetSignInAsync(this IKiketDb db, UserId user, CancellationToken ct) =>
        db.AcrossTenants<PasswordSignIn>().SingleAsync(s => s.UserId == user, ct);

    /// <summary>The sign-in of the active user whom a link is for, even if the link has expired.</summary>
    public static IQueryable<PasswordSignIn> SignInsByLink(this IKiketDb db, string token)
    {
        var hash = TokenSecret.HashOf(token);
        return db.AcrossTenants<PasswordSignIn>()
            .Where(s => s.LinkHash == hash)
            .Where(s => db.AcrossTenants<User>().Any(u => u.Id == s.UserId && !u.Deactivated));
    }
}
