using System.Data.Common;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Webhooks;
using Kiket.Infrastructure.Events;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Webhooks;

/// <summary>
/// The fan-out to webhooks and the reactions move their cursors concurrently with others. When a database aborts one of them, it
/// restarts immediately, because nothing else would wake it for a while.
/// </summary>
public sealed class LostRaceTests : IAsyncLifetime
{
    private readonly Losing losing = new();
    private readonly KiketServer server;

    public LostRaceTests() =>
        server = new()
        {
            TestServices = services =>
            {
                services.ConfigureDbContext<SqliteKiketDbContext>(options => options.AddInterceptors(losing));
                services.ConfigureDbContext<PostgreSqlKiketDbContext>(options => options.AddInterceptors(losing));
            },
        };

    public ValueTask InitializeAsync() => server.InitializeAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task An_aborted_worker_starts_again_and_does_everything_once()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var webhook = await tenant.AddWebhookAsync(receiver.Url);
        await tenant.AddIssueAsync();

        losing.Races = 2;
        var handedOut = await server.Services.GetRequiredService<WebhookFanOut>().RunAsync(default);
        Assert.Equal(0, losing.Races);
        losing.Races = 2;
        var processed = await server.Services.GetRequiredService<OutboxProcessor>().RunAsync(default);

        Assert.Equal((1, 0), (handedOut, losing.Races));
        Assert.Equal(1, processed);
        Assert.Equal(DeliveryState.Pending, Assert.Single(await tenant.DeliveriesAsync(webhook)).State);
    }

    [Fact]
    public async Task A_race_that_is_always_lost_is_given_up()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await tenant.AddIssueAsync();
        losing.Races = int.MaxValue;

        await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() =>
            server.Services.GetRequiredService<WebhookFanOut>().RunAsync(default)
        );
        await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() =>
            server.Services.GetRequiredService<OutboxProcessor>().RunAsync(default)
        );
    }

    /// <summary>Aborts cursor moves, as a database aborts one of two deadlocked transactions.</summary>
    private sealed class Losing : DbCommandInterceptor
    {
        public int Races { get; set; }

        public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<int> result,
            CancellationToken cancellationToken = default
        )
        {
            if (
                Races > 0
                && command.CommandText.Contains("UPDATE", StringComparison.Ordinal)
                && command.CommandText.Contains("event_cursors", StringComparison.Ordinal)
            )
            {
                Races--;
                throw new DbUpdateConcurrencyException("Each waits for the other.");
            }

            return ValueTask.FromResult(result);
        }
    }
}
