using Kiket.Domain.Common;
using Kiket.Domain.OAuth;

namespace Kiket.Application.Ports;

/// <summary>The OAuth server: it knows the secrets of applications and the tokens that it has issued.</summary>
internal interface IOAuthServer
{
    /// <summary>Makes an application known, in the running transaction.</summary>
    /// <param name="secret">Null for a public application.</param>
    Task RegisterAsync(OAuthApplication application, string? secret, CancellationToken ct);

    /// <summary>Lets an application have tokens that act as a user, in the running transaction.</summary>
    /// <returns>The id of the authorization.</returns>
    Task<string> AllowAsync(OAuthApplication application, UserId user, IReadOnlyList<string> scopes, CancellationToken ct);

    /// <summary>The id of the authorization by which a user has allowed an application some scopes before, or null.</summary>
    Task<string?> FindAuthorizationAsync(string clientId, UserId user, IReadOnlyList<string> scopes, CancellationToken ct);

    /// <summary>Replaces the secret of an application, in the running transaction.</summary>
    Task ReplaceSecretAsync(OAuthApplication application, string secret, CancellationToken ct);

    /// <summary>Removes an application with all its tokens, in the running transaction.</summary>
    Task UnregisterAsync(OAuthApplication application, CancellationToken ct);

    /// <summary>Removes what a user has allowed applications, with all tokens, in the running transaction.</summary>
    Task RevokeAsync(UserId user, CancellationToken ct);

    /// <summary>What an access token allows; null when it is unknown or revoked.</summary>
    /// <param name="hash">The hash of the token; see <see cref="TokenSecret.HashOf"/>.</param>
    Task<OAuthAccess?> FindAccessAsync(string hash, CancellationToken ct);
}

/// <summary>What an access token allows.</summary>
/// <param name="ClientId">The application that it was issued to.</param>
/// <param name="UserId">In whose name it acts.</param>
/// <param name="Scopes">As asked for; only those of the API allow anything there.</param>
internal sealed record OAuthAccess(string ClientId, UserId UserId, IReadOnlyList<string> Scopes, DateTimeOffset ExpiresAt);
