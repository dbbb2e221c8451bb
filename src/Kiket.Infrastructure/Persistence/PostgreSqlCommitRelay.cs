using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// Exchanges notifications of commits with the other processes on the same PostgreSQL. The notification is sent after the commit:
/// as a part of it, it would serialize all commits of the database. If a crash in between loses one, the workers' polling finds
/// the work.
/// </summary>
internal sealed partial class PostgreSqlCommitRelay(
    string connectionString,
    IServiceScopeFactory scopes,
    OutboxSignal signal,
    ILogger<PostgreSqlCommitRelay> logger
) : BackgroundService
{
    private const string Channel = "kiket_commits";
    private const int KeepAliveSeconds = 15;

    /// <summary>All commits within this time cause a single notification.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(2);

    private readonly string self = Guid.NewGuid().ToString("N");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(RunAsync(ListenAsync, stoppingToken), RunAsync(NotifyAsync, stoppingToken));

    [SuppressMessage("Design", "CA1031", Justification = "A temporarily unavailable database must not end the relay.")]
    private async Task RunAsync(Func<CancellationToken, Task> work, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await work(ct);
            }
            catch (Exception failure) when (!ct.IsCancellationRequested)
            {
                LogFailure(failure.GetBaseException().Message);
                await Task.Delay(PauseAfterFailure, ct);
            }
        }
    }

    private async Task ListenAsync(CancellationToken ct)
    {
        // A dedicated connection that the driver probes, because a dead one would stay silent forever.
        var builder = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, KeepAlive = KeepAliveSeconds };
        await using var connection = new NpgsqlConnection(builder.ToString());
        connection.Notification += (_, notification) =>
        {
            if (notification.Payload != self)
                signal.WakeFromOutside();
        };
        try
        {
            await connection.OpenAsync(ct);
            await using (var listen = new NpgsqlCommand($"LISTEN {Channel}", connection))
                await listen.ExecuteNonQueryAsync(ct);
            signal.HearsOthers = true;
            signal.WakeFromOutside(); // commits may have been missed before the connection
            while (true)
                await connection.WaitAsync(ct);
        }
        finally
        {
            signal.HearsOthers = false;
        }
    }

    private async Task NotifyAsync(CancellationToken ct)
    {
        var committed = signal.CommittedHereAsync();
        while (true)
        {
            await committed.WaitAsync(ct);
            committed = signal.CommittedHereAsync();
            await using (var scope = scopes.CreateAsyncScope())
                await scope
                    .ServiceProvider.GetRequiredService<KiketDbContext>()
                    .Database.ExecuteSqlAsync($"SELECT pg_notify({Channel}, {self})", ct);
            await Task.Delay(Pause, ct);
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Commits are not announced between processes at the moment; workers poll every second: {Reason}"
    )]
    private partial void LogFailure(string reason);
}
