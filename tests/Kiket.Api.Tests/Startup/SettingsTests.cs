using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Settings;
using Microsoft.Extensions.Configuration;

namespace Kiket.Api.Tests.Startup;

[Trait("Database", "Sqlite")]
public sealed class SettingsTests
{
    [Fact]
    public void Without_any_setting_the_defaults_hold()
    {
        var settings = Read();

        Assert.Equal(
            (DatabaseProvider.Sqlite, "Data Source=data/kiket.db"),
            (settings.Database.Provider, settings.Database.Connection)
        );
        Assert.Equal(
            (NodeRole.All, "data/keys", 20, 1_000),
            (settings.Role, settings.KeyRing.Folder, settings.Webhooks.Workers, settings.RateLimits.UserRequests)
        );
        Assert.Null(settings.PublicUrl);
    }

    [Fact]
    public void Definitions_are_strict_unless_a_setting_says_otherwise() =>
        Assert.Equal((true, false), (Read().DefinitionsAreStrict, Read(("Definitions:Strict", "false")).DefinitionsAreStrict));

    [Fact]
    public void A_setting_that_is_blank_is_not_set()
    {
        var settings = Read(
            ("Kiket:PublicUrl", ""),
            ("Database:Provider", " "),
            ("Webhooks:AllowedNetworks:0", ""),
            ("Metrics:Token", "")
        );

        Assert.Null(settings.PublicUrl);
        Assert.Null(settings.MetricsToken);
        Assert.Empty(settings.Webhooks.AllowedNetworks);
    }

