using Kiket.Domain.Common;

namespace Kiket.Domain.Audit;

/// <summary>
/// A signed root over consecutive records of an audit log. A copy that is kept elsewhere later proves which records existed.
/// </summary>
internal sealed class AuditAnchor
{
    /// <summary>How many records wait at most before they are anchored. Source: beyond-seed, 2.3.</summary>
    public const int EnoughRecords = 100;

    /// <summary>How many records an anchor covers at most.</summary>
    public const int MaxRecords = 1_000;

    /// <summary>How long a record waits at most before it is anchored. Source: beyond-seed, 2.3.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>Database id.</summary>
    public long Id { get; init; }

    /// <summary>The organization.</summary>
    public required OrganizationId OrganizationId { get; init; }

    /// <summary>The root, 32 bytes.</summary>
    public required byte[] MerkleRoot { get; init; }

    /// <summary>Place of the first record; the others follow it.</summary>
    public required long FirstSequence { get; init; }

    /// <summary>How many records there are.</summary>
    public required int LeafCount { get; init; }

    /// <summary>Instant of the first record (UTC).</summary>
    public required DateTimeOffset FirstRecordAt { get; init; }

    /// <summary>Instant of the last record (UTC).</summary>
    public required DateTimeOffset LastRecordAt { get; init; }

    /// <summary>The key of <c>/.well-known/jwks.json</c> that signed the root.</summary>
    public required string KeyId { get; init; }

    /// <summary>ES256 over the 32 bytes of the root, base64url.</summary>
    public required string Signature { get; init; }

    /// <summary>When it was created (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}
