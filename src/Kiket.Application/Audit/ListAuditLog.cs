using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Audit;

/// <summary>The audit log of the organization, newest first.</summary>
/// <param name="Before">Only records with a smaller id; null starts with the newest.</param>
/// <param name="Limit">1 to 200; null is 50.</param>
internal sealed record ListAuditLogQuery(AuditFilter Filter, long? Before, int? Limit) : IQuery<Result<AuditLogPage>>
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 200;
}

/// <param name="NextCursor">The cursor of the next page; null at the end.</param>
internal sealed record AuditLogPage(IReadOnlyList<AuditRecordDto> Records, int Limit, long? NextCursor);

internal sealed class ListAuditLogHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<ListAuditLogQuery, Result<AuditLogPage>>
{
    public async Task<Result<AuditLogPage>> Handle(ListAuditLogQuery query, CancellationToken ct)
    {
        if (current.RefuseAudit() is { } error)
            return error;
        var limit = query.Limit ?? ListAuditLogQuery.DefaultLimit;
        if (limit is < 1 or > ListAuditLogQuery.MaxLimit)
            return Error.InvalidParameter("limit", $"limit must be a number from 1 to {ListAuditLogQuery.MaxLimit}.");

        var matching = db.AuditRecords.WithSpecification(new AuditRecordsThat(query.Filter));
        if (query.Before is { } before)
            matching = matching.Where(r => r.Sequence < before);
        var records = await matching.OrderByDescending(r => r.Sequence).Take(limit + 1).ToListAsync(ct);
        var hasMore = records.Count > limit;
        if (hasMore)
            records.RemoveAt(limit);
        return new AuditLogPage(await db.ToDtosAsync(records, ct), limit, hasMore ? records[^1].Sequence : null);
    }
}
