using Hangfire;
using Kiket.Application.Common;
using Kiket.Domain.Audit;
using Kiket.Domain.Common;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Infrastructure.Audit;

/// <summary>Anchors the waiting records, if there are enough or the first has waited long enough.</summary>
internal sealed class AuditAnchorJob(KiketDbContext db, RuntimeTokens keys, TimeProvider time)
{
    [JobDisplayName("Anchor the audit log")]
    public async Task RunAsync(CancellationToken ct)
    {
        var waiting = await db
            .Organizations.Select(o => new
            {
                o.Id,
                o.LastAuditSequence,
                Anchored = db.AcrossTenants<AuditAnchor>()
                    .Where(a => a.OrganizationId == o.Id)
                    .OrderByDescending(a => a.FirstSequence)
                    .Select(a => a.FirstSequence + a.LeafCount - 1)
                    .FirstOrDefault(),
            })
            .Where(o => o.LastAuditSequence > o.Anchored)
            .ToListAsync(ct);
        foreach (var log in waiting)
        {
            long? next = log.Anchored + 1;
            while (next is { } first)
                next = await AnchorAsync(log.Id, first, ct);
        }
    }

    /// <summary>
    /// Anchors the records up to a missing one. Records are only missing where somebody has removed them from the database.
    /// </summary>
    /// <returns>The number after the last record that it covers; null if the rest must wait longer.</returns>
    private async Task<long?> AnchorAsync(OrganizationId organization, long first, CancellationToken ct)
    {
        var records = await db.AcrossTenants<AuditRecord>()
            .Where(r => r.OrganizationId == organization && r.Sequence >= first)
            .OrderBy(r => r.Sequence)
            .Take(AuditAnchor.MaxRecords)
            .Select(r => new
            {
                r.Sequence,
                r.ContentHash,
                r.At,
            })
            .ToListAsync(ct);
        var now = time.GetUtcNow();
        if (records.Count == 0 || records.Count < AuditAnchor.EnoughRecords && records[0].At + AuditAnchor.LongestWait > now)
            return null;
        records = [.. records.TakeWhile((r, n) => r.Sequence == records[0].Sequence + n)];

        var root = MerkleTree.Root([.. records.Select(r => r.ContentHash)]);
        var (keyId, signature) = await keys.SignAsync(root, ct);
        db.AuditAnchors.Add(
            new()
            {
                OrganizationId = organization,
                MerkleRoot = root,
                FirstSequence = records[0].Sequence,
                LeafCount = records.Count,
                FirstRecordAt = records[0].At,
                LastRecordAt = records[^1].At,
                KeyId = keyId,
                Signature = signature,
                CreatedAt = StoredInstant.Of(now),
            }
        );
        await db.SaveChangesAsync(ct);
        db.ChangeTracker.Clear();
        return records[^1].Sequence + 1;
    }
}
