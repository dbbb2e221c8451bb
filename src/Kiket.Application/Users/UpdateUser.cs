using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Mapster;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Users;

/// <summary>Changes a user. For administrators; one of them always remains.</summary>
/// <param name="ExpectedVersion">The version that the caller has seen; by default any.</param>
internal sealed record UpdateUserCommand(UserId User, UserEdit Edit, ExpectedVersion ExpectedVersion) : ICommand<Result<UserDto>>;

internal sealed class UpdateUserHandler(
    IKiketDb db,
    IOAuthServer oauth,
    ICurrentActor current,
    TimeProvider time,
    TypeAdapterConfig mappings
) : ICommandHandler<UpdateUserCommand, Result<UserDto>>
{
    public async Task<Result<UserDto>> Handle(UpdateUserCommand command, CancellationToken ct)
    {
        if (!current.Actor.IsAdmin)
            return UserErrors.AdminsOnly;
        var user = await db.Users.WithSpecification(new Person(command.User)).SingleOrDefaultAsync(ct);
        if (user is null)
            return UserErrors.NotFound(command.User);
        if (!command.ExpectedVersion.Allows(user.Version))
            return Error.Stale(user.Version);

        var (now, wasDeactivated) = (time.GetUtcNow(), user.Deactivated);
        if (user.WouldStopAdministering(command.Edit) && (await ReleaseAsync(user, now, ct)).Error is { } needed)
            return needed;
        if (user.Edit(command.Edit, now).Error is { } error)
            return error;
        if (user.Deactivated || wasDeactivated)
            await RevokeAccessAsync(user, ct);

        return user.Adapt<UserDto>(mappings);
    }

    /// <summary>
    /// A reactivated user needs a new password and new tokens: the old ones may have been stolen, and earlier versions kept them.
    /// </summary>
    private async Task RevokeAccessAsync(User user, CancellationToken ct)
    {
        db.AccessTokens.RemoveRange(await db.AccessTokens.Where(t => t.UserId == user.Id).ToListAsync(ct));
        db.PasswordSignIns.RemoveRange(await db.PasswordSignIns.Where(s => s.UserId == user.Id).ToListAsync(ct));
        await oauth.RevokeAsync(user.Id, ct);
    }

    /// <summary>
    /// Loads the organization before it counts the others: a concurrent change also changes the organization.
    /// </summary>
    private async Task<Result> ReleaseAsync(User admin, DateTimeOffset now, CancellationToken ct)
    {
        var organization = await db.Organizations.SingleAsync(o => o.Id == admin.OrganizationId, ct);
        var othersRemain = await db.Users.AnyAsync(
            u =>
                u.Id != admin.Id
                && u.Role == OrganizationRole.Admin
                && !u.Deactivated
                // Invited only: nobody knows whether they will accept.
                && !db.Invitations.Any(i => i.UserId == u.Id && i.AcceptedAt == null),
            ct
        );
        return organization.ReleaseAdministrator(othersRemain, now);
    }
}
