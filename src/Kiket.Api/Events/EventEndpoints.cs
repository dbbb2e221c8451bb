using System.ComponentModel;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Api.RateLimits;
using Kiket.Application.Events;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Domain.Tokens;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Kiket.Api.Events;

/// <summary>The event log.</summary>
internal static class EventEndpoints
{
    public static void MapEvents(this IEndpointRouteBuilder api)
    {
        var events = api.MapGroup("/events").WithTags("Events");

        events.MapGet("/", ListEvents).WithName(nameof(ListEvents)).Reads(Scope.Issues);
        events.MapGet("/stream", StreamEvents).WithName(nameof(StreamEvents)).Reads(Scope.Issues).DisableRequestTimeout();
    }

    /// <summary>Lists the events of the projects that you can see, in chronological order.</summary>
    private static async Task<Results<Ok<EventLogPage>, ErrorResult>> ListEvents(
        [AsParameters] EventFilterParameters parameters,
        [AsParameters] EventLogParameters place,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (
            await mediator.Send(
                new ListEventsQuery(place.ToAfter(), place.Limit, parameters.ToTypes(), parameters.ToProject()),
                ct
            )
        ).ToOk(EventLogPage.Of);

    /// <summary>Streams the events of the projects that you can see as server-sent events.</summary>
    private static async Task<Results<EventStream, ErrorResult>> StreamEvents(
        [AsParameters] EventFilterParameters parameters,
        [AsParameters] EventStreamParameters place,
        HttpRequest request,
        IMediator mediator,
        EventStreamSource source,
        OpenRequests requests,
        CancellationToken ct
    )
    {
        var query = new ListEventsQuery(
            place.ToAfter(request) ?? ListEventsQuery.FromNowOn,
            ListEventsQuery.MaxLimit,
            parameters.ToTypes(),
            parameters.ToProject(),
            WithTotal: false
        );
        var first = await mediator.Send(query, ct);
        return first.Error is { } error ? new ErrorResult(error) : new EventStream(source, requests, query, first.Value);
    }
}

internal sealed record EventFilterParameters
{
    [FromQuery(Name = "types"), Description("Only events with these names, separated by commas.")]
    public string? Types { get; init; }

    [FromQuery(Name = "project_id"), Description("Only events of this project: its id or key.")]
    public string? Project { get; init; }

    public static long? CheckAfter(long? after) =>
        after < 0 ? throw new InvalidParameterException("after", "after must be a sequence, 0 or greater.") : after;

    public IReadOnlyList<string> ToTypes() => Parameters.Values("types", Types);

    public ProjectRef? ToProject() => Parameters.Project("project_id", Project);
}

internal sealed record EventLogParameters
{
    [FromQuery(Name = "after"), Description("Only events with a greater sequence; the `last_sequence` of the page before.")]
    public long? After { get; init; }

    [FromQuery(Name = "limit"), Description("Events per page, 1 to 200; 50 by default.")]
    public int? Limit { get; init; }

    public long? ToAfter() => EventFilterParameters.CheckAfter(After);
}

internal sealed record EventStreamParameters
{
    private const string LastEventId = "Last-Event-ID";

    [
        FromQuery(Name = "after"),
        Description(
            "Where to start: only events with a greater sequence. A `Last-Event-ID` header takes precedence. Without "
                + "either, the stream starts with the next event."
        )
    ]
    public long? After { get; init; }

    public long? ToAfter(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(LastEventId, out var last))
            return EventFilterParameters.CheckAfter(After);
        return WireId.TryParse(last, out var sequence)
            ? sequence
            : throw new InvalidParameterException(LastEventId, $"'{last}' is not a valid sequence.");
    }
}

internal sealed record EventLogMeta(
    int Total,
    int Page,
    int PerPage,
    int TotalPages,
    int TotalCount,
    int CurrentPage,
    long LastSequence
);

internal sealed record EventLogPage(IReadOnlyList<EventDto> Data, EventLogMeta Meta)
{
    public static EventLogPage Of(EventPage page) =>
        new(
            page.Events,
            new(page.Total, 1, page.Limit, (page.Total + page.Limit - 1) / page.Limit, page.Total, 1, page.LastSequence)
        );
}
