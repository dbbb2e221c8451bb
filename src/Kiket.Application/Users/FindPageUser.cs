using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Users;

/// <summary>Finds the user who has signed in on the pages, unless they were deactivated or their password was changed.</summary>
/// <param name="Stamp">The stamp of the sign-in.</param>
internal sealed record FindPageUserQuery(UserId User, string Stamp) : IQuery<Result<PageUser>>;

/// <summary>A user as the pages know them.</summary>
/// <param name="Stamp">Changes with the password.</param>
/// <param name="HasSecondStep">Whether the sign-in requires a code in addition to the password.</param>
/// <param name="IsOperator">Whether the user administers the whole server.</param>
internal sealed record PageUser(Actor Actor, string Name, string Email, string Stamp, bool HasSecondStep, bool IsOperator)
{
    public UserId Id => Actor.UserId;

    public static PageUser Of(User user, PasswordSignIn signIn) =>
        new(
            new(user.OrganizationId, user.Id, user.Role),
            user.Name,
            user.Email,
            signIn.Stamp,
            signIn.TotpKey is not null,
            user is { SuperAdmin: true, Role: OrganizationRole.Admin }
        );
}

internal sealed class FindPageUserHandler(IKiketDb db) : IQueryHandler<FindPageUserQuery, Result<PageUser>>
{
    public async Task<Result<PageUser>> Handle(FindPageUserQuery query, CancellationToken ct)
    {
        // Nobody has signed in yet, so the tenant filter would hide every row.
        var found = await db.AcrossTenants<User>()
            .Where(u => u.Id == query.User && !u.Deactivated)
            .Join(
                db.AcrossTenants<PasswordSignIn>().Where(s => s.Stamp == query.Stamp),
                u => u.Id,
                s => s.UserId,
                (u, s) => new { User = u, SignIn = s }
            )
            .AsNoTracking()
            .SingleOrDefaultAsync(ct);
        return found is null ? UserErrors.NotFound(query.User) : PageUser.Of(found.User, found.SignIn);
    }
}
