using System.Text.Json;
using Kiket.Domain.Common;

namespace Kiket.Domain.Extensions;

/// <summary>What an extension reports.</summary>
internal enum ReportKind
{
    /// <summary>How it handled an event.</summary>
    Telemetry,

    /// <summary>Something that happened in it.</summary>
    Event,

    /// <summary>A line of its log.</summary>
    Log,

    /// <summary>A measurement.</summary>
    Metric,

    /// <summary>A notification for people.</summary>
    Notification,
}

/// <summary>Something that an extension reported; never changed, and kept for a while.</summary>
internal sealed class ExtensionReport
{
    /// <summary>Longest <see cref="Name"/>, in characters; a longer one is cut.</summary>
    public const int MaxNameLength = 200;

    /// <summary>Largest report, in bytes of its JSON.</summary>
    public const int MaxBytes = 65_536;

    /// <summary>How long a report is kept.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    private ExtensionReport() { }

    /// <summary>Database id; later reports have greater ones.</summary>
    public long Id { get; private set; }

    /// <summary>The organization.</summary>
    public OrganizationId OrganizationId { get; private set; }

    /// <summary>The installation.</summary>
    public ExtensionId ExtensionId { get; private set; }

    /// <summary>What it is.</summary>
    public ReportKind Kind { get; private set; }

    /// <summary>What it is about: the name of an event, a metric, a level.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Whether it reports a failure.</summary>
    public bool IsFailure { get; private set; }

    /// <summary>All that was reported, by name.</summary>
    public IReadOnlyDictionary<string, JsonElement> Body { get; private set; } = new Dictionary<string, JsonElement>();

    /// <summary>When it arrived (UTC).</summary>
    public DateTimeOffset ReceivedAt { get; private set; }

    /// <summary>Takes a report.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="extensionId">The installation.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="body">All that was reported.</param>
    /// <param name="at">Instant of arrival.</param>
    public static ExtensionReport Of(
        OrganizationId organizationId,
        ExtensionId extensionId,
        ReportKind kind,
        IReadOnlyDictionary<string, JsonElement> body,
        DateTimeOffset at
    )
    {
        ArgumentNullException.ThrowIfNull(body);
        var name =
            TextOf(body, "event")
            ?? TextOf(body, "name")
            ?? TextOf(body, "event_name")
            ?? TextOf(body, "metric")
            ?? TextOf(body, "level")
            ?? "";
        var status = TextOf(body, "status") ?? TextOf(body, "level");
        return new()
        {
            OrganizationId = organizationId,
            ExtensionId = extensionId,
            Kind = kind,
            Name = StorableText.Of(name, MaxNameLength),
            IsFailure = status is "error" or "failed" or "failure" or "fatal" or "critical",
            Body = body,
            ReceivedAt = at.ToUniversalTime(),
        };
    }

    private static string? TextOf(IReadOnlyDictionary<string, JsonElement> body, string name) =>
        body.TryGetValue(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}

/// <summary>The health of an extension.</summary>
internal enum HealthStatus
{
    /// <summary>Nothing is wrong, or nothing is known.</summary>
    Healthy,

    /// <summary>Some of what it does fails.</summary>
    Degraded,

    /// <summary>Most of what it does fails.</summary>
    Unhealthy,
}

/// <summary>The health of an extension in the last hour.</summary>
/// <param name="Status">In a word.</param>
/// <param name="Message">In a sentence.</param>
internal sealed record ExtensionHealth(HealthStatus Status, string Message)
{
    /// <summary>The time that is looked at.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromHours(1);

    /// <summary>Determines the health from the numbers of successes and failures.</summary>
    /// <param name="succeeded">How much went well in the <see cref="Window"/>.</param>
    /// <param name="failed">How much failed.</param>
    /// <returns>Unhealthy from a half on, degraded from a tenth on.</returns>
    public static ExtensionHealth Of(int succeeded, int failed)
    {
        var total = succeeded + failed;
        if (total == 0)
            return new(HealthStatus.Healthy, "No calls were reported in the last hour.");
        var status =
            failed * 2 >= total ? HealthStatus.Unhealthy
            : failed * 10 >= total ? HealthStatus.Degraded
            : HealthStatus.Healthy;
        return new(status, $"{failed} of {total} calls failed in the last hour.");
    }
}
