using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Infrastructure.Outbox;

internal static class ServiceUser
{
    /// <summary>The user in whose name an organization's actions run; made when it is needed first.</summary>
    public static async Task<long> ServiceUserIdAsync(this KiketDbContext db, long organizationId, DateTimeOffset now, CancellationToken ct)
    {
        if (await db.Users.Where(u => u.Email == User.ActionsEmail).Select(u => u.Id).FirstOrDefaultAsync(ct) is > 0 and var known)
            return known;
        var made = User.Service(organizationId, now);
        db.Users.Add(made);
        try
        {
            await db.SaveChangesAsync(ct);
            return made.Id;
        }
        catch (DbUpdateException failure) when (db.IsUniqueViolation(failure))
        {
            db.Forget(); // another worker was faster
            return await db.Users.Where(u => u.Email == User.ActionsEmail).Select(u => u.Id).SingleAsync(ct);
        }
    }
}
