using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace Kiket.Infrastructure.Settings;

/// <summary>
/// Reads settings and collects their errors. Only settings that are read exist, so misspelt settings are found without a list
/// of names to maintain.
/// </summary>
internal sealed class SettingsReader(IConfiguration configuration)
{
    private const int MaxShownLength = 200;

    // Platforms add their own connection strings to this section.
    private const string SharedSection = "ConnectionStrings";

    private readonly List<string> names = [];
    private readonly List<string> groups = [];
    private readonly HashSet<string> secrets = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> defaults = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> errors = [];

    /// <returns>The text, or null when it is not set or blank.</returns>
    public string? Text(string name)
    {
        names.Add(name);
        return configuration[name] is { } value && !string.IsNullOrWhiteSpace(value) ? value : null;
    }

    /// <summary>A secret text.</summary>
    public string? Secret(string name)
    {
        secrets.Add(name);
        return Text(name);
    }

    public bool? Flag(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (bool.TryParse(text, out var flag))
            return flag;
        Reject(name, text, "it must be true or false");
        return null;
    }

    public int Number(string name, int byDefault, int least, int most)
    {
        defaults[name] = byDefault.ToString(CultureInfo.InvariantCulture);
        if (Text(name) is not { } text)
            return byDefault;
        if (
            int.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= least
            && number <= most
        )
            return number;
        Reject(name, text, string.Create(CultureInfo.InvariantCulture, $"it must be a whole number from {least} to {most}"));
        return byDefault;
    }

    public T Choice<T>(string name, T byDefault)
        where T : struct, Enum
    {
        defaults[name] = byDefault.ToString();
        if (Text(name) is not { } text)
            return byDefault;

        // By name only: the framework's parser would take numbers as well.
        foreach (var choice in Enum.GetValues<T>())
        {
            if (string.Equals(choice.ToString(), text.Trim(), StringComparison.OrdinalIgnoreCase))
                return choice;
        }

        Reject(name, text, $"it must be one of {string.Join(", ", Enum.GetNames<T>())}");
        return byDefault;
    }

    /// <summary>A text in a given form.</summary>
    public string? Text(string name, Func<string, bool> isAllowed, string allowed)
    {
        if (Text(name) is not { } text)
            return null;
        if (!isAllowed(text))
            Reject(name, text, allowed);
        return text;
    }

    /// <summary>The items of a list, <c>name:0</c> and so on.</summary>
    public IReadOnlyList<string> List(string name, Func<string, bool> isAllowed, string allowed)
    {
        groups.Add(name);
        if (!string.IsNullOrWhiteSpace(configuration[name]))
            Reject(name, configuration[name]!, $"it is a list; set {name}:0, {name}:1 and so on");
        List<string> items = [];
        foreach (var item in configuration.GetSection(name).GetChildren())
        {
            if (string.IsNullOrWhiteSpace(item.Value))
                continue;
            if (!isAllowed(item.Value.Trim()))
                Reject(item.Path, item.Value, allowed);
            items.Add(item.Value.Trim());
        }

        return items;
    }

    /// <summary>A section whose names the operator chooses. Its values may be secrets.</summary>
    public IConfigurationSection Group(string name)
    {
        secrets.Add(name);
        groups.Add(name);
        return configuration.GetSection(name);
    }

    /// <summary>The effective settings that were read: the source and the value of each, without secrets.</summary>
    public IEnumerable<EffectiveSetting> Effective()
    {
        var items = groups.SelectMany(g => configuration.GetSection(g).AsEnumerable()).Where(i => i.Value is not null);
        foreach (var name in names.Concat(items.Select(i => i.Key)).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            var value = configuration[name];
            var isSet = !string.IsNullOrWhiteSpace(value);
            yield return new(
                name,
                isSet ? Shown(name, value!) : defaults.GetValueOrDefault(name),
                isSet ? SourceOf(name) : "default"
            );
        }
    }

