using System.Text.Json;
using System.Text.RegularExpressions;
using Kiket.Application.Extensions;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Webhooks;
using Kiket.Infrastructure.Guards;
using Kiket.Infrastructure.Yaml;
using static Kiket.Infrastructure.Extensions.ManifestValues;

namespace Kiket.Infrastructure.Extensions;

/// <summary>
/// Reads a manifest in any of its forms (contract, section 18) and reports every error with path, line and column.
/// </summary>
internal sealed class ManifestReader(GuardOptions guards) : IManifestReader
{
    public Result<ReadManifest> Read(ManifestText manifest)
    {
        var findings = new ManifestFindings(manifest.IsStrict);
        if (Parse(manifest, findings) is { } root && findings.Errors.Count == 0)
        {
            var read = new ManifestReading(findings, root, manifest, guards).Read();
            if (read is not null && findings.Errors.Count == 0)
                return read with { Warnings = findings.Warnings };
        }

        return ExtensionErrors.InstallFailed(findings.Errors);
    }

    private static YamlMap? Parse(ManifestText manifest, ManifestFindings findings)
    {
        if (manifest.Json is { } json)
            return json.ValueKind is JsonValueKind.Object
                ? (YamlMap)JsonTree.Of(json)
                : NotAMap(new YamlText(0, 0, "", true), findings);

        var text = (manifest.Text ?? "").TrimStart('\uFEFF');
        if (UnicodeText.Length(text) > ExtensionManifest.MaxSourceLength)
        {
            findings.AddError(At(0, 0), $"A manifest can have at most {ExtensionManifest.MaxSourceLength} characters.");
            return null;
        }

        var tree = YamlTree.Read(text);
        if (tree.Broken is { } broken)
        {
            findings.AddError(At(broken.Line, broken.Column), broken.Message);
            return null;
        }

        foreach (var warning in tree.Warnings)
            findings.Warn(At(warning.Line, warning.Column), warning.Message);
        return tree.Root as YamlMap ?? NotAMap(tree.Root ?? new YamlText(1, 1, "", true), findings);
    }

    private static YamlMap? NotAMap(YamlNode at, ManifestFindings findings)
    {
        findings.AddError(new(at, ""), "A manifest must be a map of keys and values.");
        return null;
    }

    private static Placed At(int line, int column) => new(new YamlText(line, column, "", true), "");
}

