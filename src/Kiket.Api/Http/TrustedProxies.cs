using Kiket.Domain.Common;
using Kiket.Infrastructure.Settings;
using Microsoft.AspNetCore.HttpOverrides;

namespace Kiket.Api.Http;

/// <summary>
/// Reads the caller's address and scheme from <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c>, but only the parts written by
/// proxies of <c>Kiket:TrustedProxies</c>: anybody can send these headers.
/// </summary>
internal static class TrustedProxies
{
    public static void UseTrustedProxies(this WebApplication app, KiketSettings settings)
    {
        if (settings.TrustedProxies.Count == 0)
            return;

        // Without a limit on the hops: the first address that is not a trusted proxy ends the chain.
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            ForwardLimit = null,
        };
        options.KnownProxies.Clear(); // not even this machine is trusted by default
        options.KnownIPNetworks.Clear();
        foreach (var network in settings.TrustedProxies)
            options.KnownIPNetworks.Add(Networks.Of(network));
        app.UseForwardedHeaders(options);
    }
}
