using System.Net;
using System.Security.Cryptography;
using System.Text;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Api.Tests.Webhooks;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;
using Kiket.Infrastructure.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Kiket.Api.Tests.Extensions;

/// <summary>
/// Rotating the credentials of an installed extension without interruption, and testing it, on a separate clock.
/// </summary>
public sealed class RotationTests(RotationTests.ClockedServer clocked) : IClassFixture<RotationTests.ClockedServer>
{
    private const string Own = "/api/v1/extensions/com.example.helper";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_administrator_and_the_extension_itself_replace_its_key_and_the_one_before_is_good_for_24_hours(
        bool byItself
    )
    {
        var tenant = await clocked.Server.NewTenantAsync();
        var installed = await Installed.NewAsync(tenant);

        var rotated = await (byItself ? installed.Client : tenant.Admin).PostAsync($"{Own}/api_key/rotate", null).OkAsync();

        var (old, next) = (installed.Client, WithKey((string)rotated["api_key"]!));
        Assert.StartsWith((string)rotated["api_key_prefix"]!, (string)rotated["api_key"]!);
        Assert.Equal(
            clocked.Clock.GetUtcNow().AddHours(24),
            (DateTimeOffset)rotated["previous_key_until"]!,
            TimeSpan.FromMilliseconds(1)
        );
        Assert.Equal((string?)rotated["api_key_prefix"], (string?)(await next.GetAsync(Own).OkAsync())["api_key_prefix"]);
        clocked.Clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        await old.GetAsync(Own).OkAsync();
        clocked.Clock.Advance(TimeSpan.FromSeconds(1));
        await old.GetAsync(Own).RefusedAsync(401, "AUTH_INVALID_TOKEN");
        await next.GetAsync(Own).OkAsync();
        var audited = (await tenant.Admin.GetAsync($"{Own}/audit_log").OkAsync())["data"]!.AsArray();
        Assert.Equal("api_key.rotated", (string?)audited[0]!["action"]);
        Assert.DoesNotContain((string)rotated["api_key"]!, audited.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_rotation_ends_the_first_key_at_once_and_an_uninstallation_ends_all()
    {
        var tenant = await clocked.Server.NewTenantAsync();
        var installed = await Installed.NewAsync(tenant);

        var second = WithKey((string)(await tenant.Admin.PostAsync($"{Own}/api_key/rotate", null).OkAsync())["api_key"]!);
        var third = WithKey((string)(await tenant.Admin.PostAsync($"{Own}/api_key/rotate", null).OkAsync())["api_key"]!);

        await installed.Client.GetAsync(Own).RefusedAsync(401, "AUTH_INVALID_TOKEN");
        await second.GetAsync(Own).OkAsync();
        await third.GetAsync(Own).OkAsync();
        await tenant.Admin.DeleteAsync(Own).OkAsync();
        await second.GetAsync(Own).RefusedAsync(401, "AUTH_INVALID_TOKEN");
        await third.GetAsync(Own).RefusedAsync(401, "AUTH_INVALID_TOKEN");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_administrator_and_the_extension_itself_replace_its_webhook_secret_and_both_sign_for_24_hours(
        bool byItself
    )
    {
        await using var receiver = await Receiver.StartAsync();
        var (tenant, installed, made) = await CalledAsync(receiver);

        var rotated = await (byItself ? installed.Client : tenant.Admin)
            .PostAsync($"{Own}/webhook_secret/rotate", null)
            .OkAsync();
        await tenant.Admin.PostAsync($"{Own}/test", null).OkAsync();
        clocked.Clock.Advance(TimeSpan.FromHours(24));
        await tenant.Admin.PostAsync($"{Own}/test", null).OkAsync();

        var (during, after) = (receiver.Requests.First(), receiver.Requests.Last());
        Assert.Equal(Signature((string)rotated["webhook_secret"]!, during), during.Header("X-Kiket-Signature"));
        Assert.Equal(Signature(made, during), during.Header("X-Kiket-Signature-Previous"));
        Assert.Equal(Signature((string)rotated["webhook_secret"]!, after), after.Header("X-Kiket-Signature"));
        Assert.DoesNotContain("X-Kiket-Signature-Previous", after.Headers.Keys);
    }

    [Fact]
    public async Task A_webhook_secret_may_be_given_and_an_extension_that_is_not_called_has_none()
    {
        await using var receiver = await Receiver.StartAsync();
        var (tenant, _, _) = await CalledAsync(receiver);
        var inside = Installed.Manifest("com.example.inside");
        (inside["extension"]!["delivery"], inside["extension"]!["callback"]) = ("internal", null);
        await tenant.Admin.PostJsonAsync("/api/v1/extensions", new { manifest = inside, strict = false }).CreatedAsync();

        var rotated = await tenant
            .Admin.PostJsonAsync($"{Own}/webhook_secret/rotate", new { secret = "chosen by the operator" })
            .OkAsync();

        Assert.Equal("chosen by the operator", (string?)rotated["webhook_secret"]);
        await tenant
            .Admin.PostAsync("/api/v1/extensions/com.example.inside/webhook_secret/rotate", null)
            .RefusedAsync(422, "VALIDATION_ERROR", "extension");
        await tenant
            .Admin.PostAsync("/api/v1/extensions/com.example.inside/test", null)
            .RefusedAsync(422, "VALIDATION_ERROR", "extension");
    }

    [Fact]
    public async Task A_test_goes_the_way_of_all_deliveries_and_shows_no_secret()
    {
        await using var receiver = await Receiver.StartAsync();
        var (tenant, installed, _) = await CalledAsync(receiver);
        await tenant
            .Admin.PostJsonAsync($"{Own}/secrets", new { secret = new { key = "API_TOKEN", value = "hush-hush" } })
            .CreatedAsync();

        var tested = await installed.Client.PostAsync($"{Own}/test", null).OkAsync();

        var got = Assert.Single(receiver.Requests);
        Assert.Equal(("webhook.test", "hush-hush"), ((string?)got.Json["event"], (string?)got.Json["secrets"]!["API_TOKEN"]));
        var token = (string)got.Json["authentication"]!["runtime_token"]!;
        var delivery = await tenant.Admin.GetAsync($"/api/v1/webhook_deliveries/{tested["delivery"]!["id"]}").OkAsync();
        var kept = (string)delivery["attempts"]![0]!["request_body"]!;
        Assert.Contains("webhook.test", kept, StringComparison.Ordinal);
        foreach (var shown in new[] { kept, tested.ToJsonString(), delivery.ToJsonString() })
        {
            Assert.DoesNotContain("hush-hush", shown, StringComparison.Ordinal);
            Assert.DoesNotContain(token, shown, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("api_key/rotate")]
    [InlineData("webhook_secret/rotate")]
    [InlineData("test")]
    public async Task Only_a_token_with_all_that_the_manifest_asks_for_replaces_its_credentials_and_tries_it_out(string action)
    {
        await using var receiver = await Receiver.StartAsync();
        var (tenant, _, _) = await CalledAsync(receiver, "issues:write");
        var (_, developer) = await tenant.AddUserAsync(OrganizationRole.Developer);

        foreach (
            var scopes in new string[][]
            {
                ["extensions:write"],
                ["extensions:write", "issues:read"],
                ["extensions:write", "issues:write"],
            }
        )
            await (await tenant.WithScopesAsync(scopes))
                .PostAsync($"{Own}/{action}", null)
                .RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await developer.PostAsync($"{Own}/{action}", null).RefusedAsync(403, "FORBIDDEN");
        await (await tenant.WithScopesAsync("extensions:write", "issues")).PostAsync($"{Own}/{action}", null).OkAsync();
    }

    [Theory]
    [InlineData("api_key/rotate")]
    [InlineData("webhook_secret/rotate")]
    public async Task A_runtime_token_which_ends_soon_gets_no_credential_that_does_not(string action)
    {
        await using var receiver = await Receiver.StartAsync();
        var (tenant, installed, _) = await CalledAsync(receiver);
        await tenant.Admin.PostAsync($"{Own}/test", null).OkAsync();
        var client = clocked.Server.NewClient();
        client.DefaultRequestHeaders.Add(
            "X-Kiket-Runtime-Token",
            (string)receiver.Requests.Single().Json["authentication"]!["runtime_token"]!
        );

        await client.GetAsync(Own).OkAsync();
        await client.PostAsync($"{Own}/{action}", null).RefusedAsync(403, "FORBIDDEN");

        var other = await Installed.NewAsync(tenant, id: "com.example.other");
        Assert.Equal(HttpStatusCode.NotFound, (await other.Client.PostAsync($"{Own}/{action}", null)).StatusCode);
        await installed.Client.GetAsync(Own).OkAsync();
    }

    [Fact]
    public async Task The_log_names_the_extension_of_an_endpoint()
    {
        await using var receiver = await Receiver.StartAsync();
        var (tenant, _, _) = await CalledAsync(receiver);

        var name = await tenant.OnDatabaseAsync(async db =>
            await db.NameOfAsync((await db.Webhooks.SingleAsync(w => w.Kind == WebhookKind.Extension)).Id, CancellationToken.None)
        );

        Assert.StartsWith(
            $"Extension com.example.helper at {new Uri(receiver.Url).Authority} (webhook ",
            name,
            StringComparison.Ordinal
        );
    }

    private HttpClient WithKey(string key)
    {
        var client = clocked.Server.NewClient();
        client.DefaultRequestHeaders.Add("X-Kiket-API-Key", key);
        return client;
    }

    private async Task<(Tenant Tenant, Installed Installed, string Secret)> CalledAsync(
        Receiver receiver,
        params string[] permissions
    )
    {
        var tenant = await clocked.Server.NewTenantAsync();
        var manifest = Installed.Manifest(permissions: permissions);
        var answer = await tenant
            .Admin.PostJsonAsync(
                "/api/v1/extensions",
                new
                {
                    manifest,
                    callback_url = receiver.Url,
                    strict = false,
                }
            )
            .CreatedAsync();
        return (tenant, new(clocked.Server, answer), (string)answer["webhook_secret"]!);
    }

    private static string Signature(string secret, Received received) =>
        Convert.ToHexStringLower(
            HMACSHA256.HashData(
                Encoding.UTF8.GetBytes(secret),
                Encoding.UTF8.GetBytes($"{received.Header("X-Kiket-Timestamp")}.{received.Body}")
            )
        );

    public sealed class ClockedServer : IAsyncLifetime
    {
        public KiketServer Server { get; private set; } = null!;

        public FakeTimeProvider Clock { get; } = new(DateTimeOffset.UtcNow);

        public async ValueTask InitializeAsync()
        {
            Server = new() { TestServices = services => services.AddSingleton<TimeProvider>(Clock) };
            await Server.InitializeAsync();
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
