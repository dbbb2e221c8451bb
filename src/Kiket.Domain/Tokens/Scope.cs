using System.Collections.Frozen;

namespace Kiket.Domain.Tokens;

/// <summary>What a scope lets a token do with a resource.</summary>
[Flags]
internal enum ScopeActions
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Read it.</summary>
    Read = 1,

    /// <summary>Change it.</summary>
    Write = 2,

    /// <summary>Trigger it.</summary>
    Execute = 4,

    /// <summary>All of these.</summary>
    All = Read | Write | Execute,
}

/// <summary>One scope of a token, in one form whatever the spelling.</summary>
/// <remarks>
/// <c>read:issues</c>, <c>issues:read</c> and <c>issues.read</c> mean the same; a bare resource means both actions; <c>*</c> and
/// <c>admin</c> mean everything. Permission to change a resource includes triggering it. Source: contract 2.3.
/// </remarks>
/// <param name="Resource">The resource, or <c>*</c> for every one.</param>
/// <param name="Actions">What may be done with it.</param>
internal readonly record struct Scope(string Resource, ScopeActions Actions)
{
    private static readonly FrozenSet<string> Known = FrozenSet.Create(
        StringComparer.Ordinal,
        "issues",
        "projects",
        "comments",
        "users",
        "workflows",
        "analytics",
        "custom_data",
        "extensions",
        "storage",
        "webhooks",
        "notifications",
        "audit",
        "boards"
    );

    /// <summary>Scope of reading and writing issues.</summary>
    public const string Issues = "issues";

    /// <summary>Scope of projects, their members and milestones.</summary>
    public const string Projects = "projects";

    /// <summary>Scope of comments.</summary>
    public const string Comments = "comments";

    /// <summary>Scope of users.</summary>
    public const string Users = "users";

    /// <summary>Scope of workflow definitions.</summary>
    public const string Workflows = "workflows";

    /// <summary>Scope of statistics over issues: capacity.</summary>
    public const string Analytics = "analytics";

    /// <summary>Scope of installed extensions and their secrets.</summary>
    public const string Extensions = "extensions";

    /// <summary>Scope of an extension's own storage.</summary>
    public const string Storage = "storage";

    /// <summary>Scope of subscriptions to events.</summary>
    public const string Webhooks = "webhooks";

    /// <summary>Scope of custom data.</summary>
    public const string CustomData = "custom_data";

    /// <summary>Scope of notifications.</summary>
    public const string Notifications = "notifications";

    /// <summary>Scope of the organization's audit log, which can only be read.</summary>
    public const string Audit = "audit";

    /// <summary>Scope of administration; only an unrestricted token or <c>admin</c> has it.</summary>
    public const string Admin = "admin";

    /// <summary>The resources that have scopes of their own, in order.</summary>
    public static IReadOnlyCollection<string> KnownResources { get; } = [.. Known.Order(StringComparer.Ordinal)];

    /// <summary>Reads a scope in any of its spellings.</summary>
    /// <param name="text">Such as <c>issues:read</c>.</param>
    /// <param name="scope">The scope.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse(string? text, out Scope scope)
    {
        scope = default;
        if (string.IsNullOrEmpty(text))
            return false;
        if (text is "*" or "admin")
        {
            scope = new("*", ScopeActions.All);
            return true;
        }

        var separator = text.IndexOfAny([':', '.']);
        if (separator < 0)
            return Parse(text, ScopeActions.All, out scope);

        var (left, right) = (text[..separator], text[(separator + 1)..]);
        return ActionOf(right) is { } last
            ? Parse(left, last, out scope)
            : ActionOf(left) is { } first && Parse(right, first, out scope);
    }

    /// <summary>Whether a token with these scopes may do something.</summary>
    /// <param name="scopes">The token's scopes as written; empty is everything.</param>
    /// <param name="resource">The resource.</param>
    /// <param name="action">What is to be done with it.</param>
    public static bool Allows(IReadOnlyCollection<string> scopes, string resource, ScopeActions action)
    {
        ArgumentNullException.ThrowIfNull(scopes);
        return scopes.Count == 0 || Grants(scopes, resource, action);
    }

    /// <summary>Whether some scopes allow something; without any, nothing is allowed.</summary>
    /// <param name="scopes">The scopes as written.</param>
    /// <param name="resource">The resource.</param>
    /// <param name="action">What is to be done with it.</param>
    public static bool Grants(IReadOnlyCollection<string> scopes, string resource, ScopeActions action)
    {
        ArgumentNullException.ThrowIfNull(scopes);
        var granted = ScopeActions.None;
        foreach (var text in scopes)
        {
            if (TryParse(text, out var scope) && (scope.Resource == "*" || scope.Resource == resource))
                granted |= scope.Actions;
        }

        return granted.HasFlag(action);
    }

    /// <summary>Whether every one of some scopes is allowed by others, so that a token cannot issue a stronger one.</summary>
    /// <param name="scopes">The scopes of the issuing token; empty is everything.</param>
    /// <param name="requested">The requested scopes; empty is everything.</param>
    public static bool Covers(IReadOnlyCollection<string> scopes, IReadOnlyCollection<string> requested)
    {
        ArgumentNullException.ThrowIfNull(scopes);
        ArgumentNullException.ThrowIfNull(requested);
        return requested.Count == 0
            ? Allows(scopes, "*", ScopeActions.All)
            : requested.All(a => TryParse(a, out var scope) && Allows(scopes, scope.Resource, scope.Actions));
    }

    /// <summary>
    /// Permissions as written, and every other spelling of what they mean, because programs compare scopes as texts. Permission
    /// to change a resource includes reading it.
    /// </summary>
    /// <param name="permissions">Permissions as a manifest writes them; those that are not scopes are kept as they are.</param>
    /// <returns>Each spelling once, those as written first. Source: decisions, 30.</returns>
    public static IReadOnlyList<string> Spell(IReadOnlyCollection<string> permissions)
    {
        ArgumentNullException.ThrowIfNull(permissions);
        List<string> spelt = [.. permissions];
        foreach (var permission in permissions)
        {
            if (!TryParse(permission, out var scope) || scope.Resource == "*")
                continue;
            var isBare = scope.Actions == ScopeActions.All;
            if (scope.Actions.HasFlag(ScopeActions.Write))
                spelt.AddRange(SpellingsOf(scope.Resource, "write"));
            if (scope.Actions.HasFlag(ScopeActions.Execute) && scope.Resource == Workflows)
                spelt.AddRange(SpellingsOf(scope.Resource, "execute"));
            if (scope.Actions.HasFlag(ScopeActions.Write) && scope.Resource == Notifications)
                spelt.AddRange(SpellingsOf(scope.Resource, "send"));
            if (scope.Actions.HasFlag(ScopeActions.Read) || scope.Actions.HasFlag(ScopeActions.Write))
                spelt.AddRange(SpellingsOf(scope.Resource, "read"));
            if (isBare)
                spelt.Add(scope.Resource);
        }

        return [.. spelt.Distinct(StringComparer.Ordinal)];
    }

    private static string[] SpellingsOf(string resource, string action) =>
        [$"{resource}:{action}", $"{resource}.{action}", $"{action}:{resource}"];

    private static bool Parse(string resource, ScopeActions actions, out Scope scope)
    {
        scope = new(resource, actions);
        return Known.Contains(resource);
    }

    private static ScopeActions? ActionOf(string word) =>
        word switch
        {
            "read" => ScopeActions.Read,
            "write" => ScopeActions.Write | ScopeActions.Execute,
            "execute" => ScopeActions.Execute,
            "send" => ScopeActions.Write,
            _ => null,
        };
}
