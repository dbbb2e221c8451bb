namespace Kiket.Api.Http;

internal static class PathRoots
{
    /// <summary>Whether a path is one of these or below one of them. Case matters.</summary>
    public static bool IsBelowAny(this PathString path, PathString[] roots)
    {
        foreach (var root in roots)
        {
            if (path.StartsWithSegments(root, StringComparison.Ordinal))
                return true;
        }

        return false;
    }
}
