using Kiket.Domain.Common;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Kiket.Infrastructure.Yaml;

/// <summary>A value in a YAML text and its position.</summary>
/// <param name="Size">The number of values in it, including itself, with aliases expanded.</param>
/// <param name="Height">The number of levels below it, with aliases expanded.</param>
internal abstract record YamlNode(int Line, int Column, int Size, int Height);

internal sealed record YamlText(int Line, int Column, string Value, bool IsPlain)
    : YamlNode(Line, Column, 1 + (Value.Length / SizeUnit), 0)
{
    /// <summary>A long text counts as several values, so that repeated aliases of it reach the limit.</summary>
    private const int SizeUnit = 64;

    public bool IsNull => IsPlain && Value is "" or "~" or "null" or "Null" or "NULL";

    /// <summary>Whether it is null or blank.</summary>
    public bool IsBlank => UnicodeText.IsBlank(Value);

    /// <summary>The value for use in a message, shortened if necessary.</summary>
    public string Shown => UnicodeText.Shorten(Value);
}

internal sealed record YamlList(int Line, int Column, int Size, int Height, IReadOnlyList<YamlNode> Items)
    : YamlNode(Line, Column, Size, Height);

internal sealed record YamlMap(int Line, int Column, int Size, int Height, IReadOnlyList<YamlEntry> Entries)
    : YamlNode(Line, Column, Size, Height)
{
    /// <summary>A placeholder for a missing map, at the position where it is expected.</summary>
    public static YamlMap EmptyAt(YamlNode node) => new(node.Line, node.Column, 1, 0, []);

    public YamlEntry? Find(string key) => Entries.FirstOrDefault(e => e.Key.Value == key);
}

internal sealed record YamlEntry(YamlText Key, YamlNode Value);

/// <summary>An error in a YAML text.</summary>
internal sealed record YamlFault(int Line, int Column, string Message);

/// <summary>
/// A YAML text as values with their positions. Its depth and its size with expanded aliases are bounded, so that no short text
/// can exhaust the server's memory or stack.
/// </summary>
/// <param name="Root">The first document; null when the text is empty or cannot be read.</param>
/// <param name="Broken">Why the text cannot be read, or null.</param>
/// <param name="Warnings">Ambiguities that were resolved by a guess.</param>
internal sealed record YamlTree(YamlNode? Root, YamlFault? Broken, IReadOnlyList<YamlFault> Warnings)
{
    // JSON's readers and writers stop at 64, and these values are nested some levels deep in responses.
    public const int MaxDepth = 48;
    public const int MaxSize = 100_000;

    public static YamlTree Read(string text)
    {
        var composer = new Composer(text);
        try
        {
            var root = composer.ReadAll();
            return new(root, null, composer.Warnings);
        }
        catch (YamlException e)
        {
            return new(null, composer.CauseOf(e), []);
        }
        catch (Exception e)
            when (e
                    is ArgumentException
                        or InvalidOperationException
                        or FormatException
                        or OverflowException
                        or IndexOutOfRangeException
            )
        {
            // In some cases the scanner throws an unrelated exception instead of rejecting the text; an unclosed bracket is one
            // of them.
            var (line, column) = composer.Place;
            return new(
                null,
                composer.Unclosed ?? composer.FindUnclosed() ?? new(line, column, "The text is not valid YAML."),
                []
            );
        }
    }

    private static string Sentence(string message) =>
        message.Length == 0 ? "The text is not valid YAML." : char.ToUpperInvariant(message[0]) + message[1..].TrimEnd('.') + ".";

    private sealed class Composer(string text)
    {
        private readonly Parser parser = new(new StringReader(text));
        private readonly Dictionary<AnchorName, YamlNode> anchors = [];
        private readonly Stack<(char Bracket, Mark At)> open = [];

        public List<YamlFault> Warnings { get; } = [];

        public (int Line, int Column) Place => parser.Current is { } at ? ((int)at.Start.Line, (int)at.Start.Column) : (1, 1);

