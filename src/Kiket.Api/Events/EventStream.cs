using System.Reflection;
using System.Text.Json;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Api.RateLimits;
using Kiket.Application.Common;
using Kiket.Application.Events;
using Kiket.Infrastructure.Persistence;
using MediatR;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;

namespace Kiket.Api.Events;

/// <summary>
/// Reads the log for a stream, each time with a new database context: a stream is long-lived and holds none in between.
/// </summary>
internal sealed class EventStreamSource(
    IServiceScopeFactory scopes,
    OutboxSignal signal,
    IHostApplicationLifetime lifetime,
    TimeProvider time
)
{
    /// <summary>How often the log is polled when this process has seen no commit; another node may have.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public TimeProvider Time => time;

    /// <summary>Cancelled when the server stops; an open stream would delay it.</summary>
    public CancellationToken Stopping => lifetime.ApplicationStopping;

    /// <summary>Waits for a commit of this process or for the next poll.</summary>
    public Task NextAsync(CancellationToken ct) => Task.WhenAny(signal.CommittedAsync(), Task.Delay(Interval, time, ct));

    /// <returns>
    /// The next events; none when the credential is no longer valid, or its user can no longer see what was requested.
    /// </returns>
    public async Task<EventPage?> ReadAsync(CountedCredential credential, ListEventsQuery query, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var mediator = scope.ServiceProvider.GetRequiredService<IMediator>();
        try
        {
            var again = await mediator.Send(credential.Presented, ct);
            if (again.IsRefused)
                return null;
            scope.ServiceProvider.GetRequiredService<CurrentActor>().SignIn(again.Value.Actor, again.Value.Scopes);
            var read = await mediator.Send(query, ct);
            return read.IsRefused ? null : read.Value;
        }
        catch (Exception failure) when (DatabaseFailure.IsUnavailable(failure) && query.After is { } after)
        {
            return new([], 0, ListEventsQuery.MaxLimit, after); // the stream waits until the database is back
        }
    }
}

/// <summary>Server-sent events: <c>id</c> is the sequence, <c>event</c> the name, <c>data</c> the document on one line.</summary>
internal sealed class EventStream(EventStreamSource source, OpenRequests requests, ListEventsQuery query, EventPage first)
    : IResult,
        IEndpointMetadataProvider
{
    public const string MediaType = "text/event-stream";

    /// <summary>How many streams a credential may have open on one node.</summary>
    public const int MaxPerCredential = 50;

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>The maximum lifetime; the client then reconnects with <c>Last-Event-ID</c> and its token.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var credential = httpContext.Features.GetRequiredFeature<CountedCredential>();
        var name = $"streams of {credential.Name}";
        if (!requests.TryOpen(name, MaxPerCredential))
        {
            await RateLimiting.RefuseAsync(
                httpContext,
                $"A credential can have at most {MaxPerCredential} open streams.",
                (int)Heartbeat.TotalSeconds
            );
            return;
        }

        using var old = new CancellationTokenSource(Lifetime, source.Time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(
            httpContext.RequestAborted, // also when the credential ends
            source.Stopping,
            old.Token
        );
        try
        {
            await SendAsync(httpContext, credential, ended.Token);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // A client that reads gets a proper end. Cancelling a write for which one does not read cuts the connection.
        }
        finally
        {
            requests.Close(name);
        }
    }

    private async Task SendAsync(HttpContext httpContext, CountedCredential credential, CancellationToken ct)
    {
        var response = httpContext.Response;
        response.ContentType = MediaType;
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no"; // otherwise nginx buffers the events
        if (httpContext.IsHead())
            return;

        await response.WriteAsync("retry: 1000\n\n", ct);
        await response.Body.FlushAsync(ct);

        var quiet = source.Time.GetTimestamp();
        EventPage? page = first;
        while (page is not null)
        {
            foreach (var e in page.Events)
                await response.WriteAsync(
                    $"id: {e.Sequence}\nevent: {e.Event}\ndata: {JsonSerializer.Serialize(e, WireJson.Options)}\n\n",
                    ct
                );
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
            page = await source.ReadAsync(credential, query with { After = page.LastSequence }, ct);
        }
    }

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(string), [MediaType]));
}
