using FluentValidation;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Audit;
using Kiket.Domain.Common;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Audit;

/// <summary>Checks a proof against the anchors of the organization.</summary>
internal sealed record VerifyAuditProofQuery(
    string? ContentHash,
    string? MerkleRoot,
    IReadOnlyList<string>? Proof,
    int? LeafIndex
) : IQuery<Result<ProofVerification>>;

/// <summary>The result of checking a proof.</summary>
/// <param name="Verified">Whether it proves a record of this organization.</param>
/// <param name="ProofValid">Whether it leads from the content hash to the root.</param>
/// <param name="Error">Why it is not verified; null when it is.</param>
internal sealed record ProofVerification(
    bool Verified,
    bool ProofValid,
    string ContentHash,
    string MerkleRoot,
    int LeafIndex,
    string? Error
)
{
    public bool BlockchainVerified { get; }

    public long? BlockNumber { get; }

    public DateTimeOffset? BlockTimestamp { get; }

    public string Network { get; } = AuditAnchorDto.LocalNetwork;

    public string? ExplorerUrl { get; }
}

internal sealed class VerifyAuditProofValidator : AbstractValidator<VerifyAuditProofQuery>
{
    /// <summary>Longer than the proof of any anchor.</summary>
    private const int MaxSiblings = 64;

    private const string NotAHash = "This must be 64 hexadecimal digits, with or without 0x.";

    public VerifyAuditProofValidator()
    {
        RuleFor(q => q.ContentHash).Must(IsHash).WithMessage(NotAHash).OverridePropertyName("content_hash");
        RuleFor(q => q.MerkleRoot).Must(IsHash).WithMessage(NotAHash).OverridePropertyName("merkle_root");
        RuleFor(q => q.Proof)
            .Must(p => p is { Count: <= MaxSiblings })
            .WithMessage($"A proof has at most {MaxSiblings} hashes, and an empty one is [].")
            .OverridePropertyName("proof");
        RuleForEach(q => q.Proof).Must(IsHash).WithMessage(NotAHash).OverridePropertyName("proof");
        RuleFor(q => q.LeafIndex).NotNull().GreaterThanOrEqualTo(0).OverridePropertyName("leaf_index");
    }

    private static bool IsHash(string? text) => AuditHash.Parse(text) is not null;
}

internal sealed class VerifyAuditProofHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<VerifyAuditProofQuery, Result<ProofVerification>>
{
    public async Task<Result<ProofVerification>> Handle(VerifyAuditProofQuery query, CancellationToken ct)
    {
        if (current.RefuseAudit() is { } refusal)
            return refusal;
        var (leaf, root, index) = (
            AuditHash.Parse(query.ContentHash)!,
            AuditHash.Parse(query.MerkleRoot)!,
            query.LeafIndex!.Value
        );
        List<byte[]> proof = [.. query.Proof!.Select(p => AuditHash.Parse(p)!)];
        var isValid = MerkleTree.RootOf(leaf, proof).AsSpan().SequenceEqual(root);
        var error = isValid
            ? await FindFaultAsync(leaf, root, index, proof.Count, ct)
            : "The proof does not lead from the content hash to the Merkle root.";
        return new ProofVerification(error is null, isValid, AuditHash.Of(leaf), AuditHash.Of(root), index, error);
    }

    /// <summary>
    /// Pairs are sorted and leaves are not marked, so an inner node would pass as a leaf, and any index would do. The stored
    /// records decide (beyond-seed, 2.1).
    /// </summary>
    private async Task<string?> FindFaultAsync(byte[] leaf, byte[] root, int index, int siblings, CancellationToken ct)
    {
        var anchor = await db.AuditAnchors.AsNoTracking().OrderBy(a => a.Id).FirstOrDefaultAsync(a => a.MerkleRoot == root, ct);
        if (anchor is null)
            return "The Merkle root is not that of an anchor of this organization.";
        if (index >= anchor.LeafCount)
            return $"The anchor has only {anchor.LeafCount} records.";
        if (siblings != MerkleTree.ProofLength(index, anchor.LeafCount))
            return "The proof does not have the length that its leaf index requires.";
        var stored = await db
            .AuditRecords.Where(r => r.Sequence == anchor.FirstSequence + index)
            .Select(r => r.ContentHash)
            .SingleOrDefaultAsync(ct);
        return stored is not null && stored.AsSpan().SequenceEqual(leaf)
            ? null
            : "The content hash is not that of the record at the leaf index.";
    }
}
