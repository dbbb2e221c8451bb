using System.Text.RegularExpressions;

namespace Kiket.Architecture.Tests;

/// <summary>A source file of a project.</summary>
/// <param name="Path">Its path below the project's folder, with slashes.</param>
/// <param name="Text">Its text.</param>
internal sealed record SourceFile(string Path, string Text)
{
    /// <summary>The first folder below the project; null for a file beside the project file.</summary>
    public string? Folder =>
        Path.Contains('/', StringComparison.Ordinal) ? Path[..Path.IndexOf('/', StringComparison.Ordinal)] : null;
}

/// <summary>One folder uses another, in these files.</summary>
internal sealed record FolderUse(string From, string To, IReadOnlyList<string> Files)
{
    public override string ToString() => $"{From} → {To} ({string.Join(", ", Files)})";
}

/// <summary>
/// Which folders of a project use each other: by <c>using</c> lines (also static ones and aliases) and by qualified names in
/// code, such as <c>Domain.Issues.Issue</c> or <c>Issues.Issue</c>. Comments do not count.
/// </summary>
internal sealed partial class FolderGraph
{
    private readonly Dictionary<string, HashSet<string>> reached;

    private FolderGraph(IReadOnlyList<string> folders, IReadOnlyList<FolderUse> uses)
    {
        Folders = folders;
        Uses = uses;
        reached = folders.ToDictionary(folder => folder, ReachedFrom);
    }

    public IReadOnlyList<string> Folders { get; }

    public IReadOnlyList<FolderUse> Uses { get; }

    /// <summary>The graph of a project.</summary>
    /// <param name="project">Its name, which is its root namespace: <c>Kiket.Domain</c>.</param>
    /// <param name="files">Its files.</param>
    public static FolderGraph Of(string project, IReadOnlyCollection<SourceFile> files)
    {
        var folders = files.Select(f => f.Folder).OfType<string>().Distinct().Order(StringComparer.Ordinal).ToList();
        var types = files
            .Where(f => f.Folder is not null)
            .SelectMany(f => Declaration().Matches(f.Text).Select(m => (f.Folder!, m.Groups[1].Value)))
            .ToHashSet();
        var root = $"(?:Kiket\\.)?{project.Split('.')[^1]}\\.";
        var names = new Regex(
            $@"(?<![\w.])(?<root>(?:global::)?{root})?(?<folder>{string.Join('|', folders)})(?:\.(?<type>\w+))?\b"
        );

        var uses =
            from file in files
            where file.Folder is not null
            from name in names.Matches(WithoutComments(file.Text))
            let to = name.Groups["folder"].Value
            where to != file.Folder && (name.Groups["root"].Success || types.Contains((to, name.Groups["type"].Value)))
            group file.Path by (From: file.Folder, To: to) into use
            orderby use.Key
            select new FolderUse(use.Key.From, use.Key.To, [.. use.Distinct().Order(StringComparer.Ordinal)]);
        return new(folders, [.. uses]);
    }

    /// <summary>Each set of folders that lead to one another, and the uses that make it.</summary>
    public IReadOnlyList<string> Circles() =>
        [
            .. Uses.Where(use => reached[use.To].Contains(use.From))
                .GroupBy(use =>
                    string.Join(", ", Folders.Where(f => reached[f].Contains(use.From) && reached[use.From].Contains(f)))
                )
                .Select(circle => $"{circle.Key}: {string.Join("; ", circle)}"),
        ];

    private HashSet<string> ReachedFrom(string folder)
    {
        HashSet<string> seen = [];
        var open = new Stack<string>([folder]);
        while (open.TryPop(out var from))
        {
            foreach (var use in Uses.Where(use => use.From == from && seen.Add(use.To)))
                open.Push(use.To);
        }

        return seen;
    }

    /// <summary>
    /// Strings stay, because interpolated ones hold code; they are matched so that a <c>//</c> in one is not a comment.
    /// </summary>
    private static string WithoutComments(string text) =>
        CommentOrText().Replace(text, match => match.Value.StartsWith('/') ? "" : match.Value);

    [GeneratedRegex(@"\b(?:class|record(?: struct)?|struct|interface|enum|delegate [\w<>?]+) (\w+)")]
    private static partial Regex Declaration();

    [GeneratedRegex(
        """//[^\n]*|/\*.*?\*/|("{3,}).*?\1|@\$?"(?:""|[^"])*"|\$@"(?:""|[^"])*"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\])'""",
        RegexOptions.Singleline
    )]
    private static partial Regex CommentOrText();
}
