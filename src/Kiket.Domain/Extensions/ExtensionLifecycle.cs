namespace Kiket.Domain.Extensions;

/// <summary>The life cycle of an installation, and the events that notify the extension of it.</summary>
internal static class ExtensionLifecycle
{
    /// <summary>It was installed.</summary>
    public const string Installed = "extension.installed";

    /// <summary>It got another version of its manifest, or the same one again.</summary>
    public const string Upgraded = "extension.upgraded";

    /// <summary>It was removed; its credentials are void by then.</summary>
    public const string Uninstalled = "extension.uninstalled";

    /// <summary>
    /// What manifests write for each; the published documentation shows no list, so that each usual form counts.
    /// </summary>
    private static readonly Dictionary<string, string> Spellings = new(StringComparer.OrdinalIgnoreCase)
    {
        ["install"] = Installed,
        ["installed"] = Installed,
        ["upgrade"] = Upgraded,
        ["upgraded"] = Upgraded,
        ["update"] = Upgraded,
        ["updated"] = Upgraded,
        ["uninstall"] = Uninstalled,
        ["uninstalled"] = Uninstalled,
    };

    /// <summary>The event that a manifest means.</summary>
    /// <param name="written">What it has written: <c>installed</c>, <c>onInstall</c>, <c>extension.installed</c>.</param>
    /// <returns>The event, or null when there is no such one.</returns>
    public static string? Resolve(string written)
    {
        ArgumentNullException.ThrowIfNull(written);
        var word = written[(written.LastIndexOfAny(['.', ':']) + 1)..];
        return Spellings.GetValueOrDefault(
            word.StartsWith("on", StringComparison.OrdinalIgnoreCase) ? word[2..].TrimStart('_') : word
        );
    }

    /// <summary>
    /// Whether an extension receives an event: its removal always, the others when its manifest asks for them.
    /// </summary>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="name">The event.</param>
    public static bool Wants(ExtensionManifest manifest, string name)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return name == Uninstalled || manifest.LifecycleEvents.Any(e => Resolve(e) == name);
    }
}
