namespace Kiket.Application.Common;

/// <summary>
/// Retries work when another writer was faster, each time after a short random pause, so that they do not collide again.
/// </summary>
internal static class LostRaces
{
    private const int MaxAttempts = 6;
    private const int LongestPauseMs = 40;

    public static async Task<T> RetryAsync<T>(Func<Task<T>> work, Func<Exception, bool> isLostRace, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await work();
            }
            catch (Exception failure) when (attempt < MaxAttempts && isLostRace(failure)) { }

            await Task.Delay(Random.Shared.Next(1, attempt * LongestPauseMs), ct);
        }
    }
}
