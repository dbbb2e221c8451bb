using System.Text.Json;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Api.Tests.Webhooks;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Extensions;

public sealed class CallbackSecrecyTests(KiketServer server)
{
    private const string Value = "Bearer hush-hush-of-the-gateway";

    [Theory]
    [InlineData("callback")]
    [InlineData("delivery")]
    public async Task Values_of_callback_headers_reach_the_receiver_and_are_neither_shown_nor_stored_as_they_are(string place)
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var yaml = place is "callback"
            ? $"delivery: http\n  callback: {{url: \"{receiver.Url}\", headers: {{Authorization: \"{Value}\"}}}}"
            : $"delivery: {{type: http, url: \"{receiver.Url}\", headers: {{Authorization: \"{Value}\"}}}}";
        var manifest =
            $"model_version: \"1.0\"\nextension:\n  id: com.example.quiet\n  name: Quiet\n  {yaml}\n  permissions: "
            + "[issues:read]\n  hooks: [issue.created]\n";

        var installed = await tenant.Admin.PostJsonAsync("/api/v1/extensions", new { manifest }).CreatedAsync();
        var read = await tenant.Admin.GetAsync("/api/v1/extensions/com.example.quiet").OkAsync();
        var again = await tenant.Admin.PostJsonAsync("/api/v1/extensions", new { manifest }).OkAsync();
        await tenant.AddIssueAsync();
        var webhook = await tenant.OnDatabaseAsync(db =>
            db.Webhooks.AsNoTracking().SingleAsync(w => w.ExtensionId == new ExtensionId((long)installed["id"]!))
        );
        await tenant.DeliverAsync(webhook);

