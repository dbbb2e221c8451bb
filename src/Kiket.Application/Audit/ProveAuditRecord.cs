using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Audit;
using Kiket.Domain.Common;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Audit;

/// <summary>The proof that a record is among those of an anchor.</summary>
/// <param name="Type">The kind of record; null is <see cref="RecordType"/>.</param>
internal sealed record ProveAuditRecordQuery(long Id, string? Type) : IQuery<Result<AuditProof>>
{
    /// <summary>What clients call a record of this log.</summary>
    public const string RecordType = "AuditLog";

    /// <summary>Records of decisions by a language model, of which this server has none.</summary>
    public const string AiRecordType = "AIAuditLog";
}

/// <summary>A proof (beyond-seed, 2). Members of a blockchain are null: none is used.</summary>
internal sealed record AuditProof
{
    public required long RecordId { get; init; }

    public string RecordType { get; } = ProveAuditRecordQuery.RecordType;

    public required string ContentHash { get; init; }

    public required long AnchorId { get; init; }

    public required string MerkleRoot { get; init; }

    public required int LeafIndex { get; init; }

    public required int LeafCount { get; init; }

    /// <summary>The siblings from the leaf upward.</summary>
    public required IReadOnlyList<string> Proof { get; init; }

    public string Network { get; } = AuditAnchorDto.LocalNetwork;

    public string? TxHash { get; }

    public long? BlockNumber { get; }

    public DateTimeOffset? BlockTimestamp { get; }

    public string? VerificationUrl { get; }

    /// <summary>Whether the record still leads to the root.</summary>
    public required bool Verified { get; init; }
}

internal sealed class ProveAuditRecordHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<ProveAuditRecordQuery, Result<AuditProof>>
{
    public async Task<Result<AuditProof>> Handle(ProveAuditRecordQuery query, CancellationToken ct)
    {
        if (current.RefuseAudit() is { } error)
            return error;
        if (query.Type is ProveAuditRecordQuery.AiRecordType)
            return AuditErrors.ProofNotFound("This server has no records of AI decisions.");
        if (query.Type is not (null or ProveAuditRecordQuery.RecordType))
            return Error.InvalidParameter(
                "record_type",
                $"'{query.Type}' is not a valid record_type; use {ProveAuditRecordQuery.RecordType}."
            );
        if (await db.AuditRecords.AsNoTracking().SingleOrDefaultAsync(r => r.Sequence == query.Id, ct) is not { } record)
            return AuditErrors.ProofNotFound($"The audit log has no record {query.Id}.");
        var anchor = await db
            .AuditAnchors.AsNoTracking()
            .Where(a => a.FirstSequence <= query.Id)
            .OrderByDescending(a => a.FirstSequence)
            .FirstOrDefaultAsync(ct);
        if (anchor is null || query.Id >= anchor.FirstSequence + anchor.LeafCount)
            return AuditErrors.ProofNotFound($"Record {query.Id} is not anchored yet; this takes at most an hour.");

        var leaves = await db.LeavesOfAsync(anchor, ct);
        var index = (int)(query.Id - anchor.FirstSequence);
        var proof = index < leaves.Count ? MerkleTree.Proof(leaves, index) : [];
        return new AuditProof
        {
            RecordId = query.Id,
            ContentHash = AuditHash.Of(record.ContentHash),
            AnchorId = anchor.Id,
            MerkleRoot = AuditHash.Of(anchor.MerkleRoot),
            LeafIndex = index,
            LeafCount = anchor.LeafCount,
            Proof = [.. proof.Select(AuditHash.Of)],
            Verified =
                record.ContentHash.AsSpan().SequenceEqual(record.ComputeContentHash())
                && MerkleTree.RootOf(record.ContentHash, proof).AsSpan().SequenceEqual(anchor.MerkleRoot),
        };
    }
}
