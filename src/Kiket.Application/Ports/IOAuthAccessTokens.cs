using Kiket.Domain.Common;

namespace Kiket.Application.Ports;

/// <summary>The access tokens that the OAuth server has issued.</summary>
internal interface IOAuthAccessTokens
{
    /// <summary>What an access token allows; null when it is unknown or revoked.</summary>
    /// <param name="hash">The hash of the token; see <see cref="TokenSecret.HashOf"/>.</param>
    Task<OAuthAccess?> FindAsync(string hash, CancellationToken ct);
}

/// <summary>What an access token allows.</summary>
/// <param name="ClientId">The application that it was issued to.</param>
/// <param name="UserId">The user whom it acts as.</param>
/// <param name="Scopes">As requested; only the API's own scopes grant access to it.</param>
internal sealed record OAuthAccess(string ClientId, UserId UserId, IReadOnlyList<string> Scopes, DateTimeOffset ExpiresAt);
