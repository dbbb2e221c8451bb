using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kiket.Application.Definitions;
using Kiket.Domain.Common;
using Kiket.Domain.Definitions;

namespace Kiket.Infrastructure.Yaml;

/// <summary>
/// The findings about a pack while it is read. Bounded, so that a file full of nonsense cannot fill the response.
/// </summary>
internal sealed class Findings
{
    private const int Max = 1000;

    private readonly List<DefinitionNote> errors = [];
    private readonly List<DefinitionNote> warnings = [];
    private readonly HashSet<DefinitionNote> knownErrors = [];
    private readonly HashSet<DefinitionNote> knownWarnings = [];

    /// <summary>The errors that make the pack unusable, by file and line.</summary>
    public IReadOnlyList<DefinitionNote> Errors => InOrder(errors);

    public IReadOnlyList<DefinitionNote> Warnings => InOrder(warnings);

    public void AddError(DefinitionNote error) => Add(errors, knownErrors, error);

    public void Warn(DefinitionNote warning) => Add(warnings, knownWarnings, warning);

    private static void Add(List<DefinitionNote> notes, HashSet<DefinitionNote> known, DefinitionNote note)
    {
        if (notes.Count > Max || !known.Add(note))
            return; // enough findings, or two readers read the same value
        if (notes.Count < Max)
            notes.Add(note);
        else
            notes.Add(note with { Message = "Too many findings; the rest are not listed." });
    }

    private static List<DefinitionNote> InOrder(List<DefinitionNote> notes) =>
        [.. notes.OrderBy(n => n.File, StringComparer.Ordinal).ThenBy(n => n.Line).ThenBy(n => n.Column)];
}

/// <summary>One file of a pack: reads values from its tree and reports errors with their positions.</summary>
/// <param name="isTolerant">Whether errors are warnings, because the project works without the file.</param>
internal sealed partial class FileReading(DefinitionText file, YamlNode? root, Findings findings, bool isTolerant = false)
{
    /// <summary>How many errors were turned into warnings, because the file is read tolerantly.</summary>
    public int ToleratedErrors { get; private set; }

    public string Path => file.Path;

    public bool IsStrict => file.IsStrict;

    /// <summary>The same file, with errors reported as warnings.</summary>
    public FileReading AsTolerant() => new(file, root, findings, isTolerant: true);

    public string Content => file.Content;

    /// <summary>The content of the file; null when it is empty.</summary>
    public YamlNode? Whole => root;

    /// <summary>The top-level map, empty for an empty file. Unknown sections are warnings.</summary>
    public YamlMap Root(params ReadOnlySpan<string> known) => Root(rules: [], known);

    /// <summary>The top-level map of a file whose sections contain rules.</summary>
    public YamlMap Root(ReadOnlySpan<string> rules, ReadOnlySpan<string> others)
    {
        var map = MapOf(root ?? new YamlText(1, 1, "", true), "The file");
        RejectMisspelled(map, rules, others);
        if (map.Find("model_version")?.Value is { } version and not YamlText { Value: "1.0" or "1" })
            AddError(version, "model_version must be 1.0.");
        return map;
    }

    public void AddError(YamlNode at, string message)
    {
        if (!isTolerant)
        {
            findings.AddError(NoteAt(at, message));
            return;
        }

        ToleratedErrors++;
        findings.Warn(NoteAt(at, message));
    }

    /// <summary>
    /// Reports the domain's errors, which name a part by its position: <c>transitions[2].approvals[0].required</c>.
    /// </summary>
    /// <param name="placeOf">The position of an item, by the name of its list and its index.</param>
    /// <param name="elsewhere">The position for errors of the whole; the file by default.</param>
    public void AddError(IEnumerable<ErrorDetail> errors, Func<string, int, YamlNode> placeOf, YamlNode? elsewhere = null)
    {
        foreach (var error in errors)
            AddError(
                Position().Match(error.Field) is { Success: true, Groups: var part }
                    ? placeOf(part[1].Value, int.Parse(part[2].ValueSpan, CultureInfo.InvariantCulture))
                    : elsewhere ?? root ?? new YamlText(1, 1, "", true),
                error.Message
            );
    }

    public void Warn(YamlNode at, string message) => findings.Warn(NoteAt(at, message));

    /// <summary>
    /// Reports what would silently weaken a rule: an error, or a warning in a file that is read leniently, whose message can
    /// differ.
    /// </summary>
    public void Reject(YamlNode at, string message, string? leniently = null)
    {
        if (file.IsStrict)
            AddError(at, message);
        else
            Warn(at, leniently ?? message);
    }

