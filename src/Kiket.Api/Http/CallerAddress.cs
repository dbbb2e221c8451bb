using System.Net;
using System.Net.Sockets;

namespace Kiket.Api.Http;

/// <summary>The address of a caller without a credential, as a caller is counted.</summary>
internal static class CallerAddress
{
    /// <summary>An IPv6 network counts as one caller, because each machine in it has countless addresses.</summary>
    public static string NameOf(IPAddress? address)
    {
        if (address is null)
            return "unknown";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily is AddressFamily.InterNetworkV6
            ? Convert.ToHexStringLower(address.GetAddressBytes()[..8])
            : address.ToString();
    }
}
