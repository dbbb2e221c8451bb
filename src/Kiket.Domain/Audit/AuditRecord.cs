using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Kiket.Domain.Common;

namespace Kiket.Domain.Audit;

/// <summary>
/// One action in the audit log of an organization, and a link of its hash chain. Records are never changed or removed, except
/// that personal data in their details can be erased.
/// </summary>
/// <remarks>
/// The chain: <c>chain_hash(n) = SHA-256(chain_hash(n - 1) ‖ content_hash(n))</c>, and 32 zero bytes come before the first.
/// The database computes it while it holds the organization's row, so that two writers cannot follow the same record.
/// </remarks>
internal sealed class AuditRecord
{
    /// <summary>Longest <see cref="Action"/>, in characters.</summary>
    public const int MaxActionLength = 64;

    /// <summary>Longest <see cref="Credential"/>, in characters.</summary>
    public const int MaxCredentialLength = 64;

    /// <summary>Longest <see cref="SubjectType"/>, in characters.</summary>
    public const int MaxSubjectTypeLength = 32;

    private const string BeforeDigest = "{\"address\":null,\"request_id\":null,\"changes\":[],\"erased_sha256\":\"";
    private const string AfterDigest = "\"}";

    /// <summary>The chain before the first record.</summary>
    public static ReadOnlySpan<byte> Origin => new byte[SHA256.HashSizeInBytes];

    /// <summary>The organization.</summary>
    public required OrganizationId OrganizationId { get; init; }

    /// <summary>Place in the chain, from 1 without gaps.</summary>
    public long Sequence { get; init; }

    /// <summary>When the action was committed (UTC).</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What was done, such as <c>create_issue</c>: the operation of the API in snake case, or a job.</summary>
    public required string Action { get; init; }

    /// <summary>Who did it; null when nobody had signed in.</summary>
    public required UserId? ActorId { get; init; }

    /// <summary>What the actor signed in with, such as <c>token:7</c>; <c>system</c> for the server's own work.</summary>
    public required string Credential { get; init; }

    /// <summary>The kind of the first changed object, such as <c>issue</c>; null when nothing stored was changed.</summary>
    public required string? SubjectType { get; init; }

    /// <summary>Its id.</summary>
    public required long? SubjectId { get; init; }

    /// <summary>
    /// Address, request and changes, as the JSON text that was hashed; or the rest of an erased one, with its digest.
    /// </summary>
    public required string Details { get; set; }

    /// <summary>SHA-256 of <see cref="Canonical"/>: a leaf of the anchors' trees.</summary>
    public byte[] ContentHash { get; init; } = [];

    /// <summary>The chain up to this record.</summary>
    public byte[] ChainHash { get; init; } = [];

    /// <summary>
    /// The hashed text: a flat JSON object with sorted keys, whose values need no escaping, so that the hash helpers of all SDKs
    /// agree on it. Free text enters as its digest. Source: beyond-seed, 2.2.
    /// </summary>
    public string Canonical => $$"""{{{string.Join(',', Members().Select(m => $"\"{m.Name}\":{m.Value}"))}}}""";

    /// <summary>
    /// Whether only the digest of the details is left. That says nothing about who replaced them: a later record must list this
    /// one as erased.
    /// </summary>
    public bool IsErased =>
        Details.Length == BeforeDigest.Length + TextDigest.Length + AfterDigest.Length
        && Details.StartsWith(BeforeDigest, StringComparison.Ordinal)
        && Details.EndsWith(AfterDigest, StringComparison.Ordinal);

    /// <summary>Replaces the details by their digest, so that the chain stays valid.</summary>
    public void EraseDetails() => Details = $"{BeforeDigest}{DetailsDigest}{AfterDigest}";

    /// <summary>The expected value of <see cref="ContentHash"/>.</summary>
    public byte[] ComputeContentHash() => SHA256.HashData(Encoding.UTF8.GetBytes(Canonical));

    /// <summary>The chain after another record.</summary>
    /// <param name="chain">The chain before it, 32 bytes.</param>
    /// <param name="contentHash">Its content hash, 32 bytes.</param>
    public static byte[] Follow(ReadOnlySpan<byte> chain, ReadOnlySpan<byte> contentHash)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(chain);
        hash.AppendData(contentHash);
        return hash.GetHashAndReset();
    }

    /// <summary>SHA-256 of the details as they were written.</summary>
    private string DetailsDigest => IsErased ? Details[BeforeDigest.Length..^AfterDigest.Length] : TextDigest.Of(Details);

    private IEnumerable<(string Name, string Value)> Members() =>
        [
            ("action", Text(Action)),
            ("actor_id", Number(ActorId?.Value)),
            ("at", Text(At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture))),
            ("credential", Text(Credential)),
            ("details_sha256", Text(DetailsDigest)),
            ("organization_id", Number(OrganizationId.Value)),
            ("subject_id", Number(SubjectId)),
            ("subject_type", Text(SubjectType)),
        ];

    private static string Number(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "null";

    private static string Text(string? value) => value is null ? "null" : $"\"{value}\"";
}