    public DefinitionNote NoteAt(YamlNode at, string message) => new(Path, at.Line, at.Column, message);

    /// <summary>A map; null means an empty one.</summary>
    public YamlMap MapOf(YamlNode node, string what)
    {
        if (node is YamlMap map)
            return map;
        if (node is not YamlText { IsNull: true })
            AddError(node, $"{what} must be a map of keys and values.");
        return YamlMap.EmptyAt(node);
    }

    public YamlMap Map(YamlMap map, string key) => map.Find(key) is { } entry ? MapOf(entry.Value, key) : YamlMap.EmptyAt(map);

    public IReadOnlyList<YamlNode> List(YamlMap map, string key)
    {
        switch (map.Find(key)?.Value)
        {
            case null or YamlText { IsNull: true }:
                return [];
            case YamlList list:
                return list.Items;
            case var other:
                AddError(other, $"{key} must be a list.");
                return [];
        }
    }

    /// <summary>Whether the list is missing or empty.</summary>
    public static bool IsEmpty(YamlMap map, string key) =>
        map.Find(key)?.Value is null or YamlText { IsNull: true } or YamlList { Items.Count: 0 } or YamlMap { Entries.Count: 0 };

    /// <summary>
    /// Items that are written as a map from key to item, or as a list: of keys, of maps with the key in one of some members, or
    /// of maps from one key to the item.
    /// </summary>
    public IEnumerable<(YamlText Key, YamlMap Thing)> Things(YamlMap map, string key, params string[] keyMembers)
    {
        var value = map.Find(key)?.Value;
        if (value is YamlMap byKey)
        {
            foreach (var entry in byKey.Entries)
                yield return (entry.Key, MapOf(entry.Value, entry.Key.Value));
            yield break;
        }

        if (value is not (null or YamlList or YamlText { IsNull: true }))
            AddError(value, $"{key} must be a list or a map.");
        foreach (var item in (value as YamlList)?.Items ?? [])
        {
            if (item is YamlText { IsNull: false } name)
                yield return (name, YamlMap.EmptyAt(item));
            else if (
                item is YamlMap thing
                && keyMembers.Select(m => thing.Find(m)?.Value).OfType<YamlText>().FirstOrDefault() is { IsNull: false } named
            )
                yield return (named, thing);
            else if (item is YamlMap { Entries: [var only] } && only.Value is YamlMap or YamlText { IsNull: true })
                yield return (only.Key, MapOf(only.Value, only.Key.Value));
            else
                AddError(item, $"An item of {key} has no {string.Join(" or ", keyMembers)}.");
        }
    }

    /// <summary>A text that is not empty, or null.</summary>
    public YamlText? Text(YamlMap map, string key, int longest = int.MaxValue)
    {
        switch (map.Find(key)?.Value)
        {
            case null or YamlText { IsNull: true } or YamlText { IsBlank: true }:
                return null;
            case YamlText text when UnicodeText.Length(text.Value) <= longest:
                return text;
            case YamlText tooLong:
                AddError(tooLong, $"{key} can have at most {longest} characters.");
                return null;
            case var other:
                AddError(other, $"{key} must be a string.");
                return null;
        }
    }

    /// <summary>A required text.</summary>
    public YamlText? Required(YamlMap map, string key, string of, int longest)
    {
        if (map.Find(key)?.Value is null or YamlText { IsNull: true } or YamlText { IsBlank: true })
            AddError(map.Find(key)?.Value ?? map, $"{of} has no {key}.");
        return Text(map, key, longest);
    }

    public bool Flag(YamlMap map, string key, bool standard)
    {
        switch (Text(map, key))
        {
            case null:
                return standard;
            case { Value: "true" or "True" or "TRUE" or "yes" or "Yes" or "on" }:
                return true;
            case { Value: "false" or "False" or "FALSE" or "no" or "No" or "off" }:
                return false;
            case var other:
                AddError(other, $"{key} must be true or false.");
                return standard;
        }
    }

