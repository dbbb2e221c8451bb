using System.Diagnostics.Metrics;
using Kiket.Domain.Common;
using Kiket.Domain.Webhooks;
using Kiket.Domain.Workflows;

namespace Kiket.Infrastructure.Webhooks;

/// <summary>What operators watch: how much waits and for how long, how attempts end, how long guards take.</summary>
public sealed class WebhookMetrics
{
    public const string MeterName = "Kiket.Webhooks";

    private readonly Counter<long> attempts;
    private readonly Histogram<double> durations;
    private readonly Histogram<double> guards;
    private long pending;
    private double oldest;

    public WebhookMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        attempts = meter.CreateCounter<long>("kiket.webhook.attempts", "{attempt}", "Attempts to deliver, by result.");
        durations = meter.CreateHistogram<double>("kiket.webhook.attempt.duration", "ms", "How long attempts took.");
        guards = meter.CreateHistogram<double>("kiket.guard.duration", "ms", "How long guards of transitions took, by verdict.");
        meter.CreateObservableGauge("kiket.webhook.pending", () => Interlocked.Read(ref pending), "{delivery}", "Deliveries that wait.");
        meter.CreateObservableGauge("kiket.webhook.oldest_pending", () => Volatile.Read(ref oldest), "s", "How long the oldest delivery that is due has waited.");
    }

    public void Attempted(AttemptVerdict verdict, TimeSpan duration)
    {
        attempts.Add(1, new KeyValuePair<string, object?>("result", WireName.Of(verdict)));
        durations.Record(duration.TotalMilliseconds);
    }

    public void Guarded(GuardDecision verdict, TimeSpan duration) =>
        guards.Record(duration.TotalMilliseconds, new KeyValuePair<string, object?>("verdict", WireName.Of(verdict)));

    /// <summary>Takes what the sweep has counted.</summary>
    public void Waiting(long deliveries, TimeSpan longest)
    {
        Interlocked.Exchange(ref pending, deliveries);
        Volatile.Write(ref oldest, longest.TotalSeconds);
    }
}
