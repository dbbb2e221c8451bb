using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Infrastructure.Persistence;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Infrastructure.Idempotency;

/// <summary>
/// Stores the results of commands whose requests have an idempotency key. A key's result is saved in the transaction of the
/// command, so that either both are committed or neither.
/// </summary>
internal sealed class IdempotencyStore(
    KiketDbContext db,
    CurrentActor current,
    IDataProtectionProvider protection,
    TimeProvider time
) : IIdempotency
{
    /// <summary>How long a result is kept.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>
    /// How long a request may run before its key can be taken over. A request that runs longer saves nothing, because it can no
    /// longer answer.
    /// </summary>
    public static readonly TimeSpan LongestRequest = TimeSpan.FromMinutes(1);

    /// <summary>Complete results, with members that a response does not show, because its status may depend on them.</summary>
    internal static readonly JsonSerializerOptions Json = new()
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { IncludeIgnored } },
    };

    private readonly IDataProtector protector = protection.CreateProtector("Kiket.Idempotency.Result");

    private string? key;
    private string requestHash = "";
    private Reservation? reserved;

    /// <summary>Whether the result is that of an earlier request.</summary>
    public bool IsReplayed { get; private set; }

    public bool HasKey => key is not null;

    /// <summary>Sets the key of the current request.</summary>
    /// <param name="hash">A hash of everything that identifies the same request.</param>
    public void Use(string requestKey, string hash) => (key, requestHash) = (requestKey, hash);

    public Task<Result<T>?> ReserveAsync<T>(CancellationToken ct)
    {
        var name = key ?? throw new InvalidOperationException("The request has no idempotency key.");
        key = null;
        return LostRaces.RetryAsync(() => TryReserveAsync<T>(name, ct), DatabaseFailure.IsDeadlock, ct);
    }

    public async Task<Error?> StoreAsync<T>(T value, CancellationToken ct)
    {
        if (reserved is not { } own)
            return null;
        var result = protector.Protect(JsonSerializer.SerializeToUtf8Bytes(value, Json));
        var isOurs =
            await db
                .IdempotencyRecords.Where(r => r.Id == own.RecordId && r.Owner == own.Owner)
                .ExecuteUpdateAsync(set => set.SetProperty(r => r.Answer, result).SetProperty(r => r.Owner, (Guid?)null), ct)
            == 1;
        return isOurs ? null : InUse("The request took too long, and another request took over its key.");
    }

    public async Task EndAsync(bool isKept)
    {
        if (reserved is not { } own)
            return;
        reserved = null;
        if (isKept)
            return;
        try
        {
            await LostRaces.RetryAsync(
                () =>
                    db
                        .IdempotencyRecords.Where(r => r.Id == own.RecordId && r.Owner == own.Owner)
                        .ExecuteDeleteAsync(CancellationToken.None),
                DatabaseFailure.IsDeadlock,
                CancellationToken.None
            );
        }
        catch (Exception failure) when (DatabaseFailure.IsUnavailable(failure) || DatabaseFailure.IsDeadlock(failure))
        {
            // The reservation expires on its own, and the first failure is more informative.
        }
    }

    private async Task<Result<T>?> TryReserveAsync<T>(string name, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var record = new IdempotencyRecord
        {
            UserId = current.UserIdOrZero,
            KeyHash = TextDigest.Of(name),
            RequestHash = requestHash,
            Owner = Guid.NewGuid(),
            ReservedUntil = now + LongestRequest,
            ExpiresAt = now + Lifetime,
        };
        db.IdempotencyRecords.Add(record);
        try
        {
            await db.SaveChangesAsync(ct);
            reserved = new(record.Id, record.Owner.Value);
            return null;
        }
        catch (DbUpdateException failure) when (DatabaseFailure.IsUniqueViolation(failure)) { }
        finally
        {
            db.ChangeTracker.Clear();
        }

        return await TakeOverAsync<T>(name, record, now, ct);
    }

    private async Task<Result<T>?> TakeOverAsync<T>(
        string name,
        IdempotencyRecord record,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var existing = await db
            .IdempotencyRecords.AsNoTracking()
            .SingleOrDefaultAsync(r => r.UserId == record.UserId && r.KeyHash == record.KeyHash, ct);
        if (existing is null)
            return StillRunning(name); // just released; the caller may try again

        var isOver = existing.ExpiresAt <= now;
        if (!isOver && existing.RequestHash != record.RequestHash)
            return new Error(
                ErrorKind.Invalid,
                ServerErrorCodes.IdempotencyKeyReused,
                $"The key '{name}' was already used for a different request."
            );
        if (!isOver && existing.Answer is { } result)
            return Replay<T>(name, result);
        if (!isOver && existing.ReservedUntil > now)
            return StillRunning(name);

        var isTaken =
            await db
                .IdempotencyRecords.Where(r =>
                    r.Id == existing.Id && r.Owner == existing.Owner && r.ReservedUntil == existing.ReservedUntil
                )
                .ExecuteUpdateAsync(
                    set =>
                        set.SetProperty(r => r.Owner, record.Owner)
                            .SetProperty(r => r.RequestHash, record.RequestHash)
                            .SetProperty(r => r.Answer, (byte[]?)null)
                            .SetProperty(r => r.ReservedUntil, record.ReservedUntil)
                            .SetProperty(r => r.ExpiresAt, record.ExpiresAt),
                    ct
                ) == 1;
        if (!isTaken)
            return StillRunning(name);
        reserved = new(existing.Id, record.Owner!.Value);
        return null;
    }

    private Result<T> Replay<T>(string name, byte[] stored)
    {
        try
        {
            var value = JsonSerializer.Deserialize<T>(protector.Unprotect(stored), Json)!;
            IsReplayed = true;
            return Result<T>.From(value);
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or JsonException)
        {
            // Repeating the request could apply it twice.
            return new Error(
                ErrorKind.Conflict,
                ErrorCodes.Conflict,
                $"The request with the key '{name}' was already processed, but its stored answer cannot be read."
            );
        }
    }

    private static Error StillRunning(string name) =>
        InUse($"The first request with the key '{name}' is still running. Try again.");

    private static Error InUse(string message) => new(ErrorKind.Conflict, ServerErrorCodes.IdempotencyKeyInUse, message);

    private static void IncludeIgnored(JsonTypeInfo type)
    {
        if (type.Kind is not JsonTypeInfoKind.Object)
            return;
        foreach (var ignored in type.Properties.ToList())
        {
            if (
                ignored.AttributeProvider is not PropertyInfo { CanWrite: true } property
                || property.GetCustomAttribute<JsonIgnoreAttribute>() is not { Condition: JsonIgnoreCondition.Always }
            )
                continue;
            type.Properties.Remove(ignored);
            var member = type.CreateJsonPropertyInfo(property.PropertyType, property.Name);
            (member.Get, member.Set) = (property.GetValue, property.SetValue);
            type.Properties.Add(member);
        }
    }

    private sealed record Reservation(long RecordId, Guid Owner);
}
