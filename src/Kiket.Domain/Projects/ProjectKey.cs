using Kiket.Domain.Common;

namespace Kiket.Domain.Projects;

/// <summary>
/// A project's key: an upper-case letter, then upper-case letters and digits; the first part of every issue key.
/// </summary>
internal static class ProjectKey
{
    /// <summary>Longest key, in characters.</summary>
    public const int MaxLength = 32;

    /// <summary>Whether a text is a project key. Source: contract, section 6.</summary>
    /// <param name="text">The text.</param>
    public static bool IsValid(string? text) =>
        text is { Length: > 0 and <= MaxLength }
        && char.IsAsciiLetterUpper(text[0])
        && text.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c));

    /// <summary>Derives a key from a project's name: its letters and digits, in upper case.</summary>
    /// <param name="name">The name.</param>
    /// <returns>A valid key of at most ten characters; <c>PROJECT</c> when the name has no usable letter.</returns>
    public static string From(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var key = new string([.. name.ToUpperInvariant().Where(char.IsAsciiLetterOrDigit).SkipWhile(char.IsAsciiDigit).Take(10)]);
        return key.Length == 0 ? "PROJECT" : key;
    }
}

/// <summary>A reference to a project in a path or parameter: its id or its key.</summary>
internal readonly record struct ProjectRef
{
    private ProjectRef(ProjectId? id, string? key) => (Id, Key) = (id, key);

    /// <summary>The id, or null when a key was given.</summary>
    public ProjectId? Id { get; }

    /// <summary>The key, or null when an id was given.</summary>
    public string? Key { get; }

    /// <summary>A project by id.</summary>
    /// <param name="id">The id.</param>
    public static ProjectRef Of(ProjectId id) => new(id, null);

    /// <summary>Reads a reference. Digits are an id, all else is a key, case-insensitive.</summary>
    /// <param name="text">The text.</param>
    /// <param name="reference">The reference.</param>
    /// <returns>False only for an empty text.</returns>
    public static bool TryParse(string? text, out ProjectRef reference)
    {
        reference = WireId.TryParse(text, out ProjectId id) ? new(id, null) : new(null, text?.ToUpperInvariant());
        return !string.IsNullOrWhiteSpace(text);
    }

    /// <inheritdoc/>
    public override string ToString() => Id?.ToString() ?? Key ?? "";
}
