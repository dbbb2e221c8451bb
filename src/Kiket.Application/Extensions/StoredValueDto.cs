using System.Text.Json;
using Kiket.Application.Common;
using Kiket.Domain.Extensions;

namespace Kiket.Application.Extensions;

/// <summary>A stored value of an extension (decisions, 28).</summary>
internal sealed record StoredValueDto : IVersioned
{
    public required string Key { get; init; }

    /// <summary>Any JSON.</summary>
    public required JsonElement Value { get; init; }

    public required int SizeBytes { get; init; }

    public required int Version { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    internal static StoredValueDto Of(StoredValue value)
    {
        using var document = JsonDocument.Parse(value.Json);
        return new()
        {
            Key = value.Key,
            Value = document.RootElement.Clone(),
            SizeBytes = value.SizeBytes,
            Version = value.Version,
            CreatedAt = value.CreatedAt,
            UpdatedAt = value.UpdatedAt,
        };
    }
}

/// <summary>A stored value in a list, without the value itself.</summary>
internal sealed record StoredKeyDto(string Key, int SizeBytes, int Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);
