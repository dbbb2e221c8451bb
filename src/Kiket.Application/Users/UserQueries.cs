using Kiket.Application.Abstractions;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Users;

internal static class UserQueries
{
    public static Task<bool> IsActiveUserAsync(this IKiketDb db, long id, CancellationToken ct) =>
        db.Users.AnyAsync(u => u.Id == id && !u.Deactivated, ct);
}
