using Kiket.Domain.Common;

namespace Kiket.Domain.OAuth;

/// <summary>The refusals about applications.</summary>
internal static class OAuthErrors
{
    /// <summary><c>OAUTH_APPLICATION_NOT_FOUND</c>: no such application in the organization.</summary>
    /// <param name="id">The requested one.</param>
    public static Error NotFound(long id) =>
        new(ErrorKind.NotFound, "OAUTH_APPLICATION_NOT_FOUND", $"There is no OAuth application {id}.");

    /// <summary><c>AUTH_FORBIDDEN_SCOPE</c>: an application asks for more than it may have.</summary>
    /// <param name="allowed">Its scopes.</param>
    public static Error ScopeNotAllowed(IReadOnlyList<string> allowed) =>
        new(
            ErrorKind.Forbidden,
            ServerErrorCodes.ForbiddenScope,
            $"The application can ask for no more than its scopes: {string.Join(' ', allowed)}."
        );

    /// <summary><c>VALIDATION_ERROR</c>: a public application has no secret.</summary>
    public static Error NoSecret => Error.Validation("oauth_application", "A public application has no secret.");

    /// <summary><c>AUTH_INVALID_TOKEN</c>: an application uses its credentials outside its networks.</summary>
    public static Error NotFromThisAddress =>
        new(
            ErrorKind.Forbidden,
            ServerErrorCodes.InvalidToken,
            "The credential is unknown, expired or revoked, or is not accepted from this address."
        );

    /// <summary><c>FORBIDDEN</c>: the user is deactivated, or belongs to another organization than the application.</summary>
    public static Error NotOfOrganization => Error.Forbidden("The user does not belong to the organization of the application.");
}
