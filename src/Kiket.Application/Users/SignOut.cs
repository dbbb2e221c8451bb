using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Users;

/// <summary>Records that the current user signs out of the pages.</summary>
internal sealed record SignOutCommand : ICommand<Result<bool>>;

internal sealed class SignOutHandler(IKiketDb db, IUnitOfWork work, ICurrentActor current)
    : ICommandHandler<SignOutCommand, Result<bool>>
{
    public async Task<Result<bool>> Handle(SignOutCommand command, CancellationToken ct)
    {
        work.Audit(await db.Users.SingleAsync(u => u.Id == current.Actor.UserId, ct), "signed_out");
        return true;
    }
}
