using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Users;

/// <summary>Makes a link by which a user sets a password, once. For administrators, who pass it on.</summary>
internal sealed record OfferPasswordLinkCommand(UserId User) : ICommand<Result<PasswordLinkDto>>;

internal sealed class OfferPasswordLinkHandler(IKiketDb db, ICurrentActor current, PublicUrl url, TimeProvider time)
    : ICommandHandler<OfferPasswordLinkCommand, Result<PasswordLinkDto>>
{
    public async Task<Result<PasswordLinkDto>> Handle(OfferPasswordLinkCommand command, CancellationToken ct)
    {
        if (!current.Actor.IsAdmin)
            return UserErrors.AdminsOnly;
        var user = await db.Users.WithSpecification(new Person(command.User)).SingleOrDefaultAsync(ct);
        if (user is null)
            return UserErrors.NotFound(command.User);
        if (user.Deactivated)
            return UserErrors.Deactivated("user", $"{user.Name} ({user.Email})");
        if (user.SuperAdmin && user.Id != current.Actor.UserId)
            return UserErrors.LinkOfOperator;
        return await db.OfferPasswordLinkAsync(user, url, time.GetUtcNow(), ct);
    }
}