    [Theory]
    [InlineData("Database:Provider", "Oracle", "Sqlite, PostgreSql, SqlServer")]
    [InlineData("Database:Provider", "1", "Sqlite, PostgreSql, SqlServer")]
    [InlineData("Database:MigrateOnStart", "yes", "true or false")]
    [InlineData("Database:StartTimeoutSeconds", "soon", "0 to 86400")]
    [InlineData("ConnectionStrings:Kiket", "Nonsense=1", "Data Source=")]
    [InlineData("ConnectionStrings:Kiket", "data/kiket.db", "Data Source=")]
    [InlineData("ConnectionStrings:Kiket", "Data Source=:memory:", "in-memory")]
    [InlineData("ConnectionStrings:Kiket", "Data Source=kiket.db;Mode=ReadOnly", "writable")]
    [InlineData("Kiket:Role", "boss", "All, Api, Worker")]
    [InlineData("Kiket:Role", "7", "All, Api, Worker")]
    [InlineData("Kiket:PublicUrl", "kiket.example", "https://kiket.example")]
    [InlineData("Kiket:PublicUrl", "ftp://kiket.example", "https://kiket.example")]
    [InlineData("Kiket:PublicUrl", "https://kiket.example/?a=b", "https://kiket.example")]
    [InlineData("Kiket:AllowedOrigins:0", "*", "https://app.example")]
    [InlineData("Kiket:AllowedOrigins:0", "https://app.example/path", "without a path")]
    [InlineData("Kiket:AllowedOrigins:0", "https://app.example/", "without a path")]
    [InlineData("Kiket:RequireHttps", "always", "true or false")]
    [InlineData("Kiket:RequestTimeoutSeconds", "0", "1 to 3600")]
    [InlineData("Kiket:StopTimeoutSeconds", "0", "1 to 3600")]
    [InlineData("DataProtection:CertificatePath", "nowhere.pfx", "PKCS #12")]
    [InlineData("DataProtection:PreviousCertificatePath", "nowhere.pfx", "PKCS #12")]
    [InlineData("Bootstrap:AdminEmail", "nobody", "e-mail address")]
    [InlineData("Bootstrap:Organization", "!!!", "letter or digit")]
    [InlineData("Bootstrap:Demo", "1", "true or false")]
    [InlineData("Definitions:Path", "/nowhere/at/all", "existing folder")]
    [InlineData("Definitions:Strict", "maybe", "true or false")]
    [InlineData("Webhooks:AllowedNetworks:0", "10.0.0.0/99", "10.1.0.0/16")]
    [InlineData("Webhooks:AllowedNetworks", "10.0.0.0/8", "Webhooks:AllowedNetworks:0")]
    [InlineData("Webhooks:Workers", "0", "1 to 1000")]
    [InlineData("Webhooks:LeaseSeconds", "99999999999", "3 to 3600")]
    [InlineData("Guards:DeadlineMs", "-1", "1 to 60000")]
    [InlineData("Kiket:TrustedProxies:0", "proxy.example", "10.1.0.0/16")]
    [InlineData("RateLimits:UserRequests", "many", "1 to 1000000000")]
    [InlineData("RateLimits:ConcurrentRequests", "0", "1 to 100000")]
    [InlineData("RateLimits:ExtensionWindowSeconds", "1.5", "1 to 86400")]
    [InlineData("Events:RetentionDays", "0", "1 to 36500")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317", "http://localhost:4317")]
    [InlineData("Logging:LogLevel:Default", "Loud", "Information")]
    public void A_wrong_value_is_refused_with_its_name_the_value_and_what_is_allowed(string name, string value, string allowed)
    {
        var sentence = Refusal((name, value));

        Assert.Contains(name, sentence, StringComparison.Ordinal);
        Assert.Contains($"'{value}'", sentence, StringComparison.Ordinal);
        Assert.Contains(allowed, sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Databse:Provider", "Database:Provider")]
    [InlineData("Database:Provder", "Database:Provider")]
    [InlineData("Databsae:Provder", "Database:Provider")]
    [InlineData("Kiket:MigrateOnStart", "Database:MigrateOnStart")]
    [InlineData("Kikte:Role", "Kiket:Role")]
    [InlineData("Webhook:AllowPlainHttp", "Webhooks:AllowPlainHttp")]
    [InlineData("Webhooks:AllowedNetwork:0", "Webhooks:AllowedNetworks")]
    [InlineData("RateLimit:UserRequests", "RateLimits:UserRequests")]
    [InlineData("Events:RetentionDay", "Events:RetentionDays")]
    [InlineData("ConnectionStrings:Kikte", "ConnectionStrings:Kiket")]
    [InlineData("Dashboard:AllowAction", "Dashboard:AllowActions")]
    [InlineData("Database_Provider", "Database:Provider")]
    public void A_misspelt_setting_is_refused_with_the_one_that_was_meant(string name, string meant)
    {
        var sentence = Refusal((name, "5"));

        Assert.Contains($"{name} is not a setting", sentence, StringComparison.Ordinal);
        Assert.Contains($"Did you mean {meant}", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_setting_of_ours_is_refused_even_when_nothing_is_near() =>
        Assert.Contains("Webhooks:Colour is not a setting", Refusal(("Webhooks:Colour", "blue")), StringComparison.Ordinal);

    [Theory]
    [InlineData("PATH", "/bin")]
    [InlineData("DATABASE_URL", "postgres://elsewhere")]
    [InlineData("KIKET_SERVICE_HOST", "10.0.0.1")]
    [InlineData("Logging:Console:FormatterName", "json")]
    [InlineData("Kestrel:Limits:MaxConcurrentConnections", "5")]
    [InlineData("ConnectionStrings:Reports", "Server=elsewhere")]
    [InlineData("Workflows:Environment:ANYTHING", "x")]
    [InlineData("Extensions:Addresses:acme:BASE", "https://acme.example.com")]
    [InlineData("DATABASE:PROVIDER", "sqlite")]
    public void What_others_set_and_what_is_spelt_in_another_case_is_left_alone(string name, string value) => Read((name, value));

    [Theory]
    [InlineData("PostgreSql", "Host=db;Password=geheim;Port=abc")]
    [InlineData("PostgreSql", "Hots=db;Pwd='ge;heim'")]
    [InlineData("PostgreSql", "Host=db;Password=\"geheim;Database=x")]
    [InlineData("PostgreSql", "postgres://kiket:geheim@db/kiket")]
    [InlineData("PostgreSql", "Username=kiket;Passwort=geheim")]
    [InlineData("SqlServer", "Server=db;User Id=sa;Password=geheim;Encrypt=perhaps")]
    [InlineData("Sqlite", "Data Source=kiket.db;Password=geheim;Nonsense=1")]
    public void A_connection_string_is_shown_without_its_password(string provider, string connection)
    {
        var sentence = Refusal(("Database:Provider", provider), ("ConnectionStrings:Kiket", connection));

        Assert.Contains("ConnectionStrings:Kiket", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("heim", sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("redis://:geheim@redis.example:6379")]
    [InlineData("redis.example,password=geheim,colour=blue")]
    [InlineData("password=geheim")]
    public void A_redis_that_cannot_be_connected_to_is_refused_without_its_password(string connection)
    {
        var sentence = Refusal(("ConnectionStrings:Redis", connection));

        Assert.Contains("ConnectionStrings:Redis", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Extensions:Environment")]
    [InlineData("Extensions:Addresses")]
    public void A_value_for_manifests_that_belongs_to_no_organization_is_refused_and_not_shown(string group)
    {
        var sentence = Refusal(($"{group}:SIGNING", "geheim"));

        Assert.Contains($"{group}:SIGNING (a secret, not shown)", sentence, StringComparison.Ordinal);
        Assert.Contains($"{group}:<slug>:SIGNING", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chosen_token_that_is_too_short_is_refused_and_not_shown()
    {
        var sentence = Refusal(("Bootstrap:AdminToken", "kpat_short"));

        Assert.Contains("Bootstrap:AdminToken", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("kpat_short", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_database_needs_its_connection_string() =>
        Assert.Contains("ConnectionStrings:Kiket", Refusal(("Database:Provider", "SqlServer")), StringComparison.Ordinal);

    [Fact]
    public void A_value_of_several_lines_is_reported_on_one() => Assert.DoesNotContain('\n', Refusal(("Kiket:Role", "a\nb")));

    private static string Refusal(params (string Name, string Value)[] settings) =>
        Assert.Throws<SettingsException>(() => Read(settings)).Message;

    private static KiketSettings Read(params (string Name, string Value)[] settings) =>
        KiketSettings.Read(
            new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Name, s => (string?)s.Value)).Build()
        );
}
