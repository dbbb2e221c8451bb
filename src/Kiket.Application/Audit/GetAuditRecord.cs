using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Audit;
using Kiket.Domain.Common;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Audit;

/// <summary>A record of the audit log, with the text that was hashed.</summary>
internal sealed record GetAuditRecordQuery(long Id) : IQuery<Result<HashedAuditRecord>>;

/// <param name="Canonical">The exact text whose SHA-256 is <paramref name="ContentHash"/>.</param>
internal sealed record HashedAuditRecord(AuditRecordDto Record, string Canonical, string ContentHash);

internal sealed class GetAuditRecordHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<GetAuditRecordQuery, Result<HashedAuditRecord>>
{
    public async Task<Result<HashedAuditRecord>> Handle(GetAuditRecordQuery query, CancellationToken ct)
    {
        if (current.RefuseAudit() is { } error)
            return error;
        if (await db.AuditRecords.AsNoTracking().SingleOrDefaultAsync(r => r.Sequence == query.Id, ct) is not { } record)
            return AuditErrors.RecordNotFound(query.Id);
        var shown = await db.ToDtosAsync([record], ct);
        return new HashedAuditRecord(shown[0], record.Canonical, AuditHash.Of(record.ContentHash));
    }
}
