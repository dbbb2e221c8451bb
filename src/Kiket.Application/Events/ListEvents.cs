using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Events;

/// <summary>The event log of the projects that the actor can see, in order (decisions, 36).</summary>
/// <param name="After">
/// Only events with a greater sequence; null is the beginning of the log, <see cref="FromNowOn"/> is its end.
/// </param>
/// <param name="Limit">1 to 200; null is 50.</param>
/// <param name="Types">Names or aliases; empty is all.</param>
/// <param name="Project">Only events of this project, or null.</param>
/// <param name="WithTotal">Whether to count the events after the sequence.</param>
internal sealed record ListEventsQuery(
    long? After,
    int? Limit,
    IReadOnlyList<string> Types,
    ProjectRef? Project,
    bool WithTotal = true
) : IQuery<Result<EventPage>>
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 200;

    /// <summary>As <see cref="After"/>: start with the next event.</summary>
    public const long FromNowOn = -1;
}

/// <param name="Total">The number of events after the requested sequence.</param>
/// <param name="LastSequence">The sequence to continue after.</param>
internal sealed record EventPage(IReadOnlyList<EventDto> Events, int Total, int Limit, long LastSequence);

internal sealed class ListEventsHandler(IKiketDb db, ICurrentActor current, PublicUrl url)
    : IQueryHandler<ListEventsQuery, Result<EventPage>>
{
    public async Task<Result<EventPage>> Handle(ListEventsQuery query, CancellationToken ct)
    {
        var limit = query.Limit ?? ListEventsQuery.DefaultLimit;
        if (limit is < 1 or > ListEventsQuery.MaxLimit)
            return Error.InvalidParameter("limit", $"limit must be a number from 1 to {ListEventsQuery.MaxLimit}.");
        if (query.Types.FirstOrDefault(t => EventNames.Resolve(t) is null) is { } unknown)
            return Error.InvalidParameter(
                "types",
                $"'{unknown}' is not a valid event. Events: {string.Join(", ", EventNames.Subscribable)}."
            );

        var newest = await db
            .Organizations.Where(o => o.Id == current.Actor.OrganizationId)
            .Select(o => o.LastEventSequence)
            .SingleAsync(ct);
        var after = query.After is ListEventsQuery.FromNowOn ? newest : query.After ?? 0;
        var hidden = EventNames.All.Where(n => current.Lacks(ScopeDemands.ScopesOf([n])) is not null).ToList();
        var names = query.Types.Select(EventNames.Resolve).OfType<string>().Distinct().ToList();
        var visible = await db.InProjectsAsync(
            db.Events.WithSpecification(new EventsAfter(after, names, hidden)),
            query.Project,
            current.Actor,
            ct
        );
        if (visible.Error is { } unavailable)
            return unavailable;

        var log = visible.Value;
        var events = await log.OrderBy(e => e.Sequence).Take(limit).ToListAsync(ct);
        var last = events.Count > 0 ? events[^1].Sequence : after;
        var isWholeLog = names.Count + hidden.Count == 0 && query.Project is null && current.Actor.SeesEveryProject;
        var total =
            !query.WithTotal ? 0
            : events.Count < limit ? events.Count
            : isWholeLog ? (int)(Math.Max(newest, last) - events[0].Sequence + 1) // it has no gaps
            : await log.CountAsync(ct);

        // At the end of the log, events that the actor cannot see or did not request need not be read again.
        return new EventPage(
            await db.ToDocumentsAsync(events, url, ct),
            total,
            limit,
            events.Count < limit ? Math.Max(last, newest) : last
        );
    }
}