    public int? WholeNumber(YamlMap map, string key)
    {
        if (Text(map, key) is not { } text)
            return null;
        if (int.TryParse(text.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number;
        AddError(text, $"{key} must be a whole number, 0 or greater.");
        return null;
    }

    /// <summary>Texts in a list, or a single one.</summary>
    public IReadOnlyList<string> Texts(YamlMap map, string key)
    {
        if (map.Find(key)?.Value is YamlText { IsNull: false } single)
            return [single.Value];
        List<string> texts = [];
        foreach (var item in List(map, key))
        {
            if (item is YamlText { IsNull: false } text)
                texts.Add(text.Value);
            else
                AddError(item, $"{key} must be a list of strings.");
        }

        return texts;
    }

    /// <summary>Warns about unknown keys in a map without rules.</summary>
    public void WarnAboutUnknown(YamlMap map, params ReadOnlySpan<string> known)
    {
        foreach (var entry in map.Entries)
        {
            if (!known.Contains(entry.Key.Value))
                Warn(entry.Key, Unread(entry.Key, Spelling.Nearest(entry.Key.Value, known)));
        }
    }

    /// <summary>Rejects unknown keys in a map of rules, because a rule with a misspelt key would not apply.</summary>
    /// <param name="kept">Known keys that are not read here; they are reported as warnings.</param>
    public void RejectUnknown(YamlMap map, ReadOnlySpan<string> known, ReadOnlySpan<string> kept = default)
    {
        foreach (var entry in map.Entries)
        {
            if (kept.Contains(entry.Key.Value))
                Warn(entry.Key, Unread(entry.Key, null));
            else if (!known.Contains(entry.Key.Value))
                RejectKey(entry.Key, Spelling.Nearest(entry.Key.Value, known), known);
        }
    }

    /// <summary>
    /// Rejects keys that look like a misspelt rule, and warns about other unknown keys: for maps that contain rules among other
    /// things.
    /// </summary>
    public void RejectMisspelled(YamlMap map, ReadOnlySpan<string> rules, ReadOnlySpan<string> others = default)
    {
        string[] known = [.. rules, .. others];
        foreach (var key in map.Entries.Select(e => e.Key).Where(k => !known.Contains(k.Value)))
        {
            var meant = Spelling.Nearest(key.Value, known);
            if (meant is not null && rules.Contains(meant))
                RejectKey(key, meant, known);
            else
                Warn(key, Unread(key, meant));
        }
    }

    private void RejectKey(YamlText key, string? meant, ReadOnlySpan<string> known) =>
        Reject(
            key,
            meant is null
                ? $"The key '{key.Shown}' is not known here. Known keys: {string.Join(", ", known)}."
                : $"The key '{key.Shown}' is not known here; {Spelling.Ask(meant)}",
            Unread(key, meant)
        );

    private static string Unread(YamlText key, string? meant) =>
        $"The key '{key.Shown}' is not known here; it is kept but ignored.{(meant is null ? "" : $" Did you mean '{meant}'?")}";

    /// <summary>A value as JSON, by the rules of YAML's core schema.</summary>
    public static JsonElement ToJson(YamlNode node)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
            Write(writer, node);
        return JsonDocument.Parse(buffer.ToArray()).RootElement;
    }

    public static Dictionary<string, JsonElement> ToJson(YamlMap map) =>
        map.Entries.ToDictionary(e => e.Key.Value, e => ToJson(e.Value), StringComparer.Ordinal);

    private static void Write(Utf8JsonWriter writer, YamlNode node)
    {
        switch (node)
        {
            case YamlMap map:
                writer.WriteStartObject();
                foreach (var entry in map.Entries)
                {
                    writer.WritePropertyName(entry.Key.Value);
                    Write(writer, entry.Value);
                }

                writer.WriteEndObject();
                break;
            case YamlList list:
                writer.WriteStartArray();
                foreach (var item in list.Items)
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            case YamlText { IsNull: true }:
                writer.WriteNullValue();
                break;
            case YamlText { IsPlain: true, Value: "true" or "True" or "TRUE" }:
                writer.WriteBooleanValue(true);
                break;
            case YamlText { IsPlain: true, Value: "false" or "False" or "FALSE" }:
                writer.WriteBooleanValue(false);
                break;
            case YamlText { IsPlain: true } number when JsonNumber().IsMatch(number.Value):
                writer.WriteRawValue(number.Value);
                break;
            case YamlText text:
                writer.WriteStringValue(text.Value);
                break;
        }
    }

    [GeneratedRegex("^([a-z_]+)\\[([0-9]+)\\]")]
    private static partial Regex Position();

    // Only numbers that are also valid in JSON: 007 and 1_000 stay strings.
    [GeneratedRegex("^-?(0|[1-9][0-9]{0,17})(\\.[0-9]{1,18})?$")]
    private static partial Regex JsonNumber();
}
