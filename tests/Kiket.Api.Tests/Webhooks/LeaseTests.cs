using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Webhooks;
using Kiket.Infrastructure.Webhooks;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Webhooks;

/// <summary>A worker keeps the lease of an endpoint even if a renewal fails.</summary>
public sealed class LeaseTests : IAsyncLifetime
{
    private readonly DatabaseFaults faults = new();
    private readonly KiketServer server;

    public LeaseTests() =>
        server = new()
        {
            TestServices = faults.Services,
            Settings = new Dictionary<string, string> { ["Webhooks:LeaseSeconds"] = "6" },
        };

    public ValueTask InitializeAsync() => server.InitializeAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task A_renewal_that_fails_is_followed_by_another_before_the_lease_ends()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var isReleased = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        receiver.Answer = async (http, _) =>
        {
            await isReleased.Task;
            await http.Response.BodyWriter.WriteAsync("{}"u8.ToArray());
        };
        var webhook = await tenant.AddWebhookAsync(receiver.Url, timeoutMs: 60_000);
        await tenant.AddIssueAsync();
        await server.Services.GetRequiredService<WebhookFanOut>().RunAsync(default);
        faults.FailingWebhookUpdates = 1;

        var draining = server.Services.GetRequiredService<WebhookDrain>().RunAsync(webhook.Id, default);
        for (var look = 0; look < 600 && (faults.FailingWebhookUpdates > 0 || receiver.Requests.IsEmpty); look++)
            await Task.Delay(50);
        Assert.Equal(0, faults.FailingWebhookUpdates);
        await Task.Delay(TimeSpan.FromSeconds(8)); // longer than the lease, which only renewals prolong
        var taken = await server.Services.GetRequiredService<WebhookDrain>().RunAsync(webhook.Id, default);
        isReleased.SetResult();
        await draining;

        Assert.False(taken);
        Assert.Single(receiver.Requests);
        Assert.Equal(DeliveryState.Delivered, Assert.Single(await tenant.DeliveriesAsync(webhook)).State);
    }
}
