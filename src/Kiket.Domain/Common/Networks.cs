using System.Net;
using System.Net.Sockets;

namespace Kiket.Domain.Common;

/// <summary>Networks as people write them: <c>10.1.0.0/16</c>, <c>2001:db8::/32</c>, or one address.</summary>
internal static class Networks
{
    /// <summary>How many networks a credential has at most.</summary>
    public const int MaxOfCredential = 20;

    /// <summary>Finds what is wrong with the networks from which a credential is to be accepted.</summary>
    /// <param name="networks">Networks or addresses, or null.</param>
    /// <param name="body">Name of the request's body, the first part of the field's path.</param>
    public static IEnumerable<ErrorDetail> Validate(IReadOnlyList<string?>? networks, string body)
    {
        var field = $"{body}.allowed_networks";
        if (networks?.Count > MaxOfCredential)
            yield return new(field, $"There can be at most {MaxOfCredential} networks.");
        foreach (var wrong in (networks ?? []).Where(n => !IsOfCredential(n)).Take(1))
            yield return new(field, $"'{wrong}' is not a network such as 10.1.0.0/16 or an address.");
    }

    /// <summary>Networks as a credential keeps them: each once, and null for everywhere.</summary>
    /// <param name="networks">Valid networks or addresses, or null.</param>
    public static IReadOnlyList<string>? Kept(IReadOnlyList<string>? networks) =>
        networks is { Count: > 0 } ? [.. networks.Distinct(StringComparer.Ordinal)] : null;

    /// <summary>The networks that a credential keeps; none for everywhere.</summary>
    /// <param name="kept">Valid networks or addresses, or null.</param>
    public static IReadOnlyList<IPNetwork> Of(IReadOnlyList<string>? kept) => [.. (kept ?? []).Select(Of)];

    /// <summary>Whether a text is a network or an address.</summary>
    /// <param name="text">The text.</param>
    public static bool IsNetwork(string text) => TryParse(text, out _);

    /// <summary>The network that a text means; an address is the network of that address alone.</summary>
    /// <param name="text">A network or an address.</param>
    /// <exception cref="FormatException">It is neither.</exception>
    public static IPNetwork Of(string text) =>
        TryParse(text, out var network) ? network : throw new FormatException($"'{text}' is not a network or an address.");

    /// <summary>Whether an address is in one of the networks from which a credential is accepted; without any, all are.</summary>
    /// <param name="networks">The networks.</param>
    /// <param name="address">The caller's address, or null if it is unknown.</param>
    public static bool Accept(IReadOnlyCollection<IPNetwork> networks, IPAddress? address) =>
        networks.Count == 0 || (address is not null && networks.Any(n => n.Contains(Unmapped(address))));

    /// <summary>The address itself, if an IPv4 address is written inside an IPv6 one: it reaches the same host.</summary>
    /// <param name="address">The address.</param>
    public static IPAddress Unmapped(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static bool TryParse(string text, out IPNetwork network)
    {
        network = default;
        var (written, isNetwork) = (text.Split('/')[0], text.Contains('/', StringComparison.Ordinal));
        if (!IPAddress.TryParse(written, out var address) || !IsUnambiguous(written, address))
            return false;
        if (isNetwork)
            return IPNetwork.TryParse(text, out network);
        network = new(address, address.AddressFamily is AddressFamily.InterNetwork ? 32 : 128);
        return true;
    }

    /// <summary>
    /// Addresses of clients are compared without the IPv6 around an IPv4 address, so such a network would match none.
    /// </summary>
    private static bool IsOfCredential(string? text) =>
        text is not null && TryParse(text, out var network) && !network.BaseAddress.IsIPv4MappedToIPv6;

    /// <summary>The parser also takes <c>10.1</c>, octal and hexadecimal numbers, zones and ports.</summary>
    private static bool IsUnambiguous(string text, IPAddress address) =>
        address.AddressFamily is AddressFamily.InterNetwork ? address.ToString() == text : !text.AsSpan().ContainsAny("%[");
}
