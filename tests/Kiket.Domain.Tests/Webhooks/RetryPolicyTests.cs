using Kiket.Domain.Common;
using Kiket.Domain.Webhooks;

namespace Kiket.Domain.Tests.Webhooks;

/// <summary>When a delivery is retried, and when its endpoint pauses.</summary>
public sealed class RetryPolicyTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(200, AttemptVerdict.Delivered)]
    [InlineData(204, AttemptVerdict.Delivered)]
    [InlineData(301, AttemptVerdict.Refused)]
    [InlineData(400, AttemptVerdict.Refused)]
    [InlineData(404, AttemptVerdict.Refused)]
    [InlineData(408, AttemptVerdict.Retry)]
    [InlineData(410, AttemptVerdict.Gone)]
    [InlineData(425, AttemptVerdict.Retry)]
    [InlineData(429, AttemptVerdict.Retry)]
    [InlineData(500, AttemptVerdict.Retry)]
    [InlineData(503, AttemptVerdict.Retry)]
    [InlineData(null, AttemptVerdict.Retry)]
    public void Each_answer_has_its_meaning(int? status, Enum expected) =>
        Assert.Equal((AttemptVerdict)expected, new AttemptOutcome(status, null).Verdict);

    [Fact]
    public void A_target_that_is_not_allowed_is_never_tried_again() =>
        Assert.Equal(AttemptVerdict.Refused, new AttemptOutcome(null, "blocked", IsBlocked: true).Verdict);

    [Fact]
    public void Nine_retries_follow_the_schedule_within_a_fifth_and_then_it_is_over()
    {
        double[] minutes = [0.5, 1, 2, 5, 15, 60, 120, 240, 480];

        for (var attempts = 1; attempts <= 9; attempts++)
        {
            Assert.Equal(minutes[attempts - 1] * 0.8, RetryPolicy.Deliveries.DelayAfter(attempts, 0)!.Value.TotalMinutes, 6);
            Assert.Equal(minutes[attempts - 1] * 1.2, RetryPolicy.Deliveries.DelayAfter(attempts, 1)!.Value.TotalMinutes, 6);
        }

        Assert.Null(RetryPolicy.Deliveries.DelayAfter(10, 0.5));
        Assert.Null(RetryPolicy.Deliveries.DelayAfter(1, 0.5, retries: 0, TimeSpan.FromSeconds(5)));
        Assert.Equal(TimeSpan.FromHours(8), RetryPolicy.Deliveries.DelayAfter(15, 0.5, retries: 20));
    }

    [Fact]
    public void Reactions_are_tried_ten_times_and_wait_twice_as_long_each_time()
    {
        var delays = Enumerable.Range(1, 10).Select(attempts => RetryPolicy.Reactions.DelayAfter(attempts, 0.5)?.TotalSeconds);

        Assert.Equal([2, 4, 8, 16, 32, 64, 128, 256, 512, null], delays);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(90, 90)]
    [InlineData(200_000, 86_400)]
    public void What_the_receiver_asks_for_is_honoured_within_a_day(int asked, int seconds) =>
        Assert.Equal(
            TimeSpan.FromSeconds(seconds),
            RetryPolicy.Deliveries.DelayAfter(1, 0.5, retryAfter: TimeSpan.FromSeconds(asked))
        );

    [Fact]
    public void Five_failures_in_a_row_pause_an_endpoint_and_one_success_ends_the_count()
    {
        var circuit = default(Circuit);
        for (var i = 0; i < 4; i++)
            circuit = circuit.After(AttemptVerdict.Retry, null, Noon);
        var recovered = circuit.After(AttemptVerdict.Delivered, null, Noon);
        var paused = circuit.After(AttemptVerdict.Retry, null, Noon);

        Assert.False(circuit.IsOpen(Noon));
        Assert.Equal(default, recovered);
        Assert.True(paused.IsOpen(Noon.AddSeconds(29)));
        Assert.False(paused.IsOpen(Noon.AddSeconds(30)));
        Assert.True(paused.IsProbing);
    }

    [Fact]
    public void What_was_on_its_way_when_the_circuit_opened_does_not_prolong_the_pause()
    {
        var opened = new Circuit(Circuit.Threshold - 1, 0, null).After(AttemptVerdict.Retry, null, Noon);

        var later = opened.After(AttemptVerdict.Retry, null, Noon).After(AttemptVerdict.Retry, null, Noon.AddSeconds(9));

        Assert.Equal(
            (Circuit.Threshold + 2, opened.Pauses, opened.PausedUntil),
            (later.FailuresInRow, later.Pauses, later.PausedUntil)
        );
        Assert.Equal(Noon.AddHours(1), opened.After(AttemptVerdict.Gone, null, Noon).PausedUntil);
    }

    [Fact]
    public void A_probe_that_fails_pauses_for_longer_up_to_a_quarter_of_an_hour()
    {
        var circuit = new Circuit(5, 1, Noon);
        List<double> pauses = [];
        for (var i = 0; i < 7; i++)
        {
            var probed = circuit.PausedUntil!.Value;
            circuit = circuit.After(AttemptVerdict.Retry, null, probed);
            pauses.Add((circuit.PausedUntil!.Value - probed).TotalMinutes);
        }

        Assert.Equal([1, 2, 4, 8, 15, 15, 15], pauses);
        Assert.Equal(default, circuit.After(AttemptVerdict.Delivered, null, Noon));
    }

    [Fact]
    public void A_receiver_that_is_gone_pauses_at_once_and_one_that_refuses_an_event_does_not()
    {
        Assert.Equal(Noon.AddHours(1), default(Circuit).After(AttemptVerdict.Gone, null, Noon).PausedUntil);
        Assert.Equal(default, new Circuit(4, 0, null).After(AttemptVerdict.Refused, null, Noon));
    }

    [Fact]
    public void A_delivery_goes_through_its_schedule_fails_and_is_restarted_by_hand()
    {
        var delivery = Deliver();
        var (at, attempts) = (Noon, 0);
        while (delivery.State is DeliveryState.Pending)
        {
            delivery.RecordAttempt(new(503, "answered 503"), 9, 0.5, at);
            at = delivery.NextAttemptAt;
            attempts++;
        }

        Assert.Equal((10, DeliveryState.Failed, 503), (attempts, delivery.State, delivery.LastStatus!.Value));
        Assert.Equal(new TimeSpan(15, 23, 30), at - Noon);
        delivery.Redeliver(at);
        delivery.Redeliver(at.AddMinutes(-1));
        delivery.RecordAttempt(new(503, "answered 503"), 9, 0.5, at);
        Assert.Equal((DeliveryState.Pending, 11, at.AddSeconds(30)), (delivery.State, delivery.Attempts, delivery.NextAttemptAt));
        Assert.Equal(AttemptVerdict.Delivered, delivery.RecordAttempt(new(200, null), 9, 0.5, at));
        Assert.Equal((DeliveryState.Delivered, at), (delivery.State, delivery.CompletedAt!.Value));
    }

    [Fact]
    public void A_delivery_to_a_receiver_that_is_gone_waits_for_its_return()
    {
        var delivery = Deliver();

        for (var i = 0; i < 50; i++)
            delivery.RecordAttempt(new(410, "answered 410"), 9, 0.5, Noon);

        Assert.Equal(DeliveryState.Pending, delivery.State);
    }

    [Theory]
    [InlineData("issue.created", "issue.created", null, true)]
    [InlineData("issue.transitioned", "issue.status_changed", "done", true)]
    [InlineData("issue.commented", "comment.created", null, true)]
    [InlineData("issue.created", "issue.updated", null, false)]
    [InlineData("workflow.sla_status", "workflow.sla_status", "imminent", true)]
    [InlineData("workflow.sla_breach", "workflow.sla_status", "imminent", false)]
    [InlineData("workflow.sla_breach", "workflow.sla_status", "breached", true)]
    [InlineData("nonsense", "nonsense", null, false)]
    public void A_subscriber_gets_what_it_asked_for_by_name_or_alias(string asked, string name, string? to, bool matches) =>
        Assert.Equal(matches, EventNames.Matches(asked, name, to));

    private static WebhookDelivery Deliver() =>
        WebhookDelivery.Send(Webhook.ForActions(new(1), "https://example.com", Noon), "encrypted", new(1), new(1), Noon);
}
