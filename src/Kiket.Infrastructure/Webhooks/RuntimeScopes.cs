using System.Globalization;
using Kiket.Domain.Extensions;

namespace Kiket.Infrastructure.Webhooks;

/// <summary>What an extension's permissions are called in its token: receivers compare texts, so each spelling is there (decisions, 30).</summary>
internal static class RuntimeScopes
{
    public static IReadOnlyList<string> Of(Extension extension, long? projectId)
    {
        List<string> scopes = [];
        foreach (var permission in extension.Manifest.Permissions)
        {
            scopes.Add(permission);
            if (permission.IndexOfAny([':', '.']) is not (> 0 and var separator))
                continue;
            var (left, right) = (permission[..separator], permission[(separator + 1)..]);
            var (resource, action) = left is "read" or "write" or "send" or "execute" ? (right, left) : (left, right);
            scopes.AddRange(SpellingsOf(resource, action));
            if (action is "write" or "send")
                scopes.AddRange(SpellingsOf(resource, "read"));
            if (resource == "notifications" && action == "write")
                scopes.AddRange(SpellingsOf(resource, "send"));
        }

        if (projectId is { } project)
            scopes.Add(string.Create(CultureInfo.InvariantCulture, $"project:{project}"));
        return [.. scopes.Distinct(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> SpellingsOf(string resource, string action) =>
        [$"{resource}:{action}", $"{resource}.{action}", $"{action}:{resource}"];
}
