using Kiket.Domain.Common;

namespace Kiket.Domain.Extensions;

/// <summary>A reference to an extension in a path: the id of an installation, or the manifest's id.</summary>
internal readonly record struct ExtensionRef
{
    private ExtensionRef(ExtensionId? id, string? key) => (Id, Key) = (id, key);

    /// <summary>The installation's id, or null when a manifest's id was given.</summary>
    public ExtensionId? Id { get; }

    /// <summary>The manifest's id, or null when an installation's id was given.</summary>
    public string? Key { get; }

    /// <summary>An installation by id.</summary>
    /// <param name="id">The id.</param>
    public static ExtensionRef Of(ExtensionId id) => new(id, null);

    /// <summary>Reads a reference. Digits are an installation's id, all else is a manifest's.</summary>
    /// <param name="text">The text.</param>
    /// <param name="reference">The reference.</param>
    /// <returns>False only for an empty text.</returns>
    public static bool TryParse(string? text, out ExtensionRef reference)
    {
        reference = WireId.TryParse(text, out ExtensionId id) ? new(id, null) : new(null, text);
        return !string.IsNullOrWhiteSpace(text);
    }

    /// <inheritdoc/>
    public override string ToString() => Id?.ToString() ?? Key ?? "";
}
