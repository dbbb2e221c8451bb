using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Kiket.Infrastructure.Persistence;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Infrastructure.Idempotency;

/// <summary>An answer to be given again.</summary>
public sealed record StoredAnswer(int Status, string? ContentType, string? ETag, string? Location, byte[] Body);

public enum ReservationOutcome
{
    /// <summary>The key is new; the write may begin.</summary>
    Reserved,

    /// <summary>The first request with the key is still running.</summary>
    InUse,

    /// <summary>The key was used for another request.</summary>
    Reused,

    /// <summary>The key was answered; here is the answer.</summary>
    Answered,
}

public sealed record Reservation(ReservationOutcome Outcome, long RecordId, Guid Owner, StoredAnswer? Answer);

/// <summary>
/// Keeps the answers of writes that carry an <c>Idempotency-Key</c>. Once a key is answered, write and answer stand or fall together,
/// because the answer is saved in the write's transaction.
/// </summary>
public sealed class IdempotencyStore(KiketDbContext db, IDataProtectionProvider protection, TimeProvider time)
{
    /// <summary>How long an answer is kept.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>How long a request may run before its key can be taken over. One that runs longer keeps nothing: it can no longer answer.</summary>
    public static readonly TimeSpan LongestRequest = TimeSpan.FromMinutes(1);

    private readonly IDataProtector protector = protection.CreateProtector("Kiket.Idempotency");

    public async Task<Reservation> ReserveAsync(long userId, string key, string requestHash, CancellationToken ct)
    {
        var (keyHash, owner, now) = (Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))), Guid.NewGuid(), time.GetUtcNow());
        var record = new IdempotencyRecord
        {
            UserId = userId,
            KeyHash = keyHash,
            RequestHash = requestHash,
            Owner = owner,
            ReservedUntil = now + LongestRequest,
            ExpiresAt = now + Lifetime,
        };
        db.IdempotencyRecords.Add(record);
        try
        {
            await db.SaveChangesAsync(ct);
            return new(ReservationOutcome.Reserved, record.Id, owner, null);
        }
        catch (DbUpdateException failure) when (db.IsUniqueViolation(failure))
        {
            return await TakeOverAsync(userId, keyHash, requestHash, owner, now, ct);
        }
        finally
        {
            db.Forget();
        }
    }

    /// <summary>Saves the answer; to be called in the write's transaction.</summary>
    /// <returns>False when another request has taken the key over, so that the write must not be kept.</returns>
    public async Task<bool> AnswerAsync(Reservation reservation, StoredAnswer answer, CancellationToken ct)
    {
        var sealedAnswer = protector.Protect(JsonSerializer.SerializeToUtf8Bytes(answer));
        return await db.IdempotencyRecords.Where(r => r.Id == reservation.RecordId && r.Owner == reservation.Owner).ExecuteUpdateAsync(
            set => set.SetProperty(r => r.Answer, sealedAnswer).SetProperty(r => r.Owner, (Guid?)null),
            ct) == 1;
    }

    /// <summary>Gives the key back, because the write was refused or failed and changed nothing.</summary>
    public Task ReleaseAsync(Reservation reservation) =>
        db.IdempotencyRecords.Where(r => r.Id == reservation.RecordId && r.Owner == reservation.Owner).ExecuteDeleteAsync(CancellationToken.None);

    private async Task<Reservation> TakeOverAsync(long userId, string keyHash, string requestHash, Guid owner, DateTimeOffset now, CancellationToken ct)
    {
        db.Forget();
        var existing = await db.IdempotencyRecords.AsNoTracking().SingleOrDefaultAsync(r => r.UserId == userId && r.KeyHash == keyHash, ct);
        if (existing is null)
            return new(ReservationOutcome.InUse, 0, owner, null); // released this very moment; the caller may try again

        var isOver = existing.ExpiresAt <= now;
        if (!isOver && existing.RequestHash != requestHash)
            return new(ReservationOutcome.Reused, existing.Id, owner, null);
        if (!isOver && existing.Answer is { } sealedAnswer)
            return new(ReservationOutcome.Answered, existing.Id, owner, JsonSerializer.Deserialize<StoredAnswer>(protector.Unprotect(sealedAnswer)));
        if (!isOver && existing.ReservedUntil > now)
            return new(ReservationOutcome.InUse, existing.Id, owner, null);

        var taken = await db.IdempotencyRecords.Where(r => r.Id == existing.Id && r.Owner == existing.Owner && r.ReservedUntil == existing.ReservedUntil)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(r => r.Owner, (Guid?)owner)
                    .SetProperty(r => r.RequestHash, requestHash)
                    .SetProperty(r => r.Answer, (byte[]?)null)
                    .SetProperty(r => r.ReservedUntil, now + LongestRequest)
                    .SetProperty(r => r.ExpiresAt, now + Lifetime),
                ct);
        return new(taken == 1 ? ReservationOutcome.Reserved : ReservationOutcome.InUse, existing.Id, owner, null);
    }
}
