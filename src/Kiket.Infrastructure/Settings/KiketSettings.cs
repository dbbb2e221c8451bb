using Kiket.Domain.Common;
using Kiket.Domain.Organizations;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Guards;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.RateLimits;
using Kiket.Infrastructure.Secrets;
using Kiket.Infrastructure.Webhooks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Kiket.Infrastructure.Settings;

/// <summary>The work that a node does: <c>Kiket:Role</c>.</summary>
internal enum NodeRole
{
    All,
    Api,
    Worker,
}

/// <summary>The first organization of an empty database.</summary>
/// <param name="Demo">Whether it gets the demo project; null depends on the environment.</param>
internal sealed record BootstrapSettings(string Organization, string AdminEmail, string? AdminToken, bool? Demo);

/// <summary>
/// Every setting of Kiket, read and checked in one place before anything starts. A setting that is not read here does not
/// exist, and unknown settings in our sections are rejected.
/// </summary>
internal sealed class KiketSettings
{
    private const int MaxCount = 1_000_000_000;
    private const string NetworkForm = "it must be a network such as 10.1.0.0/16 or an address";

    public required DatabaseOptions Database { get; init; }

    public NodeRole Role { get; init; }

    /// <summary>The base of links, without a trailing slash; null if it is the address of the request.</summary>
    public string? PublicUrl { get; init; }

    /// <summary>The proxies whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> are trusted.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>The sites whose pages may call the API from a browser.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>
    /// Whether plain HTTP is redirected to HTTPS where the server listens there; null depends on the environment.
    /// </summary>
    public bool? RequireHttps { get; init; }

    /// <summary>How long a request may take.</summary>
    public TimeSpan RequestTimeout { get; init; }

    /// <summary>How long running requests and jobs may take to end when the server stops.</summary>
    public TimeSpan StopTimeout { get; init; }

    public required KeyRingSettings KeyRing { get; init; }

    public required BootstrapSettings Bootstrap { get; init; }

    /// <summary>The identity provider that signs users in, or null.</summary>
    public SignInProviderSettings? SignInProvider { get; init; }

    public string? DefinitionsPath { get; init; }

    /// <summary>Whether anything that may weaken a rule, such as a misspelt key, prevents an import at start.</summary>
    public bool DefinitionsAreStrict { get; init; } = true;

    public required WebhookOptions Webhooks { get; init; }

    public required GuardOptions Guards { get; init; }

    public required RateLimitOptions RateLimits { get; init; }

    /// <summary>The Redis in which the nodes count requests together; null if each counts by itself.</summary>
    public ConfigurationOptions? Redis { get; init; }

    public TimeSpan EventRetention { get; init; }

    public string? MetricsToken { get; init; }

    /// <summary>The collector that receives traces, metrics and logs; null for none.</summary>
    public string? TelemetryEndpoint { get; init; }

    public string? DashboardToken { get; init; }

    public bool DashboardAllowsActions { get; init; }

    public bool TakesAnonymousTelemetry { get; init; }

    public required IConfiguration WorkflowEnvironment { get; init; }

    public required IConfiguration ExtensionEnvironment { get; init; }

    public required IConfiguration ExtensionAddresses { get; init; }

    public bool RunsJobs => Role is not NodeRole.Api;

    /// <exception cref="SettingsException">A setting is wrong or unknown.</exception>
    public static KiketSettings Read(IConfiguration configuration)
    {
        var read = new SettingsReader(configuration);
        var settings = Read(read);
        CheckLogLevels(read, configuration);
        read.ThrowIfWrong();
        return settings;
    }

    /// <summary>All settings with their values, without secrets, and their sources.</summary>
    public static IEnumerable<EffectiveSetting> Explain(IConfigurationRoot configuration)
    {
        var read = new SettingsReader(configuration);
        _ = Read(read);
        return read.Effective();
    }

