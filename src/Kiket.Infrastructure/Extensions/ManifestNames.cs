using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Tokens;
using Kiket.Infrastructure.Yaml;
using static Kiket.Infrastructure.Extensions.ManifestValues;

namespace Kiket.Infrastructure.Extensions;

/// <summary>
/// Reads the names of events and permissions in a manifest. A meaningless name is rejected, because the hook would never run
/// and the permission would grant nothing; names known elsewhere in Kiket, and those of the extension itself, are accepted.
/// </summary>
internal sealed class ManifestNames(ManifestFindings findings, YamlMap root)
{
    private const int MaxName = 120;
    private const string ExternalWebhooks = "external.webhook.";

    /// <summary>
    /// The areas of Kiket's own events, where an unknown name is a mistake. In other areas extensions name their own commands.
    /// </summary>
    private static readonly string[] OwnAreas =
    [
        .. EventNames.Subscribable.Concat(EventNames.Elsewhere).Select(AreaOf).Distinct(),
        "external",
        "sla",
    ];

    /// <summary>Resources that manifests request and for which this server has no scopes.</summary>
    private static readonly string[] ResourcesElsewhere =
    [
        "approvals",
        "attachments",
        "audit",
        "automations",
        "calendars",
        "capacity",
        "checklists",
        "dashboards",
        "definitions",
        "intake_forms",
        "labels",
        "members",
        "milestones",
        "secrets",
        "sla",
        "sla_events",
        "teams",
        "telemetry",
    ];

    /// <summary>Actions of people's roles, which manifests also use.</summary>
    private static readonly string[] ActionsElsewhere =
    [
        "view",
        "create",
        "edit",
        "update",
        "delete",
        "admin",
        "manage",
        "manage_members",
        "list",
        "sync",
    ];

    private static readonly string[] Actions = ["read", "write", "execute", "send"];

    private readonly ManifestValues values = new(findings);
    private readonly HashSet<string> ownEvents = [.. OwnEventsOf(root.Find("extension")?.Value as YamlMap ?? root)];

    public IReadOnlyList<string> ReadActivationEvents(Placed extension)
    {
        var at = Find(extension, "activationEvents", "activation_events");
        var events = values.Texts(at, MaxName);
        foreach (var name in events.Where(n => n is not "*"))
            CheckEvent(ItemOf(at!.Value, name), name);
        return events;
    }

    public IReadOnlyList<string> ReadLifecycleEvents(Placed extension)
    {
        var at = Find(extension, "lifecycleEvents", "lifecycle_events");
        var events = values.Texts(at, MaxName);
        foreach (var name in events.Where(n => ExtensionLifecycle.Resolve(n) is null))
        {
            var word = name[(name.LastIndexOfAny(['.', ':']) + 1)..];
            if (
                Spelling.Nearest(
                    word,
                    "installed",
                    "upgraded",
                    "updated",
                    "uninstalled",
                    "install",
                    "upgrade",
                    "update",
                    "uninstall"
                ) is
                { } meant
            )
                findings.Reject(
                    ItemOf(at!.Value, name),
                    $"'{name}' is not a lifecycle event of this server; {Spelling.Ask(meant)}"
                );
            else
                findings.Warn(ItemOf(at!.Value, name), $"'{name}' is not a lifecycle event of this server; it never occurs.");
        }

        return events;
    }

    public void CheckEvent(Placed at, string name)
    {
        if (EventNames.Resolve(name) is not null || ownEvents.Contains(name))
            return;
        var isElsewhere =
            EventNames.Elsewhere.Contains(name)
            || ExtensionLifecycle.Resolve(name) is not null
            || (name.StartsWith(ExternalWebhooks, StringComparison.Ordinal) && name.Length > ExternalWebhooks.Length);
        var meant = Spelling.Nearest(name, [.. EventNames.Subscribable, .. ownEvents]);
        if (!isElsewhere && meant is not null)
            findings.Reject(at, $"'{name}' is not an event of this server; {Spelling.Ask(meant)}");
        else if (!isElsewhere && (OwnAreas.Contains(AreaOf(name)) || AreaOf(name) == name))
            findings.Reject(at, $"'{name}' is not an event of this server. Known: {string.Join(", ", EventNames.Subscribable)}.");
        else
            findings.Warn(
                at,
                $"'{name}' is not an event of this server; only the extension's own commands and actions can raise it."
            );
    }

