using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Kiket.Infrastructure.Settings;

/// <summary>
/// Reads settings and collects their errors. Only settings that are read exist, so misspelt settings are found without a list
/// of names to maintain.
/// </summary>
internal sealed class SettingsReader(IConfiguration configuration)
{
    private const int MaxShownLength = 200;

    // Platforms put connection strings of their own into this section.
    private const string SharedSection = "ConnectionStrings";

    private readonly List<string> names = [];
    private readonly List<string> groups = [];
    private readonly List<string> errors = [];

    /// <returns>The text, or null when it is not set or blank.</returns>
    public string? Text(string name)
    {
        names.Add(name);
        return configuration[name] is { } value && !string.IsNullOrWhiteSpace(value) ? value : null;
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

    /// <summary>A text that has to be of some form.</summary>
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

    /// <summary>A section whose names the operator chooses.</summary>
    public IConfigurationSection Group(string name)
    {
        groups.Add(name);
        return configuration.GetSection(name);
    }

    /// <param name="shown">The value without its secrets.</param>
    public void Reject(string name, string shown, string allowed) => errors.Add($"{name} is '{Shorten(shown)}'; {allowed}.");

    /// <summary>Rejects a value that must not be shown.</summary>
    public void RejectSecret(string name, string allowed) =>
        errors.Add($"{name} (a secret, not shown) cannot be used; {allowed}.");

    /// <exception cref="SettingsException">Something is wrong.</exception>
    public void ThrowIfWrong()
    {
        // A misspelt setting makes others wrong that are not, so it is named alone.
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

    /// <summary>On one line, and not without end.</summary>
    public static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));

    private static string Shorten(string text) => text.Length <= MaxShownLength ? text : $"{text[..MaxShownLength]}…";

    private string? Validate(string key)
    {
        if (names.Concat(groups).Contains(key, StringComparer.OrdinalIgnoreCase))
            return null;
        if (!key.Contains(':', StringComparison.Ordinal))
        {
            // Database_Provider: one underscore too few for a section.
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