        /// <summary>The innermost bracket that is open, or null. The parser fails one event ahead of the last value.</summary>
        public YamlFault? Unclosed =>
            parser.Current switch
            {
                MappingStart { Style: MappingStyle.Flow } map => UnclosedAt('{', map.Start.Line, map.Start.Column),
                SequenceStart { Style: SequenceStyle.Flow } list => UnclosedAt('[', list.Start.Line, list.Start.Column),
                var last when open.Skip(last is MappingEnd or SequenceEnd ? 1 : 0).Take(1).ToList() is [var (bracket, at)] =>
                    UnclosedAt(bracket, at.Line, at.Column),
                _ => null,
            };

        /// <summary>
        /// The parser's error, at the position that must be corrected: it often notices a tab or a missing bracket only lines
        /// later.
        /// </summary>
        public YamlFault CauseOf(YamlException failure)
        {
            var place = new YamlFault((int)failure.Start.Line, (int)failure.Start.Column, Sentence(failure.Message));
            if (failure.Message.Contains("tab", StringComparison.Ordinal))
                return FindTab(int.Max(place.Line, (int)(parser.Current?.End.Line ?? 1))) ?? place;
            return failure.Message.Contains("did not find expected ','", StringComparison.Ordinal) ? Unclosed ?? place : place;
        }

        private static YamlFault UnclosedAt(char bracket, long line, long column) =>
            new((int)line, (int)column, $"The '{bracket}' opened on line {line} is not closed.");

        /// <summary>
        /// The first unclosed bracket after a position, for failures of the scanner that do not mention it.
        /// </summary>
        public YamlFault? FindUnclosed()
        {
            Stack<(char Bracket, int Line, int Column)> brackets = [];
            var (number, quote) = (0, '\0');
            foreach (var line in text.AsSpan().EnumerateLines())
            {
                if (++number < Place.Line)
                    continue;
                for (var i = 0; i < line.Length; i++)
                {
                    var (c, isFirst) = (line[i], i == 0 || line[i - 1] is ' ' or '[' or '{' or ',' or ':');
                    if (quote != '\0')
                        quote = c == quote ? '\0' : quote;
                    else if (c is '"' or '\'' && isFirst)
                        quote = c;
                    else if (c is '#' && isFirst)
                        break;
                    else if (c is '{' or '[')
                        brackets.Push((c, number, i + 1));
                    else if (c is '}' or ']')
                        brackets.TryPop(out _);
                }
            }

            return brackets.LastOrDefault() is { Line: > 0 } first ? UnclosedAt(first.Bracket, first.Line, first.Column) : null;
        }

        private YamlFault? FindTab(int firstLine)
        {
            var number = 0;
            foreach (var line in text.AsSpan().EnumerateLines())
            {
                var indent = line[..^line.TrimStart(" \t").Length];
                if (++number >= firstLine && indent.IndexOf('\t') is var tab and >= 0)
                    return new(number, tab + 1, "This line is indented with a tab; YAML must be indented with spaces.");
            }

            return null;
        }

        public YamlNode? ReadAll()
        {
            YamlNode? root = null;
            parser.Consume<StreamStart>();
            for (var first = true; parser.TryConsume<DocumentStart>(out var start); first = false)
            {
                if (!first)
                    Warnings.Add(
                        new(
                            (int)start.Start.Line,
                            (int)start.Start.Column,
                            "The file contains a second document; only the first one is read."
                        )
                    );
                anchors.Clear();
                var node = ReadNode(0);
                root ??= node;
                parser.Consume<DocumentEnd>();
            }

            return root;
        }