    public IReadOnlyList<string> ReadPermissions(Placed extension, Placed whole)
    {
        var at = Find(extension, "permissions") ?? Find(whole, "permissions");
        var permissions = values.Texts(at, MaxName);
        foreach (var unknown in permissions.Where(p => !Scope.TryParse(p, out _)))
        {
            if (IsElsewhere(unknown))
                findings.Warn(ItemOf(at!.Value, unknown), $"The permission '{unknown}' is not known here and grants nothing.");
            else
                findings.Reject(ItemOf(at!.Value, unknown), $"'{unknown}' is not a valid permission{Suggestion(unknown)}");
        }

        return permissions;
    }

    /// <summary>
    /// Whether a permission means something to Kiket, but nothing to this server: <c>attachments:read</c>, <c>project:27</c>.
    /// </summary>
    private static bool IsElsewhere(string permission)
    {
        var separator = permission.IndexOfAny([':', '.']);
        if (separator < 0)
            return ResourcesElsewhere.Contains(permission);
        var (left, right) = (permission[..separator], permission[(separator + 1)..]);
        return (left is "project" or "organization" && right.Length > 0 && right.All(char.IsAsciiDigit))
            || IsPair(left, right)
            || IsPair(right, left);
    }

    private static bool IsPair(string resource, string action) =>
        Actions.Contains(action)
            ? ResourcesElsewhere.Contains(resource)
            : ActionsElsewhere.Contains(action)
                && (ResourcesElsewhere.Contains(resource) || Scope.KnownResources.Contains(resource));

    private static string Suggestion(string written)
    {
        string[] resources = [.. Scope.KnownResources, .. ResourcesElsewhere];
        var meant = Spelling.Nearest(written, [.. resources.SelectMany(SpellingsOf)]);
        return meant is null
            ? $"; use a resource and an action, such as issues:read. Resources: {string.Join(", ", Scope.KnownResources)}."
            : $"; {Spelling.Ask(meant)}";
    }

    private static IEnumerable<string> SpellingsOf(string resource) =>
        Actions
            .SelectMany(action => new[] { $"{resource}:{action}", $"{action}:{resource}", $"{resource}.{action}" })
            .Prepend(resource);

    private static string AreaOf(string name) => name.IndexOfAny(['.', ':']) is var end and > 0 ? name[..end] : name;

    private static Placed ItemOf(Placed at, string text)
    {
        var items = (at.Node as YamlList)?.Items ?? [];
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is YamlText item && item.Value == text)
                return at.Item(i, item);
        }

        return at;
    }

    /// <summary>The events of the extension's own commands and actions.</summary>
    private static IEnumerable<string> OwnEventsOf(YamlMap extension)
    {
        var contributes = extension.Find("contributes")?.Value as YamlMap;
        string[] lists = ["commands", "workflow_actions", "workflowActions"];
        foreach (var item in lists.SelectMany(l => (contributes?.Find(l)?.Value as YamlList)?.Items ?? []).OfType<YamlMap>())
        {
            var handler = item.Find("handler")?.Value;
            YamlNode?[] names =
            [
                item.Find("command")?.Value,
                item.Find("id")?.Value,
                item.Find("key")?.Value,
                item.Find("action")?.Value,
                handler,
                (handler as YamlMap)?.Find("event")?.Value,
            ];
            foreach (var name in names.OfType<YamlText>())
                yield return name.Value;
        }
    }
}
