using Kiket.Domain.Common;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Kiket.Infrastructure.Definitions;

/// <summary>A value in a YAML text and where it stands.</summary>
/// <param name="Size">How many values it holds, itself included and aliases written out.</param>
/// <param name="Height">How many levels of values are below it, aliases written out.</param>
internal abstract record YamlNode(int Line, int Column, int Size, int Height);

internal sealed record YamlText(int Line, int Column, string Value, bool IsPlain) : YamlNode(Line, Column, 1 + (Value.Length / SizeUnit), 0)
{
    /// <summary>A long text counts as several values, so that aliases of one cannot add up without end.</summary>
    private const int SizeUnit = 64;

    public bool IsNull => IsPlain && Value is "" or "~" or "null" or "Null" or "NULL";

    /// <summary>Whether there is nothing to see.</summary>
    public bool IsBlank => UnicodeText.IsBlank(Value);

    /// <summary>The value as it stands in a sentence about it: not longer than the sentence.</summary>
    public string Shown => Value.Length <= 80 ? Value : Value[..80] + "…";
}

internal sealed record YamlList(int Line, int Column, int Size, int Height, IReadOnlyList<YamlNode> Items)
    : YamlNode(Line, Column, Size, Height);

internal sealed record YamlMap(int Line, int Column, int Size, int Height, IReadOnlyList<YamlEntry> Entries)
    : YamlNode(Line, Column, Size, Height)
{
    /// <summary>A map that is not there, at the place where it is missed.</summary>
    public static YamlMap EmptyAt(YamlNode node) => new(node.Line, node.Column, 1, 0, []);

    public YamlEntry? Find(string key) => Entries.FirstOrDefault(e => e.Key.Value == key);
}

internal sealed record YamlEntry(YamlText Key, YamlNode Value);

/// <summary>Something wrong in a YAML text.</summary>
internal sealed record YamlFault(int Line, int Column, string Message);

/// <summary>
/// A YAML text as values with their places. Everything is bounded, so that no text of a few bytes can take the server's memory or
/// stack: its depth, and its size with the aliases written out.
/// </summary>
/// <param name="Root">The first document; null when the text holds none or cannot be read.</param>
/// <param name="Broken">Why the text cannot be read, or null.</param>
/// <param name="Doubtful">What can be read, but only by guessing which of two things is meant.</param>
internal sealed record YamlTree(YamlNode? Root, YamlFault? Broken, IReadOnlyList<YamlFault> Doubtful)
{
    // JSON's readers and writers stop at 64, and values from here stand some levels deep in answers.
    public const int MaxDepth = 48;
    public const int MaxSize = 100_000;

    public static YamlTree Read(string text)
    {
        var composer = new Composer(text);
        try
        {
            var root = composer.ReadAll();
            return new(root, null, composer.Doubtful);
        }
        catch (YamlException e)
        {
            return new(null, new((int)e.Start.Line, (int)e.Start.Column, Sentence(e.Message)), []);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            // The scanner has corners where it fails by accident instead of refusing the text.
            var (line, column) = composer.Place;
            return new(null, new(line, column, "The text is not YAML."), []);
        }
    }

    private static string Sentence(string message) =>
        message.Length == 0 ? "The text is not YAML." : char.ToUpperInvariant(message[0]) + message[1..].TrimEnd('.') + ".";

    private sealed class Composer(string text)
    {
        private readonly Parser parser = new(new StringReader(text));
        private readonly Dictionary<AnchorName, YamlNode> anchors = [];

        public List<YamlFault> Doubtful { get; } = [];

        public (int Line, int Column) Place => parser.Current is { } at ? ((int)at.Start.Line, (int)at.Start.Column) : (1, 1);

        public YamlNode? ReadAll()
        {
            YamlNode? root = null;
            parser.Consume<StreamStart>();
            for (var first = true; parser.TryConsume<DocumentStart>(out var start); first = false)
            {
                if (!first)
                    Doubtful.Add(new((int)start.Start.Line, (int)start.Start.Column, "The file holds a second document; only one is read."));
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
                    ?? throw new YamlException(at, at, $"There is no finished anchor '{alias.Value}' before this place"),
                Scalar scalar => TextOf(scalar),
                SequenceStart => ReadList(at, depth),
                MappingStart => ReadMap(at, depth),
                _ => throw new YamlException(at, at, "The text is not YAML"),
            };
            if (depth + node.Height > MaxDepth)
                throw TooDeep(at);
            if (start is NodeEvent { Anchor.IsEmpty: false } anchored)
                anchors[anchored.Anchor] = node;
            return node;
        }

        private static YamlException TooDeep(Mark at) => new(at, at, $"Values are nested more than {MaxDepth} deep");

        private static YamlText TextOf(Scalar scalar)
        {
            // No database stores U+0000 in text, and half a surrogate pair is no character.
            if (scalar.Value.Contains('\0') || HasHalfPair(scalar.Value))
                throw new YamlException(scalar.Start, scalar.End, "A text holds U+0000 or half a surrogate pair");
            return new((int)scalar.Start.Line, (int)scalar.Start.Column, UnicodeText.Clean(scalar.Value), scalar.Style is ScalarStyle.Plain);
        }

        private YamlList ReadList(Mark at, int depth)
        {
            List<YamlNode> items = [];
            var size = 1;
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(ReadNode(depth + 1));
                size = Grow(size, items[^1]);
            }

            return new((int)at.Line, (int)at.Column, size, items.Count == 0 ? 0 : 1 + items.Max(i => i.Height), items);
        }

        private YamlMap ReadMap(Mark at, int depth)
        {
            Dictionary<string, YamlEntry> entries = new(StringComparer.Ordinal);
            List<YamlEntry> ordered = [], merged = [];
            var (size, height) = (1, 0);
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var key = ReadNode(depth + 1);
                var value = ReadNode(depth + 1);
                size = Grow(Grow(size, key), value);
                height = int.Max(height, 1 + int.Max(key.Height, value.Height));
                if (key is not YamlText text)
                    Doubtful.Add(new(key.Line, key.Column, "A key that is not a text is not read."));
                else if (text is { Value: "<<", IsPlain: true })
                    merged.AddRange(Sources(value).SelectMany(m => m.Entries));
                else if (entries.TryAdd(text.Value, new(text, value)))
                    ordered.Add(entries[text.Value]);
                else
                    Doubtful.Add(new(text.Line, text.Column, $"The key '{text.Shown}' stands twice; the first is in line {entries[text.Value].Key.Line}."));
            }

            // What a map says itself goes before what it merges in, and the first source before the next (yaml.org/type/merge.html).
            ordered.AddRange(merged.Where(e => entries.TryAdd(e.Key.Value, e)));
            return new((int)at.Line, (int)at.Column, size, height, ordered);
        }

        private static IEnumerable<YamlMap> Sources(YamlNode value) => value switch
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
                throw new YamlException(at, at, $"The file holds more than {MaxSize} values, its aliases written out");
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
