using Kiket.Domain.Common;
using Kiket.Infrastructure.Persistence;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OpenIddict.Core;

namespace Kiket.Infrastructure.OAuth;

/// <summary>
/// Stores tokens under the same hash as all our credentials, and their permissions where a request can read them.
/// </summary>
internal sealed class OAuthTokens(
    IOpenIddictTokenCache<OAuthToken> cache,
    ILogger<OpenIddictTokenManager<OAuthToken>> logger,
    IOptionsMonitor<OpenIddictCoreOptions> options,
    IOpenIddictTokenStore<OAuthToken> store
) : OpenIddictTokenManager<OAuthToken>(cache, logger, options, store)
{
    public override async ValueTask PopulateAsync(
        OAuthToken token,
        OpenIddictTokenDescriptor descriptor,
        CancellationToken cancellationToken = default
    )
    {
        await base.PopulateAsync(token, descriptor, cancellationToken);
        if (descriptor.Principal is { } principal)
            token.Scopes = [.. principal.GetScopes()];
    }

    protected override ValueTask<string> ObfuscateReferenceIdAsync(
        string identifier,
        CancellationToken cancellationToken = default
    ) => ValueTask.FromResult(TokenSecret.HashOf(identifier));
}
