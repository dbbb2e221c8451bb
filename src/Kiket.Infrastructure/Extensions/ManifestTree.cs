using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Infrastructure.Yaml;

namespace Kiket.Infrastructure.Extensions;

/// <summary>The findings about a manifest while it is read. Bounded, so that nonsense cannot fill the response.</summary>
/// <param name="isStrict">Whether what may weaken a rule is an error; else it is a warning.</param>
internal sealed class ManifestFindings(bool isStrict)
{
    private const int Max = 200;

    private readonly List<ErrorDetail> errors = [];
    private readonly List<ErrorDetail> warnings = [];

    public IReadOnlyList<ErrorDetail> Errors => InOrder(errors);

    public IReadOnlyList<ErrorDetail> Warnings => InOrder(warnings);

    public void AddError(Placed at, string message) => Add(errors, at, message);

    public void Warn(Placed at, string message) => Add(warnings, at, message);

    /// <summary>Reports what may weaken a rule.</summary>
    public void Reject(Placed at, string message) => Add(isStrict ? errors : warnings, at, message);

    private static void Add(List<ErrorDetail> notes, Placed at, string message)
    {
        if (notes.Count < Max)
            notes.Add(DetailOf(at, message));
        else if (notes.Count == Max)
            notes.Add(DetailOf(at, "Too many findings; the rest are not listed."));
    }

    private static ErrorDetail DetailOf(Placed at, string message) =>
        new(at.Path.Length == 0 ? "manifest" : at.Path, message)
        {
            Line = at.Node.Line == 0 ? null : at.Node.Line,
            Column = at.Node.Line == 0 ? null : at.Node.Column,
        };

    private static List<ErrorDetail> InOrder(List<ErrorDetail> notes) =>
        [.. notes.OrderBy(n => n.Line ?? 0).ThenBy(n => n.Column ?? 0)];
}

/// <summary>A value of a manifest, its position in the text, and its path.</summary>
internal readonly record struct Placed(YamlNode Node, string Path)
{
    private const int MaxShown = 80;

    /// <summary>Whether it is a placeholder for an invalid value that has already been reported.</summary>
    public bool IsFaulty { get; init; }

    public bool IsNull => Node is YamlText { IsNull: true };

    /// <summary>The path of a member; a name that is not valid is shortened to fit into a sentence.</summary>
    public Placed Member(string key, YamlNode value)
    {
        var shown = key.Length <= MaxShown ? key : key[..MaxShown] + "…";
        return new(value, Path.Length == 0 ? shown : $"{Path}.{shown}");
    }

    public Placed Item(int index, YamlNode value) => new(value, $"{Path}[{index}]");
}

/// <summary>Reads values from a manifest and reports errors with their positions.</summary>
internal sealed class ManifestValues(ManifestFindings findings)
{
    public static Placed? Find(Placed map, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if ((map.Node as YamlMap)?.Find(key) is { } entry && entry.Value is not YamlText { IsNull: true })
                return map.Member(key, entry.Value);
        }

