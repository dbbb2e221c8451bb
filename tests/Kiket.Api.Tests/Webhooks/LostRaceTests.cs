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
/// The hand-out to webhooks and the claims for actions write the same rows of the log, in whatever order the database meets
/// them. When they lock each other out it ends one of them, which begins anew at once: nothing else would wake it for a while.
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
    public async Task Whoever_is_ended_begins_anew_and_does_all_once()
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
        var claimed = await server.Services.GetRequiredService<OutboxProcessor>().ClaimAsync(default);

        Assert.Equal((1, 0), (handedOut, losing.Races));
        Assert.Single(claimed);
        Assert.Equal(DeliveryState.Pending, Assert.Single(await tenant.DeliveriesAsync(webhook)).State);
    }

    [Fact]
    public async Task A_race_that_is_lost_for_ever_is_given_up()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await tenant.AddIssueAsync();
        losing.Races = int.MaxValue;

        await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() =>
            server.Services.GetRequiredService<WebhookFanOut>().RunAsync(default)
        );
        await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() =>
            server.Services.GetRequiredService<OutboxProcessor>().ClaimAsync(default)
        );
    }

    /// <summary>Ends bulk changes of the log as a database ends one of two that wait for each other.</summary>
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
                && eventData.CommandSource is CommandSource.ExecuteUpdate
                && command.CommandText.Contains("UPDATE", StringComparison.Ordinal)
                && command.CommandText.Contains("events", StringComparison.Ordinal)
            )
            {
                Races--;
                throw new DbUpdateConcurrencyException("Each waits for the other.");
            }

            return ValueTask.FromResult(result);
        }
    }
}
