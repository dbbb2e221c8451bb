using System.Net;
using System.Net.Sockets;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Webhooks;
using Microsoft.Security.AntiSSRF;

namespace Kiket.Infrastructure.Webhooks;

/// <summary>
/// Decides what Kiket may call: public hosts over HTTPS, and networks that the operator has allowed. Addresses are checked at
/// registration, to report problems early, and at every connection, for protection: a name may resolve to another address by
/// then.
/// </summary>
internal sealed class OutboundTargets : IOutboundTargets
{
    public const string ClientName = "outbound";

    private static readonly TimeSpan LongestLookup = TimeSpan.FromSeconds(2);

    /// <summary>IPv4-compatible addresses (RFC 4291, 2.5.5.1) reach the IPv4 host on some systems.</summary>
    private const string IPv4Compatible = "::/96";

    private readonly WebhookOptions options;
    private readonly AntiSSRFPolicy policy;
    private readonly IPNetwork[] allowed;
    private readonly IPNetwork[] denied;

    public OutboundTargets(WebhookOptions options)
    {
        this.options = options;
        allowed = [.. options.AllowedNetworks.Select(Networks.Of)];
        policy = new(PolicyConfigOptions.ExternalOnlyLatest)
        {
            AddXFFHeader = false,
            AllowPlainTextHttp = options.AllowPlainHttp || allowed.Length > 0,
        };
        policy.AddDeniedAddresses([IPv4Compatible]);
        if (allowed.Length > 0)
            policy.AddAllowedAddresses([.. options.AllowedNetworks]);
        denied = [.. policy.DeniedAddresses.Select(Networks.Of)]; // one list for registrations and connections
    }

    /// <summary>The handler that checks every connection.</summary>
    public HttpMessageHandler CreateHandler()
    {
        var handler = policy.GetHandler();
        handler.AllowAutoRedirect = false;
        handler.UseCookies = false;
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(2); // so that names are resolved again
        return handler;
    }

    public async Task<string?> ValidateAsync(string url, CancellationToken ct)
    {
        if (!Webhook.IsAddress(url))
            return $"An address must be https://…, at most {Webhook.MaxUrlLength} characters, without a user.";
        var uri = new Uri(url);
        var addresses = await LookUpAsync(uri, ct);
        if (addresses.FirstOrDefault(a => IsDenied(a) && !IsAllowed(a)) is { } refused)
            return $"{uri.Host} is {refused}, an address that must not be called; the operator can allow its network.";
        if (uri.Scheme == Uri.UriSchemeHttp && !options.AllowPlainHttp && !(addresses.Count > 0 && addresses.All(IsAllowed)))
            return "Plain HTTP is only allowed to networks that the operator has allowed; use https.";
        return null;
    }

    private bool IsAllowed(IPAddress address) => allowed.Any(n => n.Contains(address));

    private bool IsDenied(IPAddress address) => denied.Any(n => n.Contains(address));

    /// <summary>The addresses of a host. A name that does not resolve now may do so later, and is checked then.</summary>
    private static async Task<IReadOnlyList<IPAddress>> LookUpAsync(Uri uri, CancellationToken ct)
    {
        if (IPAddress.TryParse(uri.DnsSafeHost, out var literal))
            return [Networks.Unmapped(literal)];
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(LongestLookup);
        try
        {
            return [.. (await Dns.GetHostAddressesAsync(uri.DnsSafeHost, timeout.Token)).Select(Networks.Unmapped)];
        }
        catch (SocketException)
        {
            return [];
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return [];
        }
    }
}
