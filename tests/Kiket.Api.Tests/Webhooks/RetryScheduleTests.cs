using System.Globalization;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Common;
using Kiket.Domain.Webhooks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Kiket.Api.Tests.Webhooks;

/// <summary>When failed deliveries are retried, on a separate clock: hours pass in a second.</summary>
[Trait("Database", "Sqlite")]
public sealed class RetryScheduleTests(RetryScheduleTests.ClockedServer clocked) : IClassFixture<RetryScheduleTests.ClockedServer>
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task After_the_first_attempt_nine_retries_follow_each_at_its_instant_and_then_the_delivery_has_failed()
    {
        var (tenant, receiver, webhook) = await NewAsync();
        await using var _ = receiver;
        receiver.AnswerWith(503);
        List<DateTimeOffset> instants = [];

        for (var attempt = 1; attempt <= RetryPolicy.Deliveries.Delays.Count; attempt++)
        {
            instants.Add(clocked.Clock.GetUtcNow());
            await tenant.DeliverAsync(webhook);

            var delivery = Assert.Single(await tenant.DeliveriesAsync(webhook));
            Assert.Equal(
                (DeliveryState.Pending, attempt, 503, attempt),
                (delivery.State, delivery.Attempts, delivery.LastStatus!.Value, receiver.Requests.Count)
            );
            var (wait, scheduled) = (
                delivery.NextAttemptAt - clocked.Clock.GetUtcNow(),
                RetryPolicy.Deliveries.Delays[attempt - 1]
            );
            Assert.InRange(wait, scheduled * 0.8 - Moment, scheduled * 1.2 + Moment);
            clocked.Clock.Advance(wait - Moment);
            await tenant.DeliverAsync(webhook); // not yet
            Assert.Equal(attempt, receiver.Requests.Count);
            clocked.Clock.Advance(Moment + Moment);
        }

        instants.Add(clocked.Clock.GetUtcNow());
        await tenant.DeliverAsync(webhook);
        clocked.Clock.Advance(TimeSpan.FromDays(30));
        await tenant.DeliverAsync(webhook);

        var dead = Assert.Single(await tenant.DeliveriesAsync(webhook));
        Assert.Equal((DeliveryState.Failed, 10, "answered 503"), (dead.State, dead.Attempts, dead.LastError));
        Assert.Equal(instants[^1], dead.CompletedAt!.Value, Moment);
        Assert.Equal(10, receiver.Requests.Count);
        var attempts = await tenant.AttemptsAsync(dead);
        Assert.Equal(Enumerable.Range(1, 10), attempts.Select(a => a.Number));
        Assert.All(attempts, a => Assert.Equal(503, a.Status));
        Assert.All(instants.Zip(attempts), pair => Assert.Equal(pair.First, pair.Second.At, Moment));

        // The same event and delivery each time, with a new signature at the time of the attempt.
        Assert.Single(receiver.Requests.Select(r => ((string?)r.Json["id"], r.Header("X-Kiket-Delivery"))).Distinct());
        Assert.Equal(
            instants.Select(i => i.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)),
            receiver.Requests.Select(r => r.Header("X-Kiket-Timestamp"))
        );
        Assert.Equal(10, receiver.Requests.Select(r => r.Header("X-Kiket-Signature")).Distinct().Count());
    }

    [Fact]
    public async Task A_hook_may_have_fewer_retries()
    {
        var (tenant, receiver, webhook) = await NewAsync(new WebhookHook("issue.created", Retries: 1));
        await using var _ = receiver;
        receiver.AnswerWith(500);

        await tenant.DeliverAsync(webhook);
        clocked.Clock.Advance(TimeSpan.FromSeconds(36));
        await tenant.DeliverAsync(webhook);

        var dead = Assert.Single(await tenant.DeliveriesAsync(webhook));
        Assert.Equal((DeliveryState.Failed, 2, 2), (dead.State, dead.Attempts, receiver.Requests.Count));
    }

    [Theory]
    [InlineData(429, "90", 90)]
    [InlineData(503, "7200", 7_200)]
    [InlineData(503, "0", 1)]
    [InlineData(503, "999999", 86_400)] // no longer than a day
    [InlineData(429, null, 5_400)] // as a date
    public async Task What_a_receiver_asks_for_is_waited_to_the_second(int status, string? seconds, int expected)
    {
        var (tenant, receiver, webhook) = await NewAsync();
        await using var _ = receiver;
        clocked.Clock.Advance(
            TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(clocked.Clock.GetUtcNow().Ticks % TimeSpan.TicksPerSecond)
        ); // a date has whole seconds
        var now = clocked.Clock.GetUtcNow();
        receiver.AnswerWith(
            status,
            ("Retry-After", seconds ?? now.AddSeconds(expected).ToString("R", CultureInfo.InvariantCulture))
        );

        await tenant.DeliverAsync(webhook);

        Assert.Equal(now.AddSeconds(expected), Assert.Single(await tenant.DeliveriesAsync(webhook)).NextAttemptAt);
        receiver.AnswerWith(200);
        clocked.Clock.Advance(TimeSpan.FromSeconds(expected) - Moment);
        await tenant.DeliverAsync(webhook);
        Assert.Single(receiver.Requests);
        clocked.Clock.Advance(Moment);
        await tenant.DeliverAsync(webhook);
        Assert.Equal(DeliveryState.Delivered, Assert.Single(await tenant.DeliveriesAsync(webhook)).State);
    }

    [Fact]
    public async Task An_open_circuit_probes_with_one_delivery_after_each_pause_and_catches_up_when_the_receiver_is_back()
    {
        var (tenant, receiver, webhook) = await NewAsync();
        await using var _ = receiver;
        for (var i = 0; i < 11; i++)
            await tenant.AddIssueAsync();
        receiver.AnswerWith(500);

        await tenant.DeliverAsync(webhook);
        var sent = receiver.Requests.Count;
        Assert.InRange(sent, Circuit.Threshold, Circuit.Threshold + Webhook.MaxInFlight - 1);

        // Pauses of half a minute, one, two; before each of them is over nothing is sent, and then one delivery.
        foreach (var pause in (int[])[30, 60, 120])
        {
            clocked.Clock.Advance(TimeSpan.FromSeconds(pause) - Moment);
            await tenant.DeliverAsync(webhook);
            Assert.Equal(sent, receiver.Requests.Count);
            clocked.Clock.Advance(Moment);
            await tenant.DeliverAsync(webhook);
            Assert.Equal(++sent, receiver.Requests.Count);
        }

        receiver.AnswerWith(200);
        clocked.Clock.Advance(TimeSpan.FromMinutes(4));
        await tenant.DeliverAsync(webhook);

        Assert.Equal(sent + 12, receiver.Requests.Count);
        Assert.All(
            await tenant.DeliveriesAsync(webhook),
            d => Assert.Equal((DeliveryState.Delivered, 200), (d.State, d.LastStatus!.Value))
        );
        var circuit = (await tenant.OnDatabaseAsync(async db => await db.Webhooks.FindAsync(webhook.Id)))!.Circuit;
        Assert.Equal(default, circuit);
    }

    [Fact]
    public async Task A_receiver_that_is_gone_is_left_alone_for_an_hour_and_what_waits_for_it_outlives_every_schedule()
    {
        var (tenant, receiver, webhook) = await NewAsync();
        await using var _ = receiver;
        receiver.AnswerWith(410);

        for (var hour = 0; hour < 12; hour++)
        {
            await tenant.DeliverAsync(webhook);
            clocked.Clock.Advance(TimeSpan.FromHours(1) - Moment);
            await tenant.DeliverAsync(webhook);
            Assert.Equal(hour + 1, receiver.Requests.Count);
            clocked.Clock.Advance(Moment);
        }

        receiver.AnswerWith(200);
        await tenant.DeliverAsync(webhook);

        var delivery = Assert.Single(await tenant.DeliveriesAsync(webhook));
        Assert.Equal((DeliveryState.Delivered, 13), (delivery.State, delivery.Attempts));
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_is_given_its_time_and_no_more()
    {
        var (tenant, receiver, webhook) = await NewAsync(new WebhookHook("issue.created", TimeoutMs: 45_000));
        await using var _ = receiver;
        var reached = new TaskCompletionSource();
        receiver.Answer = (http, _) =>
        {
            reached.TrySetResult();
            return Task.Delay(Timeout.Infinite, http.RequestAborted);
        };

        var sending = tenant.DeliverAsync(webhook);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
        clocked.Clock.Advance(TimeSpan.FromMilliseconds(44_999));
        Assert.False(sending.IsCompleted);
        clocked.Clock.Advance(Moment);
        await sending.WaitAsync(TimeSpan.FromSeconds(30));

        var delivery = Assert.Single(await tenant.DeliveriesAsync(webhook));
        Assert.Equal(
            (DeliveryState.Pending, "delivery.timeout: no complete answer within 45000 ms"),
            (delivery.State, delivery.LastError)
        );
        Assert.Equal(45_000, Assert.Single(await tenant.AttemptsAsync(delivery)).DurationMs);
    }

    private async Task<(Tenant Tenant, Receiver Receiver, Webhook Webhook)> NewAsync(params WebhookHook[] hooks)
    {
        var tenant = await clocked.Server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var receiver = await Receiver.StartAsync();
        var webhook = await tenant.AddWebhookAsync(receiver.Url, hooks: hooks);
        await tenant.AddIssueAsync();
        return (tenant, receiver, webhook);
    }

    /// <summary>A server whose clock the tests move.</summary>
    public sealed class ClockedServer : IAsyncLifetime
    {
        public ClockedServer() => Server = new() { TestServices = services => services.AddSingleton<TimeProvider>(Clock) };

        public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));

        public KiketServer Server { get; }

        public ValueTask InitializeAsync() => Server.InitializeAsync();

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
