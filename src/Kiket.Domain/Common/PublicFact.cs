namespace Kiket.Domain.Common;

/// <summary>The public form of a domain event: its name and its special data.</summary>
/// <param name="Name">One of <see cref="EventNames"/>.</param>
internal sealed record PublicFact(string Name)
{
    /// <summary>Key of the state that was left, or null.</summary>
    public string? From { get; init; }

    /// <summary>Key of the state that was entered or begun in, or the state of a service level; or null.</summary>
    public string? To { get; init; }

    /// <summary>The fields before and after.</summary>
    public IReadOnlyList<FieldChange> Changes { get; init; } = [];

    /// <summary>Data that only this kind of event has, by wire name.</summary>
    public IReadOnlyDictionary<string, object?> More { get; init; } = new Dictionary<string, object?>();
}
