using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Users;

/// <summary>Finds a user for the operator, who belongs to no organization.</summary>
internal static class UsersByAddress
{
    /// <param name="organization">Slug, or null if the address is in only one organization.</param>
    /// <param name="access">What the user would get, such as <c>a token</c>.</param>
    public static async Task<Result<(User User, string Slug)>> FindUserAsync(
        this IKiketDb db,
        string address,
        string? organization,
        string access,
        CancellationToken ct
    )
    {
        var email = User.AddressOf(address);
        var found = await db.AcrossTenants<User>()
            .Where(u => u.Email == email)
            .Join(db.Organizations, u => u.OrganizationId, o => o.Id, (user, o) => new { User = user, o.Slug })
            .Where(x => organization == null || x.Slug == organization)
            .OrderBy(x => x.Slug)
            .Take(10)
            .ToListAsync(ct);
        if (found.Count == 0)
            return UserErrors.NotFound(organization is null ? email : $"{email} in the organization {organization}");
        if (found.Count > 1)
            return Error.Validation(
                "organization",
                $"{email} is in several organizations; choose one of {string.Join(", ", found.Select(x => x.Slug))}."
            );
        return found[0].User.Deactivated
            ? Error.Validation("user", $"{email} is deactivated and cannot use {access}.")
            : (found[0].User, found[0].Slug);
    }
}
