using System.Security.Cryptography;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Audit;
using Kiket.Domain.Common;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Audit;

/// <summary>Computes the whole hash chain, and every anchor's root, again.</summary>
internal sealed record VerifyAuditLogQuery : IQuery<Result<AuditVerification>>;

/// <summary>Whether the audit log is unchanged since it was written.</summary>
/// <param name="Valid">Whether nothing was changed, removed, reordered or added.</param>
/// <param name="Records">How many records were checked.</param>
/// <param name="ChainHash">
/// The chain after the last of them. A copy that is kept elsewhere later proves everything before it.
/// </param>
/// <param name="FirstInvalid">The first changed record; null when there is none.</param>
internal sealed record AuditVerification(bool Valid, long Records, string ChainHash, InvalidAuditRecord? FirstInvalid);

/// <param name="Id">Its place in the log.</param>
/// <param name="Reason">What is wrong with it.</param>
internal sealed record InvalidAuditRecord(long Id, string Reason);

internal sealed class VerifyAuditLogHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<VerifyAuditLogQuery, Result<AuditVerification>>
{
    private const int BatchSize = 500;

    public async Task<Result<AuditVerification>> Handle(VerifyAuditLogQuery query, CancellationToken ct)
    {
        if (current.RefuseAudit() is { } error)
            return error;

        // In one statement, because records may be added while this runs.
        var end = await db
            .Organizations.Where(o => o.Id == current.Actor.OrganizationId)
            .Select(o => new
            {
                o.LastAuditSequence,
                o.AuditChain,
                Newest = db.AuditRecords.Max(r => (long?)r.Sequence) ?? 0,
            })
            .SingleAsync(ct);
        var (chain, checkedUpTo) = (AuditRecord.Origin.ToArray(), 0L);
        var erasedByNobody = new SortedSet<long>();
        AuditVerification Invalid(long id, string reason) => new(false, checkedUpTo, AuditHash.Of(chain), new(id, reason));

        while (checkedUpTo < end.LastAuditSequence)
        {
            var batch = await db
                .AuditRecords.AsNoTracking()
                .Where(r => r.Sequence > checkedUpTo && r.Sequence <= end.LastAuditSequence)
                .OrderBy(r => r.Sequence)
                .Take(BatchSize)
                .ToListAsync(ct);
            foreach (var record in batch)
            {
                if (record.Sequence != checkedUpTo + 1)
                    return Invalid(checkedUpTo + 1, "The record is missing.");
                if (!record.ContentHash.AsSpan().SequenceEqual(record.ComputeContentHash()))
                    return Invalid(record.Sequence, "The content of the record was changed.");
                chain = AuditRecord.Follow(chain, record.ContentHash);
                if (!chain.AsSpan().SequenceEqual(record.ChainHash))
                    return Invalid(record.Sequence, "The record does not follow the one before it.");
                checkedUpTo = record.Sequence;
                if (record.IsErased)
                    erasedByNobody.Add(record.Sequence);
                foreach (var (first, last) in AuditDetails.Read(record.Details).ErasedRecords)
                    erasedByNobody.GetViewBetween(first, last).Clear();
            }

            if (batch.Count == 0)
                return Invalid(checkedUpTo + 1, "The record is missing.");
        }

        if (end.Newest > end.LastAuditSequence)
            return Invalid(end.LastAuditSequence + 1, "The record was added outside of the chain.");
        if (!CryptographicOperations.FixedTimeEquals(chain, end.AuditChain))
            return Invalid(end.LastAuditSequence, "The chain does not end with this record.");
        if (erasedByNobody.Count > 0)
            return Invalid(erasedByNobody.Min, "The details of the record were erased, and no later record says so.");
        return await FirstBrokenAnchorAsync(ct) is { } anchor
            ? Invalid(
                anchor.FirstSequence,
                $"The records do not have the root of their anchor, {AuditHash.Of(anchor.MerkleRoot)}."
            )
            : new AuditVerification(true, checkedUpTo, AuditHash.Of(chain), null);
    }

    /// <summary>
    /// Detects a chain that was recomputed after a change, unless its anchors were, too. Only a copy of an anchor that is kept
    /// elsewhere shows that.
    /// </summary>
    private async Task<AuditAnchor?> FirstBrokenAnchorAsync(CancellationToken ct)
    {
        AuditAnchor? last = null;
        while (true)
        {
            var after = last?.FirstSequence ?? 0;
            var anchor = await db
                .AuditAnchors.AsNoTracking()
                .Where(a => a.FirstSequence > after)
                .OrderBy(a => a.FirstSequence)
                .FirstOrDefaultAsync(ct);
            if (anchor is null)
                return null;
            var leaves = await db.LeavesOfAsync(anchor, ct);
            if (leaves.Count != anchor.LeafCount || !MerkleTree.Root(leaves).AsSpan().SequenceEqual(anchor.MerkleRoot))
                return anchor;
            last = anchor;
        }
    }
}
