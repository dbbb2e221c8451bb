using System.Text.Json;
using Kiket.Domain.Common;

namespace Kiket.Domain.Extensions;

/// <summary>How an extension is reached.</summary>
internal enum ExtensionDelivery
{
    /// <summary>Events are posted to its callback.</summary>
    Http,

    /// <summary>It runs inside the host and gets no requests.</summary>
    Internal,
}

/// <summary>How a delivery proves where it comes from. Source: contract, section 15.4; decisions, 34.</summary>
internal enum SignatureScheme
{
    /// <summary>HMAC over the timestamp, a dot and the body.</summary>
    Timestamp,

    /// <summary>HMAC over the body alone.</summary>
    Body,

    /// <summary>The headers of Standard Webhooks.</summary>
    Standard,
}

/// <summary>An extension's description of itself: its identity, its address, its events and its permissions.</summary>
/// <remarks>Source: contract, section 18. The older spellings of manifests are read into this one form.</remarks>
internal sealed record ExtensionManifest
{
    /// <summary>Longest id, in characters.</summary>
    public const int MaxIdLength = 120;

    /// <summary>Longest name, in characters.</summary>
    public const int MaxNameLength = 100;

    /// <summary>Longest manifest, in characters.</summary>
    public const int MaxSourceLength = 500_000;

    /// <summary>The id that its author chose, such as <c>com.example.marketing</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Display name.</summary>
    public required string Name { get; init; }

    /// <summary>Its version, a semantic one.</summary>
    public string Version { get; init; } = "1.0.0";

    /// <summary>The version of the events that it understands, such as <c>v1</c>.</summary>
    public string ApiVersion { get; init; } = "v1";

    /// <summary>What it is for, or null.</summary>
    public string? Description { get; init; }

    /// <summary>The SDK that it is built with, or null.</summary>
    public string? Sdk { get; init; }

    /// <summary>How it is reached.</summary>
    public ExtensionDelivery Delivery { get; init; }

    /// <summary>Where its events are posted; null for one that runs inside the host.</summary>
    public ExtensionCallback? Callback { get; init; }

    /// <summary>The events that wake it, as written.</summary>
    public IReadOnlyList<string> ActivationEvents { get; init; } = [];

    /// <summary>The events of its own installation that it receives, as written.</summary>
    public IReadOnlyList<string> LifecycleEvents { get; init; } = [];

    /// <summary>What it may do, as written.</summary>
    public IReadOnlyList<string> Permissions { get; init; } = [];

    /// <summary>The events that it subscribes to.</summary>
    public IReadOnlyList<ExtensionHook> Hooks { get; init; } = [];

    /// <summary>Its settings by key, with their defaults.</summary>
    public IReadOnlyDictionary<string, ExtensionSetting> Configuration { get; init; } =
        new Dictionary<string, ExtensionSetting>();

    /// <summary>The secrets that it needs.</summary>
    public IReadOnlyList<ExtensionSecretNeed> Secrets { get; init; } = [];

    /// <summary>The actions that it offers to workflows.</summary>
    public IReadOnlyList<ExtensionAction> WorkflowActions { get; init; } = [];

    /// <summary>The custom data that it may touch.</summary>
    public IReadOnlyList<CustomDataGrant> CustomData { get; init; } = [];

    /// <summary>The whole manifest as JSON, with what is not read here; null only for one that was never read.</summary>
    public JsonElement? Document { get; init; }

    /// <summary>The exact text of the manifest.</summary>
    public string Source { get; init; } = "";

    /// <summary>What it subscribes to: its hooks or, where it has none, the events that wake it.</summary>
    /// <returns>At most one hook for each event.</returns>
    public IReadOnlyList<ExtensionHook> Subscriptions() =>
        Hooks.Count > 0
            ? Hooks
            : [.. ActivationEvents.Where(e => EventNames.Resolve(e) is not null).Select(e => new ExtensionHook { Event = e })];

    /// <summary>The keys of all secrets that a delivery brings along: those that it needs, and its secret settings.</summary>
    /// <returns>Each key once, with whether the extension cannot do without it.</returns>
    public IReadOnlyDictionary<string, bool> SecretKeys()
    {
        var keys = Secrets.ToDictionary(s => s.Key, s => s.Required, StringComparer.Ordinal);
        foreach (var (key, setting) in Configuration.Where(c => c.Value.Secret))
            keys[key] = setting.Required || keys.GetValueOrDefault(key);
        return keys;
    }
}

/// <summary>Where and how events are posted.</summary>
internal sealed record ExtensionCallback
{
    /// <summary>Shortest <see cref="TimeoutMs"/>.</summary>
    public const int MinTimeoutMs = 100;

