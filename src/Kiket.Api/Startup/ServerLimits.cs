using System.Reflection;
using Kiket.Infrastructure.Settings;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Kiket.Api.Startup;

/// <summary>
/// Kestrel's own limits on what a client may send, and how slowly: <c>Kestrel:Limits</c>, with the names of the framework, which
/// does not read them itself. Its defaults are safe: 8 KB for the request line, 32 KB and 100 headers, 30 seconds for them to
/// arrive, 240 bytes a second for a body.
/// </summary>
internal static class ServerLimits
{
    private const string Section = "Kestrel:Limits";

    /// <exception cref="SettingsException">One of them is wrong or unknown.</exception>
    public static void Configure(WebApplicationBuilder builder)
    {
        var section = builder.Configuration.GetSection(Section);
        try
        {
            Apply(section, new KestrelServerLimits());
        }
        catch (Exception failure)
            when (failure is InvalidOperationException or ArgumentException or FormatException or TargetInvocationException)
        {
            throw new SettingsException(SettingsReader.OneLine($"{Section}: {failure.GetBaseException().Message}"), failure);
        }

        builder.WebHost.ConfigureKestrel(kestrel => Apply(section, kestrel.Limits));
    }

    private static void Apply(IConfigurationSection section, KestrelServerLimits limits) =>
        section.Bind(limits, binding => binding.ErrorOnUnknownConfiguration = true);
}
