using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Mapster;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Users;

/// <summary>
/// Erases the personal data of a deactivated user: name, address, tags and days off, their notifications, invitations and
/// password, and their values in the audit log. For administrators. The user's actions stay, without a name.
/// </summary>
internal sealed record EraseUserCommand(UserId User) : ICommand<Result<UserDto>>;

internal sealed class EraseUserHandler(
    IKiketDb db,
    IUnitOfWork work,
    ICurrentActor current,
    TimeProvider time,
    TypeAdapterConfig mappings
) : ICommandHandler<EraseUserCommand, Result<UserDto>>
{
    public async Task<Result<UserDto>> Handle(EraseUserCommand command, CancellationToken ct)
    {
        if (!current.Actor.IsAdmin)
            return UserErrors.AdminsOnly;
        var user = await db.Users.WithSpecification(new Person(command.User)).SingleOrDefaultAsync(ct);
        if (user is null)
            return UserErrors.NotFound(command.User);
        if (user.Erase(time.GetUtcNow()).Error is { } error)
            return error;

        var id = user.Id;
        db.PasswordSignIns.RemoveRange(await db.PasswordSignIns.Where(s => s.UserId == id).ToListAsync(ct));
        db.Invitations.RemoveRange(await db.Invitations.Where(i => i.UserId == id).ToListAsync(ct)); // at most one of each
        work.Audit(user, "erased");
        await work.FlushBatchAsync(ct); // from here on nobody else can change the user, which would add a record
        await db.Notifications.Where(n => n.UserId == id).DeleteInBatchesAsync(ct);
        work.AuditErasure(await EraseFromAuditLogAsync(id, ct));
        return user.Adapt<UserDto>(mappings);
    }

    /// <returns>The places of the erased records.</returns>
    private async Task<List<long>> EraseFromAuditLogAsync(UserId id, CancellationToken ct)
    {
        // As AuditTrail writes it. An earlier erasure has no personal data and must stay.
        var (aboutUser, erasure) = ($"\"type\":\"user\",\"id\":{id},", "\"change\":\"erased\"");
        var (last, count) = (0L, 0);
        List<long> erased = [];
        do
        {
            var after = last;
            var records = await db
                .AuditRecords.Where(r => r.Sequence > after && r.Details.Contains(aboutUser) && !r.Details.Contains(erasure))
                .OrderBy(r => r.Sequence)
                .Take(Batches.Size)
                .ToListAsync(ct);
            foreach (var record in records)
                record.EraseDetails();
            erased.AddRange(records.Select(r => r.Sequence));
            await work.FlushBatchAsync(ct);
            (last, count) = (records.LastOrDefault()?.Sequence ?? last, records.Count);
        } while (count == Batches.Size);
        return erased;
    }
}
