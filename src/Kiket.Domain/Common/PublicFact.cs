using System.Text.Json;

namespace Kiket.Domain.Common;

/// <summary>What subscribers hear of a domain event: its public name, and what is special about it.</summary>
/// <param name="Name">One of <see cref="EventNames"/>.</param>
internal sealed record PublicFact(string Name)
{
    /// <summary>Key of the state that was left, or null.</summary>
    public string? From { get; init; }

    /// <summary>Key of the state that was entered or begun in, or the state of a service level; or null.</summary>
    public string? To { get; init; }

    /// <summary>The fields before and after.</summary>
    public IReadOnlyList<FieldChange> Changes { get; init; } = [];

    /// <summary>What only this kind of event says, by wire name.</summary>
    public IReadOnlyDictionary<string, JsonElement> More { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Values for <see cref="More"/>.</summary>
    internal static IReadOnlyDictionary<string, JsonElement> Json(params IEnumerable<(string Name, object? Value)> values) =>
        values.ToDictionary(v => v.Name, v => JsonSerializer.SerializeToElement(v.Value), StringComparer.Ordinal);
}
