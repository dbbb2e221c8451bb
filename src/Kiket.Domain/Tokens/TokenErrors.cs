using Kiket.Domain.Common;

namespace Kiket.Domain.Tokens;

/// <summary>The refusals about tokens.</summary>
internal static class TokenErrors
{
    /// <summary><c>TOKEN_NOT_FOUND</c>: no such token, or not one that the actor may manage.</summary>
    /// <param name="id">The requested one.</param>
    public static Error NotFound(long id) => new(ErrorKind.NotFound, "TOKEN_NOT_FOUND", $"There is no token {id}.");

    /// <summary>Says which scopes there are.</summary>
    /// <param name="scope">What was given instead.</param>
    public static string NotAScope(string? scope) =>
        $"'{scope}' is not a valid scope. Valid scopes are admin and, alone or with :read or :write, "
        + $"{string.Join(", ", Scope.KnownResources)}.";

    /// <summary><c>AUTH_FORBIDDEN_SCOPE</c>: a token cannot issue or revoke one that may do more than itself.</summary>
    public static Error Stronger =>
        new(
            ErrorKind.Forbidden,
            ServerErrorCodes.ForbiddenScope,
            "A token can only issue and revoke tokens that have no scopes beyond its own."
        );
}
