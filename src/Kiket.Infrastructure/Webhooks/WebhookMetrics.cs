using System.Diagnostics.Metrics;
using Kiket.Domain.Common;
using Kiket.Domain.Guards;
using Kiket.Domain.Webhooks;

namespace Kiket.Infrastructure.Webhooks;

/// <summary>Metrics for operators: results and durations of attempts, reactions and guards, and the backlog.</summary>
internal sealed class WebhookMetrics
{
    public const string MeterName = "Kiket.Webhooks";

    private readonly Counter<long> attempts;
    private readonly Histogram<double> durations;
    private readonly Counter<long> reactions;
    private readonly Histogram<double> guards;

    public WebhookMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        attempts = meter.CreateCounter<long>("kiket.webhook.attempts", "{attempt}", "Delivery attempts, by result.");
        durations = meter.CreateHistogram<double>("kiket.webhook.attempt.duration", "ms", "Duration of delivery attempts.");
        meter.CreateObservableGauge(
            "kiket.events.waiting",
            () => Observe(b => b.Events),
            "{event}",
            "Events not yet handed to their subscribers."
        );
        meter.CreateObservableGauge(
            "kiket.webhook.pending",
            () => Observe(b => (long)b.Pending),
            "{delivery}",
            "Deliveries that are still pending."
        );
        meter.CreateObservableGauge(
            "kiket.webhook.oldest_pending.age",
            () => Observe(b => b.OldestAge.TotalSeconds),
            "s",
            "Age of the oldest pending delivery."
        );
        meter.CreateObservableGauge(
            "kiket.webhook.paused",
            () => Observe(b => (long)b.Paused),
            "{endpoint}",
            "Endpoints that are paused after failures."
        );
        reactions = meter.CreateCounter<long>("kiket.event.reactions", "{event}", "Events whose reactions were run, by result.");
        meter.CreateObservableGauge(
            "kiket.reactions.waiting",
            () => Observe(b => b.Unreacted),
            "{event}",
            "Events that actions and automations have not looked at yet."
        );
        meter.CreateObservableGauge(
            "kiket.reactions.postponed",
            () => Observe(b => (long)b.Postponed),
            "{event}",
            "Events whose actions or automations failed and will be tried again."
        );
        guards = meter.CreateHistogram<double>("kiket.guard.duration", "ms", "Duration of guard calls, by verdict.");
    }

    /// <summary>The backlog as last counted; null if it has not been, or could not be, counted.</summary>
    internal Backlog? Backlog { get; set; }

    public void Attempted(AttemptVerdict verdict, TimeSpan duration)
    {
        attempts.Add(1, new KeyValuePair<string, object?>("result", WireName.Of(verdict)));
        durations.Record(duration.TotalMilliseconds);
    }

    public void Reacted(bool isDone) =>
        reactions.Add(1, new KeyValuePair<string, object?>("result", isDone ? "done" : "postponed"));

    public void Guarded(GuardDecision verdict, TimeSpan duration) =>
        guards.Record(duration.TotalMilliseconds, new KeyValuePair<string, object?>("verdict", WireName.Of(verdict)));

    private IEnumerable<Measurement<T>> Observe<T>(Func<Backlog, T> value)
        where T : struct => Backlog is { } counted ? [new(value(counted))] : [];
}

/// <summary>The backlog.</summary>
/// <param name="Events">Events not yet handed to their subscribers.</param>
/// <param name="Pending">Pending deliveries.</param>
/// <param name="OldestAge">Age of the oldest pending delivery; zero when there is none.</param>
internal sealed record Backlog(long Events, int Pending, TimeSpan OldestAge)
{
    /// <summary>Events that actions and automations have not looked at.</summary>
    public required long Unreacted { get; init; }

    /// <summary>Events whose actions or automations failed and will be tried again.</summary>
    public required int Postponed { get; init; }

    /// <summary>Endpoints that are paused after failures.</summary>
    public required int Paused { get; init; }
}