        Assert.Equal(Value, Assert.Single(receiver.Requests).Header("Authorization"));
        Assert.Equal("""{"Authorization":"[filtered]"}""", read["manifest"]!["extension"]![place]!["headers"]!.ToJsonString());
        var attempt = Assert.Single(await tenant.AttemptsAsync(Assert.Single(await tenant.DeliveriesAsync(webhook))));
        Assert.Contains("Authorization", attempt.Exchange.RequestHeaders.Keys);
        string[] seen =
        [
            installed.ToJsonString(),
            read.ToJsonString(),
            again.ToJsonString(),
            .. attempt.Exchange.RequestHeaders.Values,
            await RowsAsync(tenant),
        ];
        Assert.All(seen, text => Assert.DoesNotContain("hush-hush", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Headers_that_an_earlier_version_stored_are_encrypted_once()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        Dictionary<string, string> headers = new() { ["Authorization"] = Value };
        var document = JsonSerializer.SerializeToElement(
            new { extension = new { id = "old", callback = new { url = receiver.Url, headers } } }
        );
        var webhook = await tenant.AddWebhookAsync(
            receiver.Url,
            manifest: new()
            {
                Id = "com.example.old",
                Name = "Old",
                Permissions = ["read:issues"],
                Callback = new() { Url = receiver.Url, Headers = headers },
                Document = document,
                Source = document.GetRawText(),
            }
        );
        await tenant.OnDatabaseAsync(async db =>
        {
            var stored = await db.Webhooks.SingleAsync(w => w.Id == webhook.Id);
            db.Entry(stored).Property(w => w.Target).CurrentValue = stored.Target with { Headers = headers };
            return await db.SaveChangesAsync();
        });
        Assert.Contains("hush-hush", await RowsAsync(tenant), StringComparison.Ordinal);

        foreach (var _ in new[] { "the upgrade", "a repeated one" })
        {
            await tenant.OnDatabaseAsync(db => db.DataUpgrades.Where(u => u.Name.StartsWith("headers-")).ExecuteDeleteAsync());
            await using var scope = server.Services.CreateAsyncScope();
            var schema = scope.ServiceProvider.GetRequiredService<DatabaseSchema>();
            Assert.False(await schema.IsCurrentAsync(TestContext.Current.CancellationToken));
            await schema.MigrateAsync(TestContext.Current.CancellationToken);
            Assert.True(await schema.IsCurrentAsync(TestContext.Current.CancellationToken));
        }

        await tenant.AddIssueAsync();
        await tenant.DeliverAsync(webhook);
        Assert.Equal(Value, Assert.Single(receiver.Requests).Header("Authorization"));
        var rows = await RowsAsync(tenant);
        Assert.DoesNotContain("hush-hush", rows, StringComparison.Ordinal);
        Assert.Contains("Authorization", rows, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Addresses_and_secrets_of_the_operator_are_apart_and_belong_to_one_organization()
    {
        await using var own = new KiketServer
        {
            Settings = new Dictionary<string, string>
            {
                ["Extensions:Environment:kiket:SIGNING"] = "secret-of-the-operator",
                ["Extensions:Addresses:kiket:BASE"] = "https://hooks.example.com",
            },
        };
        await own.InitializeAsync();
        var first = own.NewClient("kpat_operator_of_the_tests");
        var other = await own.NewTenantAsync();
        var manifest = Installed.Manifest();
        var callback = manifest["extension"]!["callback"]!;

        (callback["url"], callback["secret"]) = ("https://${SIGNING}.example.com", "env.SIGNING");
        var refusal = await first
            .PostJsonAsync("/api/v1/extensions", new { manifest })
            .RefusedAsync(422, "EXTENSION_INSTALL_FAILED", "extension.callback.url");
        Assert.Contains("Extensions:Addresses:kiket:SIGNING", refusal.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret-of", refusal.ToJsonString(), StringComparison.Ordinal);

        callback["url"] = "${BASE}/in";
        var installed = await first.PostJsonAsync("/api/v1/extensions", new { manifest }).CreatedAsync();
        Assert.Equal("https://hooks.example.com/in", (string?)installed["callback_url"]);
        Assert.False(installed.AsObject().ContainsKey("webhook_secret"));

        await other
            .Admin.PostJsonAsync("/api/v1/extensions", new { manifest })
            .RefusedAsync(422, "EXTENSION_INSTALL_FAILED", "extension.callback.url");
        callback["url"] = "https://other.example.com";
        var elsewhere = await other.Admin.PostJsonAsync("/api/v1/extensions", new { manifest }).CreatedAsync();
        // Generated, because none is set.
        Assert.StartsWith("whsec_", (string?)elsewhere["webhook_secret"], StringComparison.Ordinal);
    }

    /// <summary>The stored extensions and endpoints of an organization.</summary>
    private static Task<string> RowsAsync(Tenant tenant) =>
        tenant.OnDatabaseAsync(async db =>
        {
            var manifest = Column<Extension>(db, nameof(Extension.Manifest));
            var target = Column<Kiket.Domain.Webhooks.Webhook>(db, nameof(Kiket.Domain.Webhooks.Webhook.Target));
            var owner = Column<Extension>(db, nameof(Extension.OrganizationId));
            var statement =
                $"SELECT CAST({manifest} AS text) AS \"Value\" FROM "
                + $"\"{db.Model.FindEntityType(typeof(Extension))!.GetTableName()}\" WHERE {owner} = {tenant.OrganizationId} "
                + $"UNION ALL SELECT CAST({target} AS text) AS \"Value\" FROM "
                + $"\"{db.Model.FindEntityType(typeof(Kiket.Domain.Webhooks.Webhook))!.GetTableName()}\" "
                + $"WHERE {owner} = {tenant.OrganizationId}";
            var rows = await db.Database.SqlQueryRaw<string>(statement).ToListAsync();
            return string.Join('\n', rows);
        });

    private static string Column<T>(KiketDbContext db, string property) =>
        $"\"{db.Model.FindEntityType(typeof(T))!.FindProperty(property)!.GetColumnName()}\"";
}