/// <summary>One manifest while it is read.</summary>
internal sealed partial class ManifestReading(
    ManifestFindings findings,
    YamlMap root,
    ManifestText manifestText,
    GuardOptions guards
)
{
    private const int MaxText = 2_000;
    private const int MaxName = 120;
    private const int MaxUrl = 2_000;

    private static readonly string[] Sdks = ["ruby", "python", "node", "java", "dotnet", "go"];
    private static readonly string[] Operations = ["read", "write", "delete", "admin"];
    private static readonly string[] Steps = ["secrets", "configure", "test", "info"];
    private static readonly string[] OutputTypes = ["copyable", "url", "code", "badge", "status"];

    private static readonly string[] RuleKeys =
    [
        "delivery",
        "callback",
        "callback_url",
        "activationEvents",
        "activation_events",
        "lifecycleEvents",
        "lifecycle_events",
        "permissions",
        "hooks",
        "triggers",
        "secrets",
        "custom_data",
        "delivery_secret",
        "signature_scheme",
    ];

    private static readonly string[] OtherKeys =
    [
        "id",
        "key",
        "name",
        "version",
        "api_version",
        "description",
        "author",
        "homepage",
        "sdk",
        "configuration",
        "settings",
        "setup",
        "output_fields",
        "contributes",
        "customData",
        "capabilities",
        "assets",
        "hosting",
        "icon",
        "tags",
    ];

    private readonly ManifestValues values = new(findings);
    private readonly ManifestNames names = new(findings, root);
    private readonly Dictionary<string, Placed> hookPlaces = new(StringComparer.Ordinal);
    private string? literalSecret;
    private readonly List<string> hiddenDefaults = [];

    public ReadManifest? Read()
    {
        var whole = new Placed(root, "");
        var isFlat = root.Find("extension") is null;
        var extension = isFlat ? whole : values.Map(whole.Member("extension", root.Find("extension")!.Value), "extension");
        ReadVersions(whole, isFlat);
        values.RejectMisspelled(extension, RuleKeys, isFlat ? [.. OtherKeys, "model_version", "manifest_version"] : OtherKeys);

        var id = ReadId(extension);
        var (delivery, callback) = ReadDelivery(extension, whole, isFlat);
        var hooks = ReadHooks(extension, whole);
        var manifest = new ExtensionManifest
        {
            Id = id ?? "",
            Name =
                (
                    isFlat
                        ? values.Text(Find(extension, "name"), ExtensionManifest.MaxNameLength) ?? id
                        : values.Required(extension, "name", ExtensionManifest.MaxNameLength)
                ) ?? "",
            Version = ReadVersion(extension),
            ApiVersion = ReadApiVersion(extension),
            Description = values.Text(Find(extension, "description"), MaxText),
            Sdk = ReadSdk(extension),
            Delivery = delivery,
            Callback = callback,
            ActivationEvents = names.ReadActivationEvents(extension),
            LifecycleEvents = names.ReadLifecycleEvents(extension),
            Permissions = names.ReadPermissions(extension, whole),
            Hooks = hooks,
            Configuration = ReadConfiguration(extension, whole),
            Secrets = ReadSecrets(extension),
            WorkflowActions = ReadActions(extension),
            CustomData = ReadCustomData(extension),
        };
        WarnOfSlowGuards(manifest, extension);
        CheckSetup(extension);
        CheckOutputFields(extension);
        if (findings.Errors.Count > 0)
            return null;

        var document = JsonSerializer.SerializeToElement(Redact(manifestText.Json ?? FileReading.ToJson((YamlNode)root), []));
        var stored = ManifestHeaders.Hide(manifest with { Document = document, Source = manifestText.Text ?? "" });
        var isFiltered = literalSecret is not null || hiddenDefaults.Count > 0;
        if (isFiltered || manifestText.Text is null)
            stored = stored with { Source = stored.Document!.Value.GetRawText() };
        return new(stored, literalSecret, callback?.Headers ?? new Dictionary<string, string>(), []);
    }

    private void ReadVersions(Placed whole, bool isFlat)
    {
        if (Find(whole, "model_version") is { } model)
        {
            if (model.Node is not YamlText { Value: "1.0" or "1" })
                findings.AddError(model, "model_version must be 1.0.");
        }
        else if (Find(whole, "manifest_version") is { } manifest)
        {
            if (manifest.Node is not YamlText { Value: "1" or "1.0" or "2" or "2.0" })
                findings.AddError(manifest, "manifest_version must be 1 or 2.");
        }
        else if (!isFlat)
        {
            findings.AddError(whole.Member("model_version", root), "model_version is missing; it must be 1.0.");
        }
    }

    private string? ReadId(Placed extension)
    {
        var id = values.Required(extension, "id", ExtensionManifest.MaxIdLength, "key");
        if (id is null)
            return null;
        var at = Find(extension, "id", "key")!.Value;
        if (!Id().IsMatch(id))
        {
            findings.AddError(at, "An id must be a letter followed by letters, digits, dots, hyphens and underscores.");
            return null;
        }

        if (!LowerId().IsMatch(id))
            findings.Warn(at, "An id should be lower case, with dots and hyphens.");
        return id;
    }

    private string ReadVersion(Placed extension)
    {
        var at = Find(extension, "version");
        var version = values.Text(at, 100) ?? "1.0.0";
        if (!SemanticVersion().IsMatch(version))
            findings.AddError(at!.Value, "A version must be a semantic version, such as 1.0.0.");
        return version;
    }

    private string ReadApiVersion(Placed extension)
    {
        var at = Find(extension, "api_version");
        var version = values.Text(at, 10) ?? "v1";
        if (version.All(char.IsAsciiDigit))
            version = "v" + version;
        if (!ApiVersion().IsMatch(version))
            findings.AddError(at!.Value, "An api_version must be v followed by a number, such as v1.");
        return version;
    }

    private string? ReadSdk(Placed extension)
    {
        var at = Find(extension, "sdk");
        var sdk = values.Text(at, MaxName);
        if (sdk is not null && !Sdks.Contains(sdk))
            findings.Warn(at!.Value, $"'{sdk}' is not a known SDK. Known: {string.Join(", ", Sdks)}.");
        return sdk;
    }

    private (ExtensionDelivery Delivery, ExtensionCallback? Callback) ReadDelivery(Placed extension, Placed whole, bool isFlat)
    {
        // An extension with this delivery receives none.
        var isSecondVersion = Find(whole, "manifest_version") is { Node: YamlText { Value: "2" or "2.0" } };
        var delivery = Find(extension, "delivery");
        var callback = Find(extension, "callback", "callback_url") ?? (delivery is { Node: YamlMap } ? delivery : null);
        var kind = delivery is { Node: YamlMap } map
            ? values.Text(Find(map, "type", "mode"), MaxName) ?? "http"
            : values.Text(delivery, MaxName);
        if (kind is not (null or "http" or "webhook" or "internal"))
            findings.AddError(delivery!.Value, "delivery must be http or internal.");
        if (kind is null && callback is null && !isFlat && delivery is null && !isSecondVersion)
            findings.AddError(
                extension.Member("delivery", extension.Node),
                $"{extension.Path}.delivery is missing; it must be http or internal."
            );

        var isHttp = kind is "http" or "webhook" || (kind is not "internal" && callback is not null);
        if (isHttp && callback is null)
            findings.AddError(
                extension.Member("callback", extension.Node),
                "callback is missing; an extension with http delivery requires one."
            );
        var read = isHttp && callback is { } place ? ReadCallback(place, extension, whole) : null;
        return (isHttp ? ExtensionDelivery.Http : ExtensionDelivery.Internal, read);
    }

    private ExtensionCallback ReadCallback(Placed at, Placed extension, Placed whole)
    {
        if (at.Node is YamlText)
        {
            return new()
            {
                Url = values.Text(at, MaxUrl) ?? "",
                Secret = ReadSecret(Find(extension, "delivery_secret") ?? Find(whole, "delivery_secret")),
                SignatureScheme = ReadScheme(Find(extension, "signature_scheme")),
            };
        }

        var callback = values.Map(at, "callback");
        values.RejectMisspelled(
            callback,
            [
                "url",
                "callback_url",
                "secret",
                "required",
                "exact_url",
                "exactUrl",
                "signature_scheme",
                "signatureScheme",
                "timeout",
                "timeout_ms",
                "headers",
            ],
            ["type", "mode"]
        );
        return new()
        {
            Url = values.Required(callback, "url", MaxUrl, "callback_url") ?? "",
            Secret = ReadSecret(Find(callback, "secret") ?? Find(extension, "delivery_secret") ?? Find(whole, "delivery_secret")),
            Headers = ReadHeaders(callback),
            TimeoutMs = values.Number(
                Find(callback, "timeout", "timeout_ms"),
                ExtensionCallback.MinTimeoutMs,
                ExtensionCallback.MaxTimeoutMs
            ),
            Required = values.Flag(Find(callback, "required")) ?? false,
            ExactUrl = values.Flag(Find(callback, "exact_url", "exactUrl")) ?? false,
            SignatureScheme = ReadScheme(
                Find(callback, "signature_scheme", "signatureScheme") ?? Find(extension, "signature_scheme")
            ),
        };
    }

    /// <summary>A reference to the host's environment is kept; a literal secret is removed.</summary>
    private string? ReadSecret(Placed? at)
    {
        if (values.Text(at, MaxText) is not { } secret)
            return null;
        if (EnvironmentReference().Match(secret) is { Success: true } reference)
            return $"env.{reference.Groups["name"].Value}";
        literalSecret = secret;
        return null;
    }

    private SignatureScheme ReadScheme(Placed? at)
    {
        if (values.Text(at, MaxName) is not { } written)
            return SignatureScheme.Timestamp;
        if (written is "default")
            return SignatureScheme.Timestamp;
        if (WireName.TryParse(written, out SignatureScheme scheme))
            return scheme;
        findings.AddError(at!.Value, $"A signature_scheme must be one of {string.Join(", ", WireName.All<SignatureScheme>())}.");
        return SignatureScheme.Timestamp;
    }

    private Dictionary<string, string> ReadHeaders(Placed callback)
    {
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        if (Find(callback, "headers") is not { } at)
            return headers;
        foreach (var (name, value) in Members(values.Map(at, "headers")))
        {
            if (WebhookHeaders.Validate(name, values.Text(value, MaxText) ?? "") is { } error)
                findings.AddError(value, error);
            else if (value.Node is YamlText header)
                headers[name] = header.Value;
        }

        return headers;
    }

    private List<ExtensionHook> ReadHooks(Placed extension, Placed whole)
    {
        var at = Find(extension, "hooks", "triggers") ?? Find(whole, "hooks", "triggers");
        List<ExtensionHook> hooks = [];
        var placed = at is { Node: YamlMap } map
            ? Members(map).Select(m => (Name: (string?)m.Key, m.Value))
            : values
                .Items(at)
                .Select(i => (Name: i.Node is YamlText { IsNull: false } ? values.Text(i, MaxName) : null, Value: i));
        foreach (var (name, value) in placed)
        {
            if (ReadHook(name, value) is not { } hook)
                continue;
            if (hooks.Exists(h => h.Event == hook.Event))
                findings.AddError(value, $"There is already a hook for {hook.Event}.");
            else
                hooks.Add(hook);
            hookPlaces.TryAdd(hook.Event, value);
        }

        return hooks;
    }

    /// <summary>The wait for a guard never exceeds the limit for all guards of a move.</summary>
    private void WarnOfSlowGuards(ExtensionManifest manifest, Placed extension)
    {
        foreach (var guard in Webhook.HooksOf(manifest).Where(h => h.Required))
        {
            var timeout = guard.TimeoutMs ?? manifest.Callback?.TimeoutMs;
            if (timeout > guards.DeadlineMs)
            {
                findings.Warn(
                    hookPlaces.GetValueOrDefault(guard.Event, extension),
                    $"{guard.Event} asks for {timeout} ms, but this server waits at most {guards.DeadlineMs} ms for guards "
                        + "(Guards:DeadlineMs)."
                );
            }
        }
    }

    private ExtensionHook? ReadHook(string? name, Placed at)
    {
        var isShort = at.Node is YamlText;
        var map = isShort ? at with { Node = YamlMap.EmptyAt(at.Node) } : values.Map(at, "A hook");
        var @event =
            name
            ?? (
                map.Node is YamlMap { Entries.Count: 0 } && at.Node is not YamlMap ? null : values.Required(map, "event", MaxName)
            );
        if (@event is null && isShort)
            findings.AddError(at, "A hook must name an event.");
        else if (@event is not null && !EventName().IsMatch(@event))
            findings.AddError(at, "An event name can have letters, digits, dots, hyphens, colons and underscores only.");
        else if (@event is not null)
            names.CheckEvent(at, @event);
        values.RejectUnknown(
            map,
            "event",
            "description",
            "timeout",
            "timeout_ms",
            "retries",
            "required",
            "template",
            "endpoint",
            "handler",
            "id",
            "name"
        );

        var hook = new ExtensionHook
        {
            Event = @event ?? "",
            Description = values.Text(Find(map, "description"), MaxText),
            TimeoutMs = values.Number(
                Find(map, "timeout", "timeout_ms"),
                ExtensionCallback.MinTimeoutMs,
                ExtensionCallback.MaxTimeoutMs
            ),
            Retries = values.Number(Find(map, "retries"), 0, ExtensionHook.MaxRetries),
            Required = values.Flag(Find(map, "required")),
        };
        return @event is null ? null : hook;
    }

    private Dictionary<string, ExtensionSetting> ReadConfiguration(Placed extension, Placed whole)
    {
        Dictionary<string, ExtensionSetting> settings = new(StringComparer.Ordinal);
        if (Find(extension, "configuration") is { Node: not YamlList } map)
        {
            foreach (var (key, value) in Members(values.Map(map, "configuration")))
                Add(key, value);
        }

        var list =
            Find(extension, "settings")
            ?? Find(whole, "settings")
            ?? (Find(extension, "configuration") is { Node: YamlList } listed ? listed : null);
        foreach (var item in values.Items(list))
        {
            if (values.Required(values.Map(item, "A setting"), "key", MaxName, "name") is { } key)
                Add(key, item);
        }

        return settings;

        void Add(string key, Placed at)
        {
            if (!SettingKey().IsMatch(key))
                findings.AddError(at, "The key of a setting can have letters, digits, dots, hyphens and underscores only.");
            else if (!settings.TryAdd(key, ReadSetting(key, at)))
                findings.AddError(at, $"There is already a setting {key}.");
        }
    }

    private ExtensionSetting ReadSetting(string key, Placed at)
    {
        if (at.Node is not YamlMap)
            return new() { Default = FileReading.ToJson(at.Node) }; // only its default
        var standard = Find(at, "default");
        var isSecret = values.Flag(Find(at, "secret")) ?? false;
        if (isSecret && standard is { } shown)
        {
            findings.Warn(shown, $"The default of the secret {key} is discarded; store it as a secret.");
            hiddenDefaults.Add(key);
        }

        return new()
        {
            Type = values.Text(Find(at, "type"), MaxName) ?? "string",
            Default = standard is { } value && !isSecret ? FileReading.ToJson(value.Node) : null,
            Secret = isSecret,
            Required = values.Flag(Find(at, "required")) ?? false,
            IsOrganizationWide = values.Text(Find(at, "scope"), MaxName) is "extension" or "organization",
            Label = values.Text(Find(at, "label"), MaxText),
            Description = values.Text(Find(at, "description"), MaxText),
        };
    }

    private List<ExtensionSecretNeed> ReadSecrets(Placed extension)
    {
        List<ExtensionSecretNeed> needs = [];
        foreach (var item in values.Items(Find(extension, "secrets")))
        {
            var key = item.Node is YamlText { IsNull: false }
                ? values.Text(item, ExtensionSecret.MaxKeyLength)
                : values.Required(values.Map(item, "A secret"), "key", ExtensionSecret.MaxKeyLength, "name");
            if (key is null)
                continue;
            if (!SettingKey().IsMatch(key))
                findings.AddError(item, "The key of a secret can have letters, digits, dots, hyphens and underscores only.");
            else if (needs.Exists(n => n.Key == key))
                findings.AddError(item, $"There is already a secret {key}.");
            else
                needs.Add(
                    new()
                    {
                        Key = key,
                        Label = values.Text(Find(item, "label"), MaxText),
                        Description = values.Text(Find(item, "description"), MaxText),
                        Required = values.Flag(Find(item, "required")) ?? false,
                    }
                );
        }

        return needs;
    }

    private List<ExtensionAction> ReadActions(Placed extension)
    {
        List<ExtensionAction> actions = [];
        if (Find(extension, "contributes") is not { } at)
            return actions;
        var contributes = values.Map(at, "contributes");
        foreach (var item in values.Items(Find(contributes, "commands")))
            values.Required(values.Map(item, "A command"), "command", MaxName, "id");
        foreach (var item in values.Items(Find(contributes, "workflow_actions", "workflowActions")))
        {
            var map = values.Map(item, "A workflow action");
            if (values.Required(map, "id", MaxName, "key", "action") is not { } id)
                continue;
            if (!EventName().IsMatch(id))
            {
                findings.AddError(
                    item,
                    "The id of an action can have letters, digits, dots, hyphens, colons and underscores only."
                );
                continue;
            }

            if (actions.Exists(a => a.Id == id))
            {
                findings.AddError(item, $"There is already an action {id}.");
                continue;
            }

            var handler = Find(map, "handler");
            actions.Add(
                new()
                {
                    Id = id,
                    Name = values.Text(Find(map, "name", "title", "label"), MaxName) ?? id,
                    Description = values.Text(Find(map, "description"), MaxText),
                    Handler = handler is { Node: YamlMap } typed
                        ? values.Text(Find(typed, "event"), MaxName)
                        : values.Text(handler, MaxName),
                    Parameters = ReadParameters(map),
                }
            );
        }

        return actions;
    }

    private List<ExtensionActionParameter> ReadParameters(Placed action)
    {
        List<ExtensionActionParameter> parameters = [];
        foreach (var item in values.Items(Find(action, "parameters")))
        {
            var map = values.Map(item, "A parameter");
            if (values.Required(map, "key", MaxName, "name") is not { } key)
                continue;
            if (parameters.Exists(p => p.Key == key))
                findings.AddError(item, $"There is already a parameter {key}.");
            else
                parameters.Add(
                    new()
                    {
                        Key = key,
                        Type = values.Text(Find(map, "type"), MaxName) ?? "string",
                        Label = values.Text(Find(map, "label"), MaxText),
                        Required = values.Flag(Find(map, "required")) ?? false,
                    }
                );
        }

        return parameters;
    }

    private List<CustomDataGrant> ReadCustomData(Placed extension)
    {
        List<CustomDataGrant> grants = [];
        if (Find(extension, "custom_data", "customData") is not { } at)
            return grants;
        var customData = values.Map(at, "custom_data");
        values.RejectMisspelled(customData, ["permissions"], ["modules"]);
        foreach (var item in values.Items(Find(customData, "permissions")))
        {
            var map = values.Map(item, "A permission");
            values.RejectUnknown(map, "module", "operations", "description");
            if (values.Required(map, "module", MaxName) is not { } module)
                continue;
            var listed = Find(map, "operations") ?? map.Member("operations", map.Node);
            var operations = listed.Node == map.Node ? [] : values.Texts(listed, MaxName);
            if (operations.Count == 0)
                findings.AddError(listed, "operations must be a list of read, write, delete or admin.");
            foreach (var wrong in operations.Except(Operations))
                findings.AddError(listed, $"'{wrong}' is not a valid operation; use {string.Join(", ", Operations)}.");
            grants.Add(new() { Module = module, Operations = operations });
        }

        return grants;
    }

    private void CheckSetup(Placed extension)
    {
        foreach (var item in values.Items(Find(extension, "setup")))
        {
            if (item.Node is not YamlMap { Entries: [var only] })
                findings.AddError(item, "A step must be a map with one key: the kind of step.");
            else if (!Steps.Contains(only.Key.Value))
                findings.Warn(item, $"'{only.Key.Shown}' is not a known kind of step. Known: {string.Join(", ", Steps)}.");
        }
    }

    private void CheckOutputFields(Placed extension)
    {
        if (Find(extension, "output_fields") is not { } at)
            return;
        foreach (var (key, value) in Members(values.Map(at, "output_fields")))
        {
            var field = values.Map(value, "An output field");
            if (!OutputKey().IsMatch(key))
                findings.AddError(value, "The key of an output field can have lower-case letters, digits and underscores only.");
            if (values.Text(Find(field, "type"), MaxName) is { } type && !OutputTypes.Contains(type))
                findings.AddError(
                    Find(field, "type")!.Value,
                    $"'{type}' is not a valid type; use {string.Join(", ", OutputTypes)}."
                );
        }
    }

    /// <summary>The document without the secrets that it contained.</summary>
    private JsonElement Redact(JsonElement element, IReadOnlyList<string> path)
    {
        if (literalSecret is null && hiddenDefaults.Count == 0)
            return element;
        return element.ValueKind switch
        {
            JsonValueKind.Object => JsonSerializer.SerializeToElement(
                element
                    .EnumerateObject()
                    .DistinctBy(m => m.Name)
                    .ToDictionary(m => m.Name, m => IsHidden(m, element, path) ? Hidden : Redact(m.Value, [.. path, m.Name]))
            ),
            JsonValueKind.Array => JsonSerializer.SerializeToElement(element.EnumerateArray().Select(i => Redact(i, path))),
            _ => element,
        };
    }

    private static readonly JsonElement Hidden = JsonSerializer.SerializeToElement(ManifestHeaders.Filtered);

    private bool IsHidden(JsonProperty member, JsonElement owner, IReadOnlyList<string> path) =>
        member.Name switch
        {
            "secret" or "delivery_secret" => member.Value.ValueKind is JsonValueKind.String
                && member.Value.GetString() == literalSecret,
            "default" => hiddenDefaults.Contains(path.Count > 0 ? path[^1] : "")
                || (
                    owner.TryGetProperty("key", out var key)
                    && key.ValueKind is JsonValueKind.String
                    && hiddenDefaults.Contains(key.GetString()!)
                ),
            _ => false,
        };

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9._-]*\z")]
    private static partial Regex Id();

    [GeneratedRegex(@"^[a-z][a-z0-9.-]+\z")]
    private static partial Regex LowerId();

    [GeneratedRegex(@"^\d{1,9}\.\d{1,9}\.\d{1,9}(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?\z")]
    private static partial Regex SemanticVersion();

    [GeneratedRegex(@"^v\d{1,4}\z")]
    private static partial Regex ApiVersion();

    [GeneratedRegex(@"^env[.:](?<name>[A-Za-z_][A-Za-z0-9_]*)\z|^\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*)\}\z")]
    private static partial Regex EnvironmentReference();

    [GeneratedRegex(@"^[A-Za-z0-9._:-]{1,120}\z")]
    private static partial Regex EventName();

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9._-]{0,119}\z")]
    private static partial Regex SettingKey();

    [GeneratedRegex(@"^[a-z][a-z0-9_]*\z")]
    private static partial Regex OutputKey();
}