        return null;
    }

    /// <summary>A map with its allowed members; anything else is an error and gives an empty map.</summary>
    public Placed Map(Placed at, string what)
    {
        if (at.Node is YamlMap)
            return at;
        if (!at.IsNull)
            findings.AddError(at, $"{what} must be a map of keys and values.");
        return at with { Node = YamlMap.EmptyAt(at.Node), IsFaulty = !at.IsNull };
    }

    /// <summary>Rejects unknown keys in a map of rules, because a rule with a misspelt key would not apply.</summary>
    public void RejectUnknown(Placed map, params ReadOnlySpan<string> known)
    {
        foreach (var (key, value) in Members(map))
        {
            if (!known.Contains(key))
                findings.Reject(value, $"{value.Path} is not known{Spelling.AskOrList(key, known)}");
        }
    }

    /// <summary>Rejects keys that look like a misspelt rule, and warns about other unknown keys.</summary>
    public void RejectMisspelled(Placed map, ReadOnlySpan<string> rules, ReadOnlySpan<string> others = default)
    {
        string[] known = [.. rules, .. others];
        foreach (var (key, value) in Members(map))
        {
            if (known.Contains(key))
                continue;
            var meant = Spelling.Nearest(key, known);
            if (meant is not null && rules.Contains(meant))
                findings.Reject(value, $"{value.Path} is not known; {Spelling.Ask(meant)}");
            else
                findings.Warn(value, $"{value.Path} is not known; it is kept but ignored.");
        }
    }

    public IEnumerable<Placed> Items(Placed? at)
    {
        if (at is not { } list)
            yield break;
        if (list.Node is not YamlList { Items: var items })
        {
            if (!list.IsNull)
                findings.AddError(list, $"{list.Path} must be a list.");
            yield break;
        }

        for (var i = 0; i < items.Count; i++)
            yield return list.Item(i, items[i]);
    }

    public static IEnumerable<(string Key, Placed Value)> Members(Placed map) =>
        ((map.Node as YamlMap)?.Entries ?? []).Select(e => (e.Key.Value, map.Member(e.Key.Value, e.Value)));

    /// <summary>A text that is not empty, or null.</summary>
    public string? Text(Placed? at, int longest)
    {
        switch (at)
        {
            case null or { IsNull: true } or { Node: YamlText { IsBlank: true } }:
                return null;
            case { Node: YamlText text } when UnicodeText.Length(text.Value) <= longest:
                return text.Value;
            case { Node: YamlText }:
                findings.AddError(at.Value, $"{at.Value.Path} can have at most {longest} characters.");
                return null;
            default:
                findings.AddError(at.Value, $"{at.Value.Path} must be a string.");
                return null;
        }
    }

    /// <summary>A required text.</summary>
    public string? Required(Placed map, string key, int longest, params ReadOnlySpan<string> orElse)
    {
        if (map.IsFaulty)
            return null;
        var found = Find(map, [key, .. orElse]);
        if (found is null or { Node: YamlText { IsBlank: true } })
        {
            findings.AddError(
                map.Member(key, found?.Node ?? map.Node),
                $"{(map.Path.Length == 0 ? "" : map.Path + ".")}{key} is missing."
            );
            return null;
        }

        return Text(found, longest);
    }

    public bool? Flag(Placed? at)
    {
        if (at is not { } place || place.IsNull)
            return null;
        switch (place.Node)
        {
            case YamlText { Value: "true" or "True" or "TRUE" or "yes" or "Yes" or "on" }:
                return true;
            case YamlText { Value: "false" or "False" or "FALSE" or "no" or "No" or "off" }:
                return false;
            default:
                findings.AddError(place, $"{place.Path} must be true or false.");
                return null;
        }
    }

    public int? Number(Placed? at, int least, int most)
    {
        if (at is not { } place || place.IsNull)
            return null;
        if (
            place.Node is YamlText text
            && int.TryParse(
                text.Value,
                System.Globalization.NumberStyles.None,
                System.Globalization.CultureInfo.InvariantCulture,
                out var number
            )
            && number >= least
            && number <= most
        )
            return number;
        findings.AddError(place, $"{place.Path} must be a whole number from {least} to {most}.");
        return null;
    }

    /// <summary>Texts in a list, or a single one.</summary>
    public IReadOnlyList<string> Texts(Placed? at, int longest)
    {
        if (at is { Node: YamlText { IsNull: false } })
            return Text(at, longest) is { } single ? [single] : [];
        List<string> texts = [];
        foreach (var item in Items(at))
        {
            if (item.Node is not YamlText { IsNull: false, Value.Length: > 0 })
                findings.AddError(item, $"{item.Path} must be a string.");
            else if (Text(item, longest) is { } text)
                texts.Add(text);
        }

        return [.. texts.Distinct(StringComparer.Ordinal)];
    }
}

/// <summary>Converts JSON to the values of a YAML text, without positions.</summary>
internal static class JsonTree
{
    public static YamlNode Of(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                List<YamlEntry> entries =
                [
                    .. element
                        .EnumerateObject()
                        .DistinctBy(m => m.Name)
                        .Select(m => new YamlEntry(new YamlText(0, 0, m.Name, false), Of(m.Value))),
                ];
                return new YamlMap(0, 0, 1, 1, entries);
            case JsonValueKind.Array:
                return new YamlList(0, 0, 1, 1, [.. element.EnumerateArray().Select(Of)]);
            case JsonValueKind.String:
                return new YamlText(0, 0, element.GetString()!, false);
            default:
                return new YamlText(0, 0, element.GetRawText(), true);
        }
    }
}