        private YamlNode ReadNode(int depth)
        {
            var start = parser.Consume<ParsingEvent>();
            var at = start.Start;
            if (depth > MaxDepth)
                throw TooDeep(at);
            var node = start switch
            {
                AnchorAlias alias => anchors.GetValueOrDefault(alias.Value)
                    ?? throw new YamlException(
                        at,
                        at,
                        $"The anchor '{alias.Value}' is not defined, or not complete, at this point"
                    ),
                Scalar scalar => TextOf(scalar),
                SequenceStart list => ReadList(at, depth, list.Style is SequenceStyle.Flow),
                MappingStart map => ReadMap(at, depth, map.Style is MappingStyle.Flow),
                _ => throw new YamlException(at, at, "The text is not valid YAML"),
            };
            if (depth + node.Height > MaxDepth)
                throw TooDeep(at);
            if (start is NodeEvent { Anchor.IsEmpty: false } anchored)
                anchors[anchored.Anchor] = node;
            return node;
        }

        private static YamlException TooDeep(Mark at) => new(at, at, $"Values are nested more than {MaxDepth} levels deep");

        private static YamlText TextOf(Scalar scalar)
        {
            // No database stores U+0000 in text, and half a surrogate pair is not a character.
            if (scalar.Value.Contains('\0') || HasHalfPair(scalar.Value))
                throw new YamlException(scalar.Start, scalar.End, "A string contains U+0000 or half a surrogate pair");
            return new(
                (int)scalar.Start.Line,
                (int)scalar.Start.Column,
                UnicodeText.Clean(scalar.Value),
                scalar.Style is ScalarStyle.Plain
            );
        }

        private YamlList ReadList(Mark at, int depth, bool isFlow)
        {
            List<YamlNode> items = [];
            var size = 1;
            if (isFlow)
                open.Push(('[', at));
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(ReadNode(depth + 1));
                size = Grow(size, items[^1]);
            }

            if (isFlow)
                open.Pop();
            return new((int)at.Line, (int)at.Column, size, items.Count == 0 ? 0 : 1 + items.Max(i => i.Height), items);
        }

        private YamlMap ReadMap(Mark at, int depth, bool isFlow)
        {
            Dictionary<string, YamlEntry> entries = new(StringComparer.Ordinal);
            List<YamlEntry> ordered = [],
                merged = [];
            var (size, height) = (1, 0);
            if (isFlow)
                open.Push(('{', at));
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var key = ReadNode(depth + 1);
                var value = ReadNode(depth + 1);
                size = Grow(Grow(size, key), value);
                height = int.Max(height, 1 + int.Max(key.Height, value.Height));
                if (key is not YamlText text)
                    Warnings.Add(new(key.Line, key.Column, "A key that is not a string is ignored."));
                else if (text is { Value: "<<", IsPlain: true })
                    merged.AddRange(Sources(value).SelectMany(m => m.Entries));
                else if (entries.TryAdd(text.Value, new(text, value)))
                    ordered.Add(entries[text.Value]);
                else
                    Warnings.Add(
                        new(
                            text.Line,
                            text.Column,
                            $"The key '{text.Shown}' is listed twice; the first is on line {entries[text.Value].Key.Line}."
                        )
                    );
            }

            if (isFlow)
                open.Pop();

            // A map's own values take precedence over merged ones, and earlier sources over later ones
            // (yaml.org/type/merge.html).
            ordered.AddRange(merged.Where(e => entries.TryAdd(e.Key.Value, e)));
            return new((int)at.Line, (int)at.Column, size, height, ordered);
        }

        private static IEnumerable<YamlMap> Sources(YamlNode value) =>
            value switch
            {
                YamlMap map => [map],
                YamlList list => list.Items.OfType<YamlMap>(),
                _ => [],
            };

        private int Grow(int size, YamlNode by)
        {
            if (size + by.Size > MaxSize)
            {
                var at = parser.Current!.Start;
                throw new YamlException(at, at, $"The file contains more than {MaxSize} values once its aliases are expanded");
            }

            return size + by.Size;
        }

        private static bool HasHalfPair(string value)
        {
            for (var i = 0; i < value.Length; i++)
            {
                if (!char.IsSurrogate(value[i]))
                    continue;
                if (i + 1 == value.Length || !char.IsSurrogatePair(value[i], value[i + 1]))
                    return true;
                i++;
            }

            return false;
        }
    }
}
