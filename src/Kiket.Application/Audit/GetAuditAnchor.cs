using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Audit;
using Kiket.Domain.Common;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Audit;

/// <summary>An anchor by its root.</summary>
/// <param name="Root">In hex, with or without <c>0x</c>.</param>
/// <param name="WithRecords">Whether to list its records.</param>
internal sealed record GetAuditAnchorQuery(string Root, bool WithRecords) : IQuery<Result<AuditAnchorDto>>;

internal sealed class GetAuditAnchorHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<GetAuditAnchorQuery, Result<AuditAnchorDto>>
{
    public async Task<Result<AuditAnchorDto>> Handle(GetAuditAnchorQuery query, CancellationToken ct)
    {
        if (current.RefuseAudit() is { } error)
            return error;
        var root = AuditHash.Parse(query.Root);
        var anchor = root is null
            ? null
            : await db.AuditAnchors.AsNoTracking().OrderBy(a => a.Id).FirstOrDefaultAsync(a => a.MerkleRoot == root, ct);
        if (anchor is null)
            return AuditErrors.AnchorNotFound(query.Root);
        var found = AuditAnchorDto.Of(anchor);
        if (!query.WithRecords)
            return found;
        var leaves = await db.LeavesOfAsync(anchor, ct);
        return found with
        {
            Records =
            [
                .. leaves.Select(
                    (leaf, index) =>
                        new AnchoredRecord(
                            anchor.FirstSequence + index,
                            ProveAuditRecordQuery.RecordType,
                            index,
                            AuditHash.Of(leaf)
                        )
                ),
            ],
        };
    }
}
