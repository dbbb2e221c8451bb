using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Infrastructure.Users;

internal static class ServiceUser
{
    /// <summary>Signs a job in as the service of an organization.</summary>
    /// <returns>The database as that organization sees it.</returns>
    public static async Task<KiketDbContext> SignInServiceAsync(
        this IServiceProvider services,
        OrganizationId organizationId,
        CancellationToken ct
    )
    {
        var actor = services.GetRequiredService<CurrentActor>();
        actor.SignIn(new Actor(organizationId, default, OrganizationRole.Developer), []);
        var db = services.GetRequiredService<KiketDbContext>();
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        actor.SignIn(
            new Actor(organizationId, await db.ServiceUserIdAsync(organizationId, now, ct), OrganizationRole.Developer),
            []
        );
        return db;
    }

    /// <summary>The user in whose name an organization's actions run; created on first use.</summary>
    private static async Task<UserId> ServiceUserIdAsync(
        this KiketDbContext db,
        OrganizationId organizationId,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var known = db.Users.Where(u => u.Email == User.ActionsEmail).Select(u => u.Id);
        if (await known.FirstOrDefaultAsync(ct) is var found && found != default)
            return found;
        var made = User.Service(organizationId, now);
        db.Users.Add(made);
        try
        {
            await db.SaveChangesAsync(ct);
            return made.Id;
        }
        catch (DbUpdateException failure) when (DatabaseFailure.IsUniqueViolation(failure))
        {
            db.ChangeTracker.Clear(); // another worker was faster
            return await known.SingleAsync(ct);
        }
    }
}