    /// <summary>Longest <see cref="TimeoutMs"/>.</summary>
    public const int MaxTimeoutMs = 60_000;

    /// <summary>An address as written; <c>${NAME}</c> stands for a value of the host's environment for extensions.</summary>
    public required string Url { get; init; }

    /// <summary>
    /// The secret that signs, as written: itself, or <c>env.NAME</c> for a value of the host's environment for extensions; null
    /// to have one made.
    /// </summary>
    public string? Secret { get; init; }

    /// <summary>Headers that every request carries.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>How long an answer may take.</summary>
    /// <value>100 to 60,000 milliseconds, or null for the host's own limit.</value>
    public int? TimeoutMs { get; init; }

    /// <summary>Whether an extension that cannot be reached stops what waits for its answer.</summary>
    public bool Required { get; init; }

    /// <summary>Whether <see cref="Url"/> is the whole address, to which nothing is added.</summary>
    public bool ExactUrl { get; init; }

    /// <summary>How a request proves where it comes from.</summary>
    public SignatureScheme SignatureScheme { get; init; }
}

/// <summary>An event that an extension subscribes to.</summary>
internal sealed record ExtensionHook
{
    /// <summary>Most <see cref="Retries"/>.</summary>
    public const int MaxRetries = 20;

    /// <summary>Name of the event, as written; it may be an alias, or the name of a command of the extension itself.</summary>
    public required string Event { get; init; }

    /// <summary>What it is for, or null.</summary>
    public string? Description { get; init; }

    /// <summary>How long an answer may take.</summary>
    /// <value>100 to 60,000 milliseconds, or null for the callback's limit.</value>
    public int? TimeoutMs { get; init; }

    /// <summary>How often a failed delivery is tried again, or null for the host's own schedule.</summary>
    public int? Retries { get; init; }

    /// <summary>Whether what waits for an answer is refused when there is none; null is as the callback says.</summary>
    public bool? Required { get; init; }
}

/// <summary>One setting of an extension.</summary>
internal sealed record ExtensionSetting
{
    /// <summary>Its type, as written: <c>string</c>, <c>integer</c>, <c>boolean</c>, <c>select</c> and others.</summary>
    public string Type { get; init; } = "string";

    /// <summary>Its value where nobody gives another, or null.</summary>
    public JsonElement? Default { get; init; }

    /// <summary>Whether its value is a secret.</summary>
    public bool Secret { get; init; }

    /// <summary>Whether the extension cannot do without it.</summary>
    public bool Required { get; init; }

    /// <summary>Whether its value is one for the whole organization instead of one for each installation.</summary>
    public bool IsOrganizationWide { get; init; }

    /// <summary>Its display name, or null.</summary>
    public string? Label { get; init; }

    /// <summary>What it is for, or null.</summary>
    public string? Description { get; init; }
}

/// <summary>A secret that an extension needs.</summary>
internal sealed record ExtensionSecretNeed
{
    /// <summary>Its key.</summary>
    public required string Key { get; init; }

    /// <summary>Its display name, or null.</summary>
    public string? Label { get; init; }

    /// <summary>What it is for, or null.</summary>
    public string? Description { get; init; }

    /// <summary>Whether the extension cannot do without it.</summary>
    public bool Required { get; init; }
}

/// <summary>An action that an extension offers to workflows; a workflow names it <c>ext:</c> and then <see cref="Id"/>.</summary>
internal sealed record ExtensionAction
{
    /// <summary>Its id within the extension.</summary>
    public required string Id { get; init; }

    /// <summary>Display name.</summary>
    public required string Name { get; init; }

    /// <summary>What it does, or null.</summary>
    public string? Description { get; init; }

    /// <summary>The name of the event that runs it; null means its id.</summary>
    public string? Handler { get; init; }

    /// <summary>Its parameters.</summary>
    public IReadOnlyList<ExtensionActionParameter> Parameters { get; init; } = [];
}

/// <summary>A parameter of an action.</summary>
internal sealed record ExtensionActionParameter
{
    /// <summary>Its key.</summary>
    public required string Key { get; init; }

    /// <summary>Its type, as written.</summary>
    public string Type { get; init; } = "string";

    /// <summary>Its display name, or null.</summary>
    public string? Label { get; init; }

    /// <summary>Whether the action cannot do without it.</summary>
    public bool Required { get; init; }
}

/// <summary>What an extension may do with a module of custom data.</summary>
internal sealed record CustomDataGrant
{
    /// <summary>Id of the module.</summary>
    public required string Module { get; init; }

    /// <summary>Some of <c>read</c>, <c>write</c>, <c>delete</c>, <c>admin</c>.</summary>
    public required IReadOnlyList<string> Operations { get; init; }
}
