using Kiket.Domain.Common;

namespace Kiket.Domain.Issues;

/// <summary>A reference to an issue in a path: its id or its key.</summary>
internal readonly record struct IssueRef
{
    private IssueRef(IssueId? id, string? key) => (Id, Key) = (id, key);

    /// <summary>The id, or null when a key was given.</summary>
    public IssueId? Id { get; }

    /// <summary>The key in upper case, such as <c>LEGAL-42</c>, or null when an id was given.</summary>
    public string? Key { get; }

    /// <summary>An issue by id.</summary>
    /// <param name="id">The id.</param>
    public static IssueRef Of(IssueId id) => new(id, null);

    /// <summary>Reads a reference. Digits are an id, all else is a key, case-insensitive.</summary>
    /// <param name="text">The text.</param>
    /// <param name="reference">The reference.</param>
    /// <returns>False only for an empty text.</returns>
    public static bool TryParse(string? text, out IssueRef reference)
    {
        reference = WireId.TryParse(text, out IssueId id) ? new(id, null) : new(null, text?.ToUpperInvariant());
        return !string.IsNullOrWhiteSpace(text);
    }

    /// <inheritdoc/>
    public override string ToString() => Id?.ToString() ?? Key ?? "";
}
