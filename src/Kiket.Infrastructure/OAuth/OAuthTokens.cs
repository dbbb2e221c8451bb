using Kiket.Domain.Common;
using Kiket.Infrastructure.Persistence;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OpenIddict.Core;

namespace Kiket.Infrastructure.OAuth;

/// <summary>Keeps tokens by the hash that all our credentials have, and what they allow where a request can read it.</summary>
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
