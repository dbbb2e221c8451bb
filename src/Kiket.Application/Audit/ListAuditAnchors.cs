using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Audit;
using Kiket.Domain.Common;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Audit;

/// <summary>The anchors of the organization, newest first.</summary>
/// <param name="Status">Only anchors with this status, or null.</param>
/// <param name="Network">Only anchors on this network, or null.</param>
/// <param name="From">Only anchors made from this instant on, or null.</param>
/// <param name="To">Only anchors made before this instant, or null.</param>
internal sealed record ListAuditAnchorsQuery(
    string? Status,
    string? Network,
    DateTimeOffset? From,
    DateTimeOffset? To,
    PageRequest Page
) : IQuery<Result<Page<AuditAnchorDto>>>;

internal sealed class ListAuditAnchorsHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<ListAuditAnchorsQuery, Result<Page<AuditAnchorDto>>>
{
    private static readonly string[] Statuses = ["pending", "submitted", AuditAnchorDto.Confirmed, "failed"];
    private static readonly string[] Networks = ["polygon_amoy", "polygon_mainnet", AuditAnchorDto.LocalNetwork];

    private static readonly SortOptions<AuditAnchor> Sorts = new SortOptions<AuditAnchor>("id desc", a => a.Id).By(
        "id",
        a => a.Id
    );

    public async Task<Result<Page<AuditAnchorDto>>> Handle(ListAuditAnchorsQuery query, CancellationToken ct)
    {
        if (current.RefuseAudit() is { } error)
            return error;
        if (query.Status is { } status && !Statuses.Contains(status))
            return Error.InvalidParameter("status", $"'{status}' is not a valid status; use {string.Join(", ", Statuses)}.");
        if (query.Network is { } network && !Networks.Contains(network))
            return Error.InvalidParameter("network", $"'{network}' is not a valid network; use {string.Join(", ", Networks)}.");

        var anchors = db.AuditAnchors.AsNoTracking();
        if (query is not { Status: null or AuditAnchorDto.Confirmed, Network: null or AuditAnchorDto.LocalNetwork })
            anchors = anchors.Where(_ => false);
        if (query.From is { } from)
            anchors = anchors.Where(a => a.CreatedAt >= StoredInstant.Of(from));
        if (query.To is { } to)
            anchors = anchors.Where(a => a.CreatedAt < StoredInstant.Of(to));
        var page = await anchors.ToPageAsync(query.Page, Sorts, rows => rows, ct);
        return page.Error is { } invalid ? invalid : page.Value.With([.. page.Value.Items.Select(AuditAnchorDto.Of)]);
    }
}
