using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Kiket.Application.Ports;
using Kiket.Infrastructure.Settings;

namespace Kiket.Api.Startup;

/// <summary>
/// Where the server listens: the settings that the framework reads (<c>Urls</c>, <c>--urls</c>, <c>ASPNETCORE_URLS</c>,
/// <c>ASPNETCORE_HTTP_PORTS</c>, <c>Kestrel:Endpoints</c>), checked before anything starts, because the framework takes many
/// misspellings for a host name and then listens everywhere.
/// </summary>
internal static class ListenAddresses
{
    private const string Urls = "Urls";
    private static readonly string[] Ports = ["http_ports", "https_ports"];

    /// <exception cref="SettingsException">One of them cannot be listened on.</exception>
    public static void Configure(WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        foreach (var url in Items(configuration[Urls]))
        {
            if (Validate(url) is { } error)
                throw Refusal(
                    Urls,
                    url,
                    $"{error}; use addresses such as http://127.0.0.1:5080 or http://*:80, separated by semicolons"
                );
        }

        foreach (var name in Ports)
        {
            foreach (var port in Items(configuration[name]))
            {
                if (!IsPort(port))
                    throw Refusal(
                        name.ToUpperInvariant(),
                        port,
                        "it must be port numbers from 0 to 65535, separated by semicolons"
                    );
            }
        }

        var isSet =
            Array.Exists([Urls, .. Ports], name => !string.IsNullOrWhiteSpace(configuration[name]))
            || configuration.GetSection("Kestrel:Endpoints").Exists();
        if (!isSet)
            builder.WebHost.UseUrls(PublicUrl.Default);
    }

    /// <summary>The first of them, as this machine reaches it.</summary>
    public static Uri OnThisMachine(IConfiguration configuration)
    {
        var url =
            Items(configuration[Urls]).FirstOrDefault()
            ?? (Items(configuration[Ports[0]]).FirstOrDefault() is { } port ? $"http://*:{port}" : PublicUrl.Default);
        var address = BindingAddress.Parse(url);
        var host = address.Host is "*" or "+" or "0.0.0.0" or "[::]" ? "127.0.0.1" : address.Host;
        return new UriBuilder(address.Scheme, host, address.Port).Uri;
    }

    private static string? Validate(string url)
    {
        BindingAddress address;
        try
        {
            address = BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            return "it is not an address";
        }

        if (address.IsUnixPipe || address.IsNamedPipe)
            return null;
        if (address.Scheme is not ("http" or "https"))
            return $"'{address.Scheme}' is not a scheme that Kiket supports";
        if (address.PathBase.Length > 0)
            return "a path is not allowed";
        if (address.Port is < 0 or > ushort.MaxValue)
            return $"{address.Port.ToString(CultureInfo.InvariantCulture)} is not a port";
        if (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip))
            return IsOfThisMachine(ip) ? null : $"{ip} is not an address of this machine";

        // The framework treats what is not an address as a host name, and listens everywhere for one.
        return
            address.Host is "*" or "+"
            || (Uri.CheckHostName(address.Host) is UriHostNameType.Dns && address.Host.Any(char.IsAsciiLetter))
            ? null
            : $"'{address.Host}' is not a host";
    }

    private static bool IsOfThisMachine(IPAddress address)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, 0));
            return true;
        }
        catch (SocketException failure)
            when (failure.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)
        {
            return false;
        }
    }

    private static bool IsPort(string text) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static string[] Items(string? list) =>
        (list ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static SettingsException Refusal(string name, string value, string allowed) =>
        new(SettingsReader.OneLine($"{name} is '{value}'; {allowed}."));
}
