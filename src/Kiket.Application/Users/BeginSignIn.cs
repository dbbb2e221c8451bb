using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Users;

/// <summary>
/// Counts an attempt to sign in and finds the users whom it may concern, because an address can be in several organizations. The
/// caller compares the password outside of the transaction.
/// </summary>
/// <param name="Organization">Slug of the organization, or null for all.</param>
internal sealed record BeginSignInCommand(string Email, string? Organization) : ICommand<Result<IReadOnlyList<SignInCandidate>>>;

/// <param name="Organization">Slug of the organization.</param>
internal sealed record SignInCandidate(PageUser User, string Organization, string PasswordHash);

internal sealed class BeginSignInHandler(IKiketDb db, TimeProvider time)
    : ICommandHandler<BeginSignInCommand, Result<IReadOnlyList<SignInCandidate>>>
{
    public async Task<Result<IReadOnlyList<SignInCandidate>>> Handle(BeginSignInCommand command, CancellationToken ct)
    {
        // Nobody has signed in, so the tenant filter would hide every row.
        var (email, now) = (User.AddressOf(command.Email), time.GetUtcNow());
        var found = await db.AcrossTenants<User>()
            .Where(u => u.Email == email && !u.Deactivated)
            .Join(db.AcrossTenants<PasswordSignIn>(), u => u.Id, s => s.UserId, (u, s) => new { User = u, SignIn = s })
            .Join(
                db.Organizations,
                x => x.User.OrganizationId,
                o => o.Id,
                (x, o) =>
                    new
                    {
                        x.User,
                        x.SignIn,
                        o.Slug,
                    }
            )
            .Where(x => command.Organization == null || x.Slug == command.Organization)
            .OrderBy(x => x.Slug)
            .ToListAsync(ct);
        return found
            .Where(x => x.SignIn.PasswordHash is not null && x.SignIn.BeginTry(now))
            .Select(x => new SignInCandidate(PageUser.Of(x.User, x.SignIn), x.Slug, x.SignIn.PasswordHash!))
            .ToList();
    }
}