    /// <param name="shown">The value without its secrets.</param>
    public void Reject(string name, string shown, string allowed) => errors.Add($"{name} is '{Shorten(shown)}'; {allowed}.");

    /// <summary>Rejects a value that must not be shown.</summary>
    public void RejectSecret(string name, string allowed) =>
        errors.Add($"{name} (a secret, not shown) cannot be used; {allowed}.");

    /// <exception cref="SettingsException">Some settings are not valid.</exception>
    public void ThrowIfWrong()
    {
        // A misspelt setting can cause errors in others, so it is reported alone.
        var unknown = configuration
            .AsEnumerable()
            .Where(setting => !string.IsNullOrEmpty(setting.Value))
            .Select(setting => Validate(setting.Key))
            .OfType<string>()
            .Order(StringComparer.Ordinal)
            .ToList();
        var reported = unknown.Count > 0 ? unknown : errors;
        if (reported.Count > 0)
            throw new SettingsException(OneLine(string.Join(' ', reported)));
    }

    /// <summary>On one line and of limited length.</summary>
    public static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));

    private string Shown(string name, string value) =>
        secrets.Any(s => $"{name}:".StartsWith($"{s}:", StringComparison.OrdinalIgnoreCase)) ? "***"
        : name.StartsWith(SharedSection + ':', StringComparison.OrdinalIgnoreCase) ? ConnectionSettings.Masked(value)
        : value;

    private string SourceOf(string name) =>
        ((IConfigurationRoot)configuration).Providers.Last(p => p.TryGet(name, out var value) && value is not null) switch
        {
            EnvironmentVariablesConfigurationProvider => $"variable {name.Replace(":", "__", StringComparison.Ordinal)}",
            FileConfigurationProvider { Source.Path: { } file } => file,
            var other => other.ToString()!,
        };

    private static string Shorten(string text) => text.Length <= MaxShownLength ? text : $"{text[..MaxShownLength]}…";

    private string? Validate(string key)
    {
        if (names.Concat(groups).Contains(key, StringComparer.OrdinalIgnoreCase))
            return null;
        if (!key.Contains(':', StringComparison.Ordinal))
        {
            // Database_Provider: an environment variable with one underscore too few for a section.
            return names.Find(n => string.Equals(n.Replace(':', '_'), key, StringComparison.OrdinalIgnoreCase)) is { } meant
                ? $"{key} is not a setting. Did you mean {Spelt(meant, isVariable: true)}?"
                : null;
        }

        if (groups.Exists(group => key.StartsWith(group + ':', StringComparison.OrdinalIgnoreCase)))
            return null;
        var suggestion = Spelling.Nearest(key, names.Concat(groups));
        if (!IsMeantForUs(SectionOf(key), suggestion))
            return null;

        var isVariable = Environment.GetEnvironmentVariable(key.Replace(":", "__", StringComparison.Ordinal)) is not null;
        return $"{Spelt(key, isVariable)} is not a setting. "
            + (
                suggestion is null
                    ? "The README lists the settings under 'Operating it'."
                    : $"Did you mean {Spelt(suggestion, isVariable)}?"
            );
    }

    private bool IsMeantForUs(string section, string? suggestion)
    {
        if (string.Equals(section, SharedSection, StringComparison.OrdinalIgnoreCase))
            return suggestion is not null;
        var sections = names.Concat(groups).Select(SectionOf).ToList();
        return sections.Contains(section, StringComparer.OrdinalIgnoreCase) || Spelling.Nearest(section, sections) is not null;
    }

    private static string Spelt(string name, bool isVariable) =>
        isVariable ? $"{name} ({name.Replace(":", "__", StringComparison.Ordinal)})" : name;

    private static string SectionOf(string key) => key.Split(':', 2)[0];
}

/// <summary>An effective setting.</summary>
/// <param name="Value">Without secrets; null where nothing is set and there is no fixed default.</param>
/// <param name="Source">The file or variable that sets it, or <c>default</c>.</param>
internal sealed record EffectiveSetting(string Name, string? Value, string Source);
