using System.Globalization;
using System.Text.Json.Serialization;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;

namespace Kiket.Application.Extensions;

/// <summary>
/// A secret as clients see one. Every member is a text or null, because one SDK reads nothing else (contract, section 12.3).
/// </summary>
internal sealed record SecretDto
{
    public required string Key { get; init; }

    /// <summary>The value itself, in the answer that gives it only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Value { get; init; }

    /// <summary>For whom it is.</summary>
    public required string Scope { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When the value was last replaced; null while it is the first.</summary>
    public required DateTimeOffset? RotatedAt { get; init; }

    /// <summary>How often the value was replaced.</summary>
    public required string RotationCount { get; init; }

    [JsonIgnore]
    public bool IsNew { get; init; }

    internal static SecretDto Of(ExtensionSecret secret, string? value = null, bool isNew = false) =>
        new()
        {
            Key = secret.Key,
            Value = value,
            Scope = WireName.Of(secret.Scope),
            CreatedAt = secret.CreatedAt,
            UpdatedAt = secret.UpdatedAt,
            RotatedAt = secret.RotatedAt,
            RotationCount = secret.RotationCount.ToString(CultureInfo.InvariantCulture),
            IsNew = isNew,
        };
}

/// <summary>A secret in a list.</summary>
internal sealed record SecretKeyDto(string Key, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);
