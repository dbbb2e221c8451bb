using Kiket.Domain.Common;

namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// An idempotency key, reserved or used. It is reserved before the write starts, so that a second request sees it, and
/// completed with the answer in the transaction of the write.
/// </summary>
internal sealed class IdempotencyRecord
{
    public long Id { get; set; }

    /// <summary>The credential's user; 0 for routes without a credential.</summary>
    public UserId UserId { get; set; }

    /// <summary>
    /// SHA-256 of the key: it compares exactly on every database, whatever its collation.
    /// </summary>
    public string KeyHash { get; set; } = "";

    /// <summary>SHA-256 of method, path, query and body.</summary>
    public string RequestHash { get; set; } = "";

    /// <summary>The request that holds the reservation, or null once it is answered.</summary>
    public Guid? Owner { get; set; }

    /// <summary>When a reservation without an answer expires, because its request must have died.</summary>
    public DateTimeOffset ReservedUntil { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    /// <summary>
    /// The answer, encrypted, because it may hold a secret that is shown once; null while the request is running.
    /// </summary>
    public byte[]? Answer { get; set; }
}
