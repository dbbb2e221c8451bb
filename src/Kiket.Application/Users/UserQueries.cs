using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Users;

internal static class UserQueries
{
    /// <summary>The sort orders of every list of users.</summary>
    public static readonly SortOptions<User> Sorts = new SortOptions<User>("id asc", u => u.Id)
        .By("id", u => u.Id)
        .By("name", u => u.SortKey)
        .By("email", u => u.Email)
        .By("role", u => u.Role)
        .By("created_at", u => u.CreatedAt)
        .By("updated_at", u => u.UpdatedAt);

    public static Task<bool> IsActiveUserAsync(this IKiketDb db, UserId id, CancellationToken ct) =>
        db.Users.WithSpecification(new ActiveUser(id)).AnyAsync(ct);
}
