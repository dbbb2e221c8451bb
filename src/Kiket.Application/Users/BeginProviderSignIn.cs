using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Users;

/// <summary>Finds the user whom the identity provider has signed in, by the address that the provider vouches for.</summary>
/// <param name="Organization">Slug of the provider's organization.</param>
internal sealed record BeginProviderSignInCommand(string Email, string Organization) : ICommand<Result<PageUser>>;

internal sealed class BeginProviderSignInHandler(IKiketDb db, IUnitOfWork work, TimeProvider time)
    : ICommandHandler<BeginProviderSignInCommand, Result<PageUser>>
{
    public async Task<Result<PageUser>> Handle(BeginProviderSignInCommand command, CancellationToken ct)
    {
        // Nobody has signed in, so the tenant filter would hide every row.
        var email = User.AddressOf(command.Email);
        var user = await db.AcrossTenants<User>()
            .Where(u => u.Email == email)
            .SingleOrDefaultAsync(u => db.Organizations.Any(o => o.Id == u.OrganizationId && o.Slug == command.Organization), ct);
        if (user is null)
            return UserErrors.NotFound(email);
        if (user.Deactivated)
        {
            work.KeepOnRefusal(() =>
            {
                work.Audit(user, "sign_in_failed");
                return Task.CompletedTask;
            });
            return UserErrors.NotFound(email);
        }

        var signIn = await db.FindSignInAsync(user.Id, ct);
        if (signIn is null)
            db.PasswordSignIns.Add(signIn = PasswordSignIn.For(user, time.GetUtcNow()));
        signIn.AllowProvider(time.GetUtcNow());
        return PageUser.Of(user, signIn);
    }
}