    private static KiketSettings Read(SettingsReader read)
    {
        var provider = read.Choice("Database:Provider", DatabaseProvider.Sqlite);
        return new KiketSettings
        {
            Database = new()
            {
                Provider = provider,
                Connection = ConnectionSettings.Read(read, provider),
                MigrateOnStart = read.Flag("Database:MigrateOnStart"),
                StartTimeoutSeconds = read.Number("Database:StartTimeoutSeconds", 30, 0, 86_400),
                BusyTimeoutSeconds = read.Number("Database:BusyTimeoutSeconds", 10, 1, 300),
                QueryTimeoutSeconds = read.Number("Database:QueryTimeoutSeconds", 30, 1, 3_600),
                RowLevelSecurity = ReadRowLevelSecurity(read, provider),
            },
            Role = read.Choice("Kiket:Role", NodeRole.All),
            PublicUrl = read.Text(
                    "Kiket:PublicUrl",
                    IsBaseUrl,
                    "it must be http:// or https:// with a host, such as https://kiket.example"
                )
                ?.TrimEnd('/'),
            TrustedProxies = read.List("Kiket:TrustedProxies", Networks.IsNetwork, NetworkForm),
            AllowedOrigins = read.List(
                "Kiket:AllowedOrigins",
                IsOrigin,
                "it must be the origin of a site, such as https://app.example, without a path"
            ),
            RequireHttps = read.Flag("Kiket:RequireHttps"),
            RequestTimeout = TimeSpan.FromSeconds(read.Number("Kiket:RequestTimeoutSeconds", 120, 1, 3_600)),
            StopTimeout = TimeSpan.FromSeconds(read.Number("Kiket:StopTimeoutSeconds", 25, 1, 3_600)),
            KeyRing = KeyRingReader.Read(read),
            Bootstrap = new(
                read.Text(
                    "Bootstrap:Organization",
                    IsOrganization,
                    $"it must contain a letter or digit and have at most {Organization.MaxNameLength} characters"
                ) ?? "Kiket",
                read.Text("Bootstrap:AdminEmail", IsEmail, "it must be an e-mail address") ?? "admin@kiket.local",
                ReadAdminToken(read),
                read.Flag("Bootstrap:Demo")
            ),
            SignInProvider = SignInProviderSettings.Read(read),
            DefinitionsPath = read.Text(
                "Definitions:Path",
                Directory.Exists,
                "it must be an existing folder, a pack or a folder of packs"
            ),
            DefinitionsAreStrict = read.Flag("Definitions:Strict") ?? true,
            Webhooks = new()
            {
                AllowedNetworks = read.List("Webhooks:AllowedNetworks", Networks.IsNetwork, NetworkForm),
                AllowPlainHttp = read.Flag("Webhooks:AllowPlainHttp") ?? false,
                Workers = read.Number("Webhooks:Workers", 20, 1, 1_000),
                LeaseSeconds = read.Number("Webhooks:LeaseSeconds", 30, 3, 3_600),
            },
            Guards = new() { DeadlineMs = read.Number("Guards:DeadlineMs", 3_000, 1, 60_000) },
            RateLimits = new()
            {
                UserRequests = read.Number("RateLimits:UserRequests", 1_000, 1, MaxCount),
                UserWindowSeconds = read.Number("RateLimits:UserWindowSeconds", 900, 1, 86_400),
                ExtensionRequests = read.Number("RateLimits:ExtensionRequests", 500, 1, MaxCount),
                ExtensionWindowSeconds = read.Number("RateLimits:ExtensionWindowSeconds", 900, 1, 86_400),
                ConcurrentRequests = read.Number("RateLimits:ConcurrentRequests", 100, 1, 100_000),
            },
            Redis = RedisSettings.Read(read, "ConnectionStrings:Redis"),
            EventRetention = TimeSpan.FromDays(read.Number("Events:RetentionDays", 30, 1, 36_500)),
            MetricsToken = read.Secret("Metrics:Token"),
            TelemetryEndpoint = read.Text(
                "OTEL_EXPORTER_OTLP_ENDPOINT", // the standard's own name, which the exporter reads too
                IsBaseUrl,
                "it must be http:// or https:// with a host, such as http://localhost:4317"
            ),
            DashboardToken = read.Secret("Dashboard:Token"),
            DashboardAllowsActions = read.Flag("Dashboard:AllowActions") ?? false,
            TakesAnonymousTelemetry = read.Flag("Extensions:AnonymousTelemetry") ?? false,
            WorkflowEnvironment = read.Group("Workflows:Environment"),
            ExtensionEnvironment = ReadByOrganization(read, "Extensions:Environment"),
            ExtensionAddresses = ReadByOrganization(read, "Extensions:Addresses"),
        };
    }

    private static bool ReadRowLevelSecurity(SettingsReader read, DatabaseProvider provider)
    {
        var isOn = read.Flag("Database:RowLevelSecurity") ?? false;
        if (isOn && provider is not DatabaseProvider.PostgreSql)
            read.Reject("Database:RowLevelSecurity", "true", "it needs PostgreSQL as Database:Provider");
        return isOn;
    }

    private static string? ReadAdminToken(SettingsReader read)
    {
        var token = read.Secret("Bootstrap:AdminToken");
        if (token?.Length < TokenSecret.MinChosenLength)
            read.RejectSecret("Bootstrap:AdminToken", $"it must have at least {TokenSecret.MinChosenLength} characters");
        return token;
    }

    /// <summary>Values for the manifests of one organization each: <c>name:slug:NAME</c>.</summary>
    private static IConfigurationSection ReadByOrganization(SettingsReader read, string name)
    {
        var group = read.Group(name);
        foreach (var unbound in group.GetChildren().Where(c => !string.IsNullOrEmpty(c.Value)))
            read.RejectSecret(unbound.Path, $"each value belongs to one organization, so set {name}:<slug>:{unbound.Key}");
        return group;
    }

    /// <summary>The framework throws its own exception for an unknown level.</summary>
    private static void CheckLogLevels(SettingsReader read, IConfiguration configuration)
    {
        foreach (var level in configuration.GetSection("Logging:LogLevel").GetChildren().Where(l => l.Value is not null))
        {
            if (!Enum.GetNames<LogLevel>().Contains(level.Value!, StringComparer.OrdinalIgnoreCase))
                read.Reject(level.Path, level.Value!, $"it must be one of {string.Join(", ", Enum.GetNames<LogLevel>())}");
        }
    }

    private static bool IsOrganization(string name) => !Organization.Found(name, default).IsRefused;

    private static bool IsEmail(string address) => !User.Join(default, address, OrganizationRole.Admin, null, default).IsRefused;

    private static bool IsOrigin(string text) =>
        IsBaseUrl(text) && new Uri(text).GetLeftPart(UriPartial.Authority).Equals(text, StringComparison.OrdinalIgnoreCase);

    private static bool IsBaseUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && url.Scheme is "http" or "https"
        && url is { UserInfo: "", Query: "", Fragment: "" }
        && url.Host.Length > 0;
}
