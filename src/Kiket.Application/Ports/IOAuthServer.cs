using Kiket.Domain.Common;
using Kiket.Domain.OAuth;

namespace Kiket.Application.Ports;

/// <summary>The OAuth server: it knows the secrets of applications and the tokens that it has issued.</summary>
internal interface IOAuthServer
{
    /// <summary>Makes an application known, in the running transaction.</summary>
    Task RegisterAsync(OAuthApplication application, string secret, CancellationToken ct);

    /// <summary>Replaces the secret of an application, in the running transaction.</summary>
    Task ReplaceSecretAsync(OAuthApplication application, string secret, CancellationToken ct);

    /// <summary>Removes an application with all its tokens, in the running transaction.</summary>
    Task UnregisterAsync(OAuthApplication application, CancellationToken ct);

    /// <summary>What an access token allows; null when it is unknown or revoked.</summary>
    /// <param name="hash">The hash of the token; see <see cref="TokenSecret.HashOf"/>.</param>
    Task<OAuthAccess?> FindAccessAsync(string hash, CancellationToken ct);
}

/// <summary>What an access token allows.</summary>
/// <param name="ClientId">The application that it was issued to.</param>
/// <param name="UserId">In whose name it acts.</param>
/// <param name="Scopes">As asked for; only those of the API allow anything there.</param>
internal sealed record OAuthAccess(string ClientId, UserId UserId, IReadOnlyList<string> Scopes, DateTimeOffset ExpiresAt);
