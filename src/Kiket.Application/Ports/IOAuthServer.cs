using Kiket.Domain.Common;
using Kiket.Domain.OAuth;

namespace Kiket.Application.Ports;

/// <summary>The OAuth server, which stores the secrets of applications and the tokens that it has issued.</summary>
internal interface IOAuthServer
{
    /// <summary>Registers an application, in the running transaction.</summary>
    /// <param name="secret">Null for a public application.</param>
    Task RegisterAsync(OAuthApplication application, string? secret, CancellationToken ct);

    /// <summary>Authorizes an application to get tokens that act as a user, in the running transaction.</summary>
    /// <param name="isKept">Whether the authorization is kept for longer than its tokens.</param>
    /// <returns>The id of the authorization.</returns>
    Task<string> AllowAsync(
        OAuthApplication application,
        UserId user,
        IReadOnlyList<string> scopes,
        bool isKept,
        CancellationToken ct
    );

    /// <summary>The id of a kept authorization of an application by a user for some scopes, or null.</summary>
    Task<string?> FindAuthorizationAsync(string clientId, UserId user, IReadOnlyList<string> scopes, CancellationToken ct);

    /// <summary>Replaces the secret of an application, in the running transaction.</summary>
    Task ReplaceSecretAsync(OAuthApplication application, string secret, CancellationToken ct);

    /// <summary>Removes an application with all its tokens, in the running transaction.</summary>
    Task UnregisterAsync(OAuthApplication application, CancellationToken ct);

    /// <summary>Removes a user's authorizations of applications, with all tokens, in the running transaction.</summary>
    Task RevokeAsync(UserId user, CancellationToken ct);
}
