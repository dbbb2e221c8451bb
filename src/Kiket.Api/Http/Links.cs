using Kiket.Application.Ports;
using Kiket.Infrastructure.Settings;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Kiket.Api.Http;

/// <summary>
/// The base of links: <c>Kiket:PublicUrl</c> if set; otherwise, in a response, the address that the request was sent to, and
/// elsewhere the address that the server listens on.
/// </summary>
internal static class Links
{
    public static IServiceCollection AddKiketLinks(this IServiceCollection services, KiketSettings settings)
    {
        if (settings.PublicUrl is not null)
            return services;
        return services
            .AddHttpContextAccessor()
            .AddScoped(provider => new PublicUrl(
                OfRequest(provider.GetRequiredService<IHttpContextAccessor>()) ?? OfServer(provider)
            ))
            .AddScoped(provider => new OutboundUrl(OfServer(provider)));
    }

    /// <summary>An address that a browser can open: a server that listens everywhere is reached at localhost.</summary>
    public static string Reachable(string address) =>
        System.Text.RegularExpressions.Regex.Replace(
            address.TrimEnd('/'),
            @"://(\[::\]|0\.0\.0\.0|\*|\+)(?=:|$)",
            "://localhost"
        );

    public static IReadOnlyList<string> AddressesOf(IServiceProvider services) =>
        [.. (services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? []).Select(Reachable)];

    private static string? OfRequest(IHttpContextAccessor accessor) =>
        accessor.HttpContext?.Request is { Host.HasValue: true } request
            ? $"{request.Scheme}://{request.Host.ToUriComponent()}"
            : null;

    private static string OfServer(IServiceProvider services) =>
        AddressesOf(services) is [var first, ..] ? first : PublicUrl.Default;
}
