using Kiket.Domain.Common;

namespace Kiket.Application.Ports;

/// <summary>The idempotency key of the current request.</summary>
internal interface IIdempotency
{
    /// <summary>Whether the request came with a key that no command has used yet.</summary>
    bool HasKey { get; }

    /// <summary>Reserves the key for the command that is about to run.</summary>
    /// <returns>Null to continue; otherwise the stored result of the first request with the key, or an error.</returns>
    Task<Result<T>?> ReserveAsync<T>(CancellationToken ct);

    /// <summary>
    /// Stores the result under the reserved key, in the transaction of the command; does nothing without a reservation.
    /// </summary>
    /// <returns>An error when another request has taken over the key, so that nothing may be saved; or null.</returns>
    Task<Error?> StoreAsync<T>(T value, CancellationToken ct);

    /// <summary>Releases the key unless a result was stored under it and committed.</summary>
    /// <param name="isKept">Whether the command was committed.</param>
    Task EndAsync(bool isKept);
}
