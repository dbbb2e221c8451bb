using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Tokens;

namespace Kiket.Application.Common;

/// <summary>
/// The scopes that a credential needs beyond that of its route, because the request grants, imports or subscribes: no caller
/// can grant, or subscribe to, what their own credential does not allow.
/// </summary>
internal static class ScopeDemands
{
    /// <summary>An error for the first scope that the current credential lacks; null when it has them all.</summary>
    public static Error? Lacks(this ICurrentActor current, IEnumerable<Scope> needed)
    {
        foreach (var (resource, actions) in needed)
        {
            var allows = current.Extension is null
                ? Scope.Allows(current.Scopes, resource, actions)
                : Scope.Grants(current.Scopes, resource, actions);
            if (!allows)
                return new(
                    ErrorKind.Forbidden,
                    ServerErrorCodes.ForbiddenScope,
                    $"The token lacks the scope {Spelling(resource, actions)}, which this request requires."
                );
        }

        return null;
    }

    /// <summary>
    /// The scopes that an installed manifest uses. A permission that is not a scope grants nothing and requires nothing.
    /// </summary>
    public static IEnumerable<Scope> ScopesOf(ExtensionManifest manifest)
    {
        foreach (var permission in Scope.Spell(manifest.Permissions)) // the same scopes as its key has: write includes read
        {
            if (Scope.TryParse(permission, out var scope))
                yield return scope;
        }

        foreach (var operation in manifest.CustomData.SelectMany(g => g.Operations))
            yield return new(Scope.CustomData, operation == "read" ? ScopeActions.Read : ScopeActions.Write);
        foreach (var scope in ScopesOf(manifest.Subscriptions().Select(h => h.Event)))
            yield return scope;
    }

    /// <summary>The scopes that a subscriber to events uses.</summary>
    /// <param name="events">Names or aliases; other events contain no data of the tracker.</param>
    public static IEnumerable<Scope> ScopesOf(IEnumerable<string> events) =>
        events
            .Select(EventNames.Resolve)
            .OfType<string>()
            .SelectMany(ResourcesOf)
            .Distinct()
            .Select(r => new Scope(r, ScopeActions.Read));

    /// <summary>An event about an issue shows the issue; one about a comment shows its text as well.</summary>
    private static string[] ResourcesOf(string name) =>
        name switch
        {
            _ when name.StartsWith("comment.", StringComparison.Ordinal) => [Scope.Issues, Scope.Comments],
            EventNames.ProjectUpdated => [Scope.Projects],
            _ => [Scope.Issues],
        };

    private static string Spelling(string resource, ScopeActions actions) =>
        resource == "*" ? Scope.Admin
        : actions.HasFlag(ScopeActions.Write) ? $"{resource}:write"
        : actions.HasFlag(ScopeActions.Read) ? $"{resource}:read"
        : $"{resource}:execute";
}
