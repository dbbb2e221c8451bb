using System.Diagnostics;

namespace Kiket.Application.Common;

/// <summary>
/// The spans of Kiket's own work, and the W3C trace context (<c>traceparent</c>) that connects later work with the request that
/// caused it. While nobody records traces, this allocates and stores nothing.
/// </summary>
internal static class Tracing
{
    public const string SourceName = "Kiket";

    /// <summary>The header that carries the trace context from system to system.</summary>
    public const string Header = "traceparent";

    /// <summary>The attribute of a span that names the organization.</summary>
    public const string Organization = "kiket.organization.id";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>
    /// The context of the current span, or null. An unrecorded span is not passed on: a receiver that follows its caller's
    /// sampling would drop its own trace.
    /// </summary>
    public static string? Current => Of(Activity.Current);

    public static string? Of(Activity? span) => span is { Recorded: true } ? span.Id : null;

    /// <summary>Starts a span, in the trace of the cause or otherwise in the current one.</summary>
    /// <param name="cause">The trace context of the cause, or null.</param>
    /// <param name="since">When the work started, if it is already over; by default now.</param>
    /// <returns>The span, or null when nobody listens.</returns>
    public static Activity? Start(string name, ActivityKind kind, string? cause, DateTimeOffset since = default) =>
        Source.StartActivity(
            name,
            kind,
            ActivityContext.TryParse(cause, traceState: null, isRemote: true, out var context) ? context : default,
            startTime: since
        );
}
