using System.Globalization;
using System.Text.Json.Serialization;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;

namespace Kiket.Application.Extensions;

/// <summary>
/// A secret as clients see it. Every member is a string or null, because one SDK accepts nothing else (contract, section 12.3).
/// </summary>
internal sealed record SecretDto
{
    public required string Key { get; init; }

    /// <summary>The value; only in the answer of a read.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Value { get; init; }

    /// <summary>Its scope.</summary>
    public required string Scope { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When the value was last replaced; null if never.</summary>
    public required DateTimeOffset? RotatedAt { get; init; }

    /// <summary>How many times the value was replaced.</summary>
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
