using Kiket.Infrastructure.Settings;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Kiket.Api.Http;

/// <summary>
/// In Production, a server that listens on HTTPS redirects plain HTTP there, and answers over HTTPS say that browsers must not
/// use anything else (HSTS). Where a proxy encrypts and Kiket listens on plain HTTP only, nothing is redirected.
/// </summary>
internal static class EncryptedConnections
{
    private static readonly TimeSpan HstsLifetime = TimeSpan.FromDays(365);

    public static void AddEncryptedConnections(this IServiceCollection services) =>
        services.AddHsts(hsts => hsts.MaxAge = HstsLifetime);

    public static void UseEncryptedConnections(this WebApplication app, KiketSettings settings)
    {
        if (!(settings.RequireHttps ?? app.Environment.IsProduction()))
            return;
        app.UseHsts();

        // Orchestrators probe over HTTP, and do not follow redirects.
        var listensEncrypted = new Lazy<bool>(() => ListensEncrypted(app));
        app.UseWhen(
            context =>
                !context.Request.IsHttps
                && !context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal)
                && listensEncrypted.Value,
            plain => plain.UseHttpsRedirection()
        );
    }

    private static bool ListensEncrypted(WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>() is { } listening
        && listening.Addresses.Any(a => a.StartsWith("https:", StringComparison.OrdinalIgnoreCase));
}
