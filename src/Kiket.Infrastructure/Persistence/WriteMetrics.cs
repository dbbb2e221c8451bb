using System.Diagnostics.Metrics;

namespace Kiket.Infrastructure.Persistence;

/// <summary>Counts how often writes are retried because another writer was faster.</summary>
internal sealed class WriteMetrics
{
    public const string MeterName = "Kiket.Writes";

    private readonly Counter<long> retries;

    public WriteMetrics(IMeterFactory meters) =>
        retries = meters
            .Create(MeterName)
            .CreateCounter<long>("kiket.write.retries", "{retry}", "Writes retried after a lost race, by command.");

    /// <summary>Whether a failure is a lost race; if so, counts it, because the command will be retried.</summary>
    public bool IsLostRace(Exception failure, string command)
    {
        var isLost = DatabaseFailure.IsLostRace(failure);
        if (isLost)
            retries.Add(1, new KeyValuePair<string, object?>("command", command));
        return isLost;
    }
}
