using System.Globalization;
using System.Text.Json.Serialization;
using Kiket.Domain.Common;

namespace Kiket.Domain.Definitions;

/// <summary>
/// A file of a definition pack, kept unchanged, so that later versions can read unsupported parts without another import.
/// </summary>
internal sealed class DefinitionFile : AggregateRoot<long>
{
    /// <summary>Longest path, in characters.</summary>
    public const int MaxPathLength = 400;

    /// <summary>Longest <see cref="Source"/>, in characters.</summary>
    public const int MaxSourceLength = 400;

    private DefinitionFile() { }

    /// <summary>The project that the pack describes.</summary>
    public ProjectId ProjectId { get; private set; }

    /// <summary>Path in the pack, such as <c>.kiket/workflows/bug.yaml</c>.</summary>
    public string Path { get; private set; } = "";

    /// <summary>The text of the file.</summary>
    public string Content { get; private set; } = "";

    /// <summary>Where its text came from: <c>api</c>, or the name of a folder.</summary>
    public string Source { get; private set; } = "";

    /// <summary>The reader's findings that are not errors.</summary>
    public IReadOnlyList<DefinitionNote> Warnings { get; private set; } = [];

    /// <summary>Keeps a file.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="path">Path in the pack.</param>
    /// <param name="content">Its text.</param>
    /// <param name="source">Where the text came from.</param>
    /// <param name="warnings">What the reader noticed.</param>
    /// <param name="at">Instant of the import.</param>
    public static DefinitionFile Keep(
        OrganizationId organizationId,
        ProjectId projectId,
        string path,
        string content,
        string source,
        IReadOnlyList<DefinitionNote> warnings,
        DateTimeOffset at
    )
    {
        var file = new DefinitionFile
        {
            OrganizationId = organizationId,
            ProjectId = projectId,
            Path = path,
            Content = content,
            Source = source,
            Warnings = warnings,
        };
        file.Created(at);
        return file;
    }

    /// <summary>Takes the file's new text.</summary>
    /// <param name="content">The text.</param>
    /// <param name="source">Where it came from; kept only when something changed.</param>
    /// <param name="warnings">What the reader noticed.</param>
    /// <param name="at">Instant of the import.</param>
    /// <returns>Whether anything changed.</returns>
    public bool Replace(string content, string source, IReadOnlyList<DefinitionNote> warnings, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(warnings);
        if (Content == content && Warnings.SequenceEqual(warnings))
            return false;
        Content = content;
        Source = source;
        Warnings = warnings;
        Touch(at);
        return true;
    }
}

/// <summary>A message about a position in a definition file.</summary>
/// <param name="File">Path in the pack.</param>
/// <param name="Line">Line, from 1; 0 for the file as a whole.</param>
/// <param name="Column">Column, from 1; 0 for the file as a whole.</param>
/// <param name="Message">A sentence for people.</param>
internal sealed record DefinitionNote(string File, int Line, int Column, string Message)
{
    /// <summary>File, line and column as compilers write them: <c>.kiket/workflows/bug.yaml:12:9</c>.</summary>
    [JsonIgnore]
    public string Place => string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}:{Column}");
}
