using System.Net;
using System.Net.Sockets;

namespace Kiket.Domain.Common;

/// <summary>Networks as people write them: <c>10.1.0.0/16</c>, <c>2001:db8::/32</c>, or one address.</summary>
internal static class Networks
{
    /// <summary>Whether a text is a network or an address.</summary>
    /// <param name="text">The text.</param>
    public static bool IsNetwork(string text) => TryParse(text, out _);

    /// <summary>The network that a text means; an address is the network of that address alone.</summary>
    /// <param name="text">A network or an address.</param>
    /// <exception cref="FormatException">It is neither.</exception>
    public static IPNetwork Of(string text) =>
        TryParse(text, out var network) ? network : throw new FormatException($"'{text}' is not a network or an address.");

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

    /// <summary>The parser also takes <c>10.1</c>, octal and hexadecimal numbers, zones and ports.</summary>
    private static bool IsUnambiguous(string text, IPAddress address) =>
        address.AddressFamily is AddressFamily.InterNetwork ? address.ToString() == text : !text.AsSpan().ContainsAny("%[");
}
