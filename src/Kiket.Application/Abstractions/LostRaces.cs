namespace Kiket.Application.Abstractions;

/// <summary>Runs work again when another writer was faster, each time after a short random pause, so that the two do not meet again.</summary>
public static class LostRaces
{
    private const int MaxAttempts = 6;
    private const int LongestPauseMs = 40;

    /// <summary>Runs work that a context has to itself: no transaction is open, and the work may open one.</summary>
    public static Task<T> RetryLostRacesAsync<T>(this IKiketDb db, Func<Task<T>> work, CancellationToken ct) =>
        RetryAsync(work, db.IsLostRace, db.Forget, ct);

    /// <summary>Runs work that makes a context of its own each time.</summary>
    public static Task<T> RetryAsync<T>(Func<Task<T>> work, Func<Exception, bool> isLostRace, CancellationToken ct) =>
        RetryAsync(work, isLostRace, () => { }, ct);

    private static async Task<T> RetryAsync<T>(Func<Task<T>> work, Func<Exception, bool> isLostRace, Action forget, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await work();
            }
            catch (Exception failure) when (attempt < MaxAttempts && isLostRace(failure))
            {
                forget();
            }

            await Task.Delay(Random.Shared.Next(1, attempt * LongestPauseMs), ct);
        }
    }
}
