using Kiket.Domain.Common;

namespace Kiket.Application.Abstractions;

internal static class Rehearsal
{
    private static readonly Error Rehearsed = new(ErrorKind.Conflict, ErrorCodes.Conflict, "A dry run is never kept.");

    /// <summary>Runs a command's work in a transaction. A dry run is the real thing, taken back: what it says cannot differ from what would happen.</summary>
    public static async Task<Result<T>> InTransactionAsync<T>(this IKiketDb db, bool isDryRun, Func<Task<Result<T>>> work, CancellationToken ct)
    {
        if (!isDryRun)
            return await db.InTransactionAsync(work, ct);
        Result<T>? rehearsal = null;
        await db.InTransactionAsync<T>(
            async () =>
            {
                rehearsal = await work();
                return rehearsal.IsRefused ? rehearsal : Rehearsed;
            },
            ct);
        db.Forget();
        return rehearsal!;
    }
}
