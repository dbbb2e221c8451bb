using Hangfire;
using Hangfire.Storage.Monitoring;

namespace Kiket.Api.Health;

/// <summary>The job servers of all nodes.</summary>
internal static class JobServers
{
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(2); // four missed heartbeats

    /// <summary>Those that have reported to the storage lately.</summary>
    public static IEnumerable<ServerDto> ServersAliveAt(this JobStorage storage, DateTimeOffset now)
    {
        var since = now.UtcDateTime - Silence;
        return storage.GetMonitoringApi().Servers().Where(s => (s.Heartbeat ?? s.StartedAt) >= since);
    }
}
