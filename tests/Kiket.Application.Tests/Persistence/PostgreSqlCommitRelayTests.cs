using System.Diagnostics;
using Kiket.Infrastructure.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Kiket.Application.Tests.Persistence;

/// <summary>On PostgreSQL a process is notified of the commits of another one, even after its connection was lost.</summary>
public sealed class PostgreSqlCommitRelayTests(PostgreSqlDatabase database)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_commit_wakes_other_processes_and_a_broken_connection_is_made_again()
    {
        var workspace = await Workspace.NewAsync(database);
        await using var worker = KiketServices.On(DatabaseProvider.PostgreSql, database.Connection);
        await using var api = KiketServices.On(DatabaseProvider.PostgreSql, database.Connection);
        var (heard, told) = (worker.GetRequiredService<OutboxSignal>(), api.GetRequiredService<OutboxSignal>());
        Assert.Equal(TimeSpan.FromSeconds(1), heard.Interval);
        var (listener, notifier) = (RelayOf(worker), RelayOf(api));
        await listener.StartAsync(default);
        await notifier.StartAsync(default);
        await UntilAsync(() => heard.HearsOthers);
        Assert.Equal(TimeSpan.FromSeconds(5), heard.Interval);

        await CommitAsync(heard, new(api, workspace.Admin), "ONE");
        var (before, own) = (heard.CommittedAsync(), told.CommittedHereAsync());
        await EndListenersAsync();
        await UntilAsync(() => before.IsCompleted && heard.HearsOthers); // it looks again for commits that it may have missed
        await CommitAsync(heard, new(api, workspace.Admin), "TWO");

        Assert.True(own.IsCompleted);
        await listener.StopAsync(default);
        await notifier.StopAsync(default);
    }

    private static async Task CommitAsync(OutboxSignal heard, Workspace writer, string project)
    {
        var committed = heard.CommittedAsync();
        await writer.AddProjectAsync(project);
        await writer.AddIssueAsync(new() { Title = "An issue" }, project);
        await committed.WaitAsync(Patience);
    }

    private async Task EndListenersAsync()
    {
        await using var connection = new NpgsqlConnection(database.Connection);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'",
            connection
        );
        await command.ExecuteNonQueryAsync();
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var waited = Stopwatch.StartNew(); !holds(); await Task.Delay(20))
            Assert.True(waited.Elapsed < Patience);
    }

    private static PostgreSqlCommitRelay RelayOf(IServiceProvider services) =>
        services.GetServices<IHostedService>().OfType<PostgreSqlCommitRelay>().Single();
}
