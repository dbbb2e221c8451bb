using System.Reflection;
using System.Text.Json;
using Kiket.Application.Abstractions;
using Kiket.Application.Events;
using Kiket.Infrastructure.Outbox;
using Kiket.Infrastructure.Persistence;
using MediatR;
using Microsoft.AspNetCore.Http.Metadata;

namespace Kiket.Api.Events;

/// <summary>Reads the log for a stream, each time with a database context of its own: a stream lives long and holds none in between.</summary>
internal sealed class EventStreamSource(IServiceScopeFactory scopes, CurrentActor current, OutboxSignal signal, TimeProvider time)
{
    /// <summary>How often the log is looked at when this process has seen no commit; another node may have.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public TimeProvider Time => time;

    /// <summary>Waits for a commit of this process, or for the next look.</summary>
    public Task NextAsync(CancellationToken ct) => Task.WhenAny(signal.CommittedAsync(), Task.Delay(Interval, time, ct));

    /// <returns>The next events; none when the actor can no longer see what was asked for.</returns>
    public async Task<EventPage?> ReadAsync(ListEventsQuery query, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentActor>().SignIn(current.Actor, current.Scopes);
        var read = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(query, ct);
        return read.IsRefused ? null : read.Value;
    }
}

/// <summary>Server-sent events: <c>id</c> is the sequence, <c>event</c> the name, <c>data</c> the document on one line.</summary>
internal sealed class EventStream(EventStreamSource source, ListEventsQuery query, EventPage first) : IResult, IEndpointMetadataProvider
{
    private const string MediaType = "text/event-stream";
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>Then it ends, and the client comes back with <c>Last-Event-ID</c> and shows its token again.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (response, ct) = (httpContext.Response, httpContext.RequestAborted);
        response.ContentType = MediaType;
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no"; // nginx would keep the events back
        await response.WriteAsync("retry: 1000\n\n", ct);
        await response.Body.FlushAsync(ct);

        var (begin, quiet) = (source.Time.GetTimestamp(), source.Time.GetTimestamp());
        for (var page = first; source.Time.GetElapsedTime(begin) < Lifetime;)
        {
            foreach (var e in page.Events)
                await response.WriteAsync($"id: {e.Sequence}\nevent: {e.Event}\ndata: {JsonSerializer.Serialize(e, WireJson.Options)}\n\n", ct);
            if (page.Events.Count == 0 && source.Time.GetElapsedTime(quiet) >= Heartbeat)
                await response.WriteAsync(": heartbeat\n\n", ct);
            if (page.Events.Count > 0 || source.Time.GetElapsedTime(quiet) >= Heartbeat)
            {
                await response.Body.FlushAsync(ct);
                quiet = source.Time.GetTimestamp();
            }

            if (page.Events.Count < page.Limit)
                await source.NextAsync(ct);
            ct.ThrowIfCancellationRequested();
            if (await source.ReadAsync(query with { After = page.LastSequence }, ct) is not { } next)
                return;
            page = next;
        }
    }

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(string), [MediaType]));
}
