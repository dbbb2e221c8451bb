using System.Text.Json.Serialization;
using Kiket.Application.Ports;
using Kiket.Domain.Audit;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Audit;

/// <summary>A signed root over consecutive records (beyond-seed, 2). Members of a blockchain are null: none is used.</summary>
internal sealed record AuditAnchorDto
{
    /// <summary>The only network: roots are signed by this server and stored in its database.</summary>
    public const string LocalNetwork = "local";

    /// <summary>The only status: an anchor is made and signed at once.</summary>
    public const string Confirmed = "confirmed";

    public required long Id { get; init; }

    public required string MerkleRoot { get; init; }

    public required int LeafCount { get; init; }

    public required DateTimeOffset FirstRecordAt { get; init; }

    public required DateTimeOffset LastRecordAt { get; init; }

    public string Network { get; } = LocalNetwork;

    public string Status { get; } = Confirmed;

    public string? TxHash { get; }

    public long? BlockNumber { get; }

    public DateTimeOffset? BlockTimestamp { get; }

    public required DateTimeOffset ConfirmedAt { get; init; }

    public string? ExplorerUrl { get; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The key of <c>/.well-known/jwks.json</c> that signed the root.</summary>
    public required string KeyId { get; init; }

    /// <summary>ES256 over the 32 bytes of the root, base64url.</summary>
    public required string Signature { get; init; }

    /// <summary>The records; only on request.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AnchoredRecord>? Records { get; init; }

    public static AuditAnchorDto Of(AuditAnchor anchor) =>
        new()
        {
            Id = anchor.Id,
            MerkleRoot = AuditHash.Of(anchor.MerkleRoot),
            LeafCount = anchor.LeafCount,
            FirstRecordAt = anchor.FirstRecordAt,
            LastRecordAt = anchor.LastRecordAt,
            ConfirmedAt = anchor.CreatedAt,
            CreatedAt = anchor.CreatedAt,
            KeyId = anchor.KeyId,
            Signature = anchor.Signature,
        };
}

/// <param name="Type"><c>AuditLog</c>.</param>
internal sealed record AnchoredRecord(long Id, string Type, int LeafIndex, string ContentHash);

internal static class AuditAnchors
{
    /// <summary>The content hashes of an anchor's records, in order.</summary>
    public static Task<List<byte[]>> LeavesOfAsync(this IKiketDb db, AuditAnchor anchor, CancellationToken ct) =>
        db
            .AuditRecords.Where(r => r.Sequence >= anchor.FirstSequence && r.Sequence < anchor.FirstSequence + anchor.LeafCount)
            .OrderBy(r => r.Sequence)
            .Select(r => r.ContentHash)
            .ToListAsync(ct);
}
