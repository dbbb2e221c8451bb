using System.Buffers.Text;
using System.Reflection;
using System.Text.Json.Nodes;
using Kiket.Api.Tests.Extensions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Application.Ports;
using Kiket.Application.Users;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Secrets;
using MediatR;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Secrets;

/// <summary>What <c>secrets rotate</c> does.</summary>
public sealed class SecretRotationTests(KiketServer server)
{
    [Fact]
    public async Task Stored_secrets_need_only_the_current_key_after_a_rotation()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var manifest = Installed.Manifest(permissions: ["*"]);
        manifest["extension"]!["callback"]!["headers"] = new JsonObject { ["X-Token"] = "the token" };
        var installed = new Installed(
            server,
            await tenant
                .Admin.PostJsonAsync(
                    "/api/v1/extensions",
                    new
                    {
                        manifest,
                        project_id = "LEGAL",
                        strict = false,
                    }
                )
                .CreatedAsync()
        );
        var path = $"/api/v1/extensions/{installed.Id}/secrets/API_TOKEN";
        await tenant.Admin.PostJsonAsync(path, new { secret = new { value = "the value" } }).CreatedAsync();
        await installed.Client.GetAsync("/api/v1/ext/project").OkAsync();
        await AddSecondStepAsync(tenant);
        await AddActionAsync(tenant);
        await server.Services.GetRequiredService<SigningKeys>().ReadAsync(TestContext.Current.CancellationToken); // creates one
        var before = await StoredAsync(tenant);
        Assert.Empty(Purposes().Except(before.Select(s => s.Purpose))); // add a secret of a new purpose to this test
        var (folder, now) = (NewRing(), DateTimeOffset.UtcNow);

        var key = server.Services.GetRequiredService<IKeyManager>().CreateNewKey(now, now.AddDays(90));
        File.Copy(Path.Combine(KeysPath, $"key-{key.KeyId}.xml"), Path.Combine(folder.FullName, $"key-{key.KeyId}.xml"));
        var newKeyOnly = new SecretProtector(DataProtectionProvider.Create(folder, ring => ring.SetApplicationName("Kiket")));
        Assert.All(before, s => Assert.Null(newKeyOnly.Unprotect(s.Purpose, s.Ciphertext)));
        while (!server.Services.GetRequiredService<SecretProtector>().Uses(key.KeyId))
            await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.NotEmpty(await ColumnsOfOtherKeysAsync(tenant, key.KeyId));
        var rotated = await RotateAsync();
        var after = await StoredAsync(tenant);

        Assert.InRange(rotated.Renewed, before.Count - 1, int.MaxValue); // the row of the webhook has two of them
        Assert.Equal(before.Count, after.Count);
        Assert.All(after, s => Assert.NotNull(newKeyOnly.Unprotect(s.Purpose, s.Ciphertext)));
        Assert.Equal("the value", newKeyOnly.Unprotect(after[0].Purpose, after[0].Ciphertext));
        Assert.Equal("the value", (string?)(await installed.Client.GetAsync(path).OkAsync())["value"]);

        await RotateAsync();
        Assert.Equal(after, await StoredAsync(tenant));
        Assert.Empty(await ColumnsOfOtherKeysAsync(tenant, key.KeyId));
        folder.Delete(recursive: true);
    }

    private string KeysPath => server.Services.GetRequiredService<IConfiguration>()["DataProtection:KeysPath"]!;

    private static DirectoryInfo NewRing() => Directory.CreateTempSubdirectory("kiket-keys-");

    private async Task<RotatedSecrets> RotateAsync()
    {
        await using var scope = server.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<SecretRotation>().RunAsync(TestContext.Current.CancellationToken);
    }

    private async Task AddSecondStepAsync(Tenant tenant)
    {
        await using var scope = server.Services.CreateAsyncScope();
        var mediator = scope.ServiceProvider.GetRequiredService<IMediator>();
        await mediator.Send(new CreatePasswordLinkCommand("admin@example.com", await SlugOfAsync(tenant)));
        var key = scope.ServiceProvider.GetRequiredService<ISecretProtector>().Protect(ISecretProtector.TotpPurpose, "KEY");
        var id = new UserId(tenant.AdminId);
        await scope
            .ServiceProvider.GetRequiredService<KiketDbContext>()
            .AcrossTenants<PasswordSignIn>()
            .Where(s => s.UserId == id)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.TotpKey, key));
    }

    /// <summary>A request that an action has sent, and that can be sent again.</summary>
    private async Task AddActionAsync(Tenant tenant)
    {
        await using var scope = server.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var (organization, now) = (new OrganizationId(tenant.OrganizationId), DateTimeOffset.UtcNow);
        scope.ServiceProvider.GetRequiredService<CurrentActor>().SignIn(ActorOf(tenant), []);
        var host = Webhook.ForActions(organization, "https://rotation.invalid", now);
        db.Add(host);
        await db.SaveChangesAsync();
        var request = scope.ServiceProvider.GetRequiredService<ISecretProtector>().Protect(ISecretProtector.ActionPurpose, "{}");
        db.Add(WebhookDelivery.Send(host, request, await db.Projects.Select(p => p.Id).SingleAsync(), new(1), now));
        await db.SaveChangesAsync();
    }

    private static Actor ActorOf(Tenant tenant) => new(new(tenant.OrganizationId), new(tenant.AdminId), OrganizationRole.Admin);

    /// <summary>The purposes of stored secrets, which are constants.</summary>
    private static IEnumerable<string> Purposes() =>
        new[] { typeof(ISecretProtector), typeof(SecretProtector) }
            .SelectMany(t => t.Assembly.GetTypes())
            .SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(f => f.IsLiteral && f.Name.EndsWith("Purpose", StringComparison.Ordinal))
            .Select(f => (string)f.GetRawConstantValue()!);

    /// <summary>The columns in which the tenant or the server has texts that were encrypted with another key.</summary>
    private async Task<List<string>> ColumnsOfOtherKeysAsync(Tenant tenant, Guid current)
    {
        await using var scope = server.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentActor>().SignIn(ActorOf(tenant), []);
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var others = server
            .Services.GetRequiredService<IKeyManager>()
            .GetAllKeys()
            .Select(k => k.KeyId)
            .Where(id => id != current);
        List<string> found = [];
        foreach (var column in db.Model.GetRelationalModel().Tables.SelectMany(t => t.Columns))
        {
            if (column.ProviderClrType != typeof(string))
                continue;
            var table = column.Table;
            var isOld = string.Join(" OR ", others.Select(id => $"CAST(\"{column.Name}\" AS text) LIKE '%{BeginningOf(id)}%'"));
            var isOwn = table.FindColumn("organization_id") is null ? "1 = 1" : $"organization_id = {tenant.OrganizationId}";
            var sql = $"SELECT COUNT(*) AS \"Value\" FROM \"{table.Name}\" WHERE ({isOld}) AND {isOwn}";
            if (await db.Database.SqlQueryRaw<long>(sql).SingleAsync(TestContext.Current.CancellationToken) > 0)
                found.Add($"{table.Name}.{column.Name}");
        }

        return found;
    }

    /// <summary>What each text that a key has encrypted begins with: a mark and the key's id.</summary>
    private static string BeginningOf(Guid key) => Base64Url.EncodeToString([0x09, 0xF0, 0xC9, 0xF0, .. key.ToByteArray()])[..26];

    private async Task<string> SlugOfAsync(Tenant tenant)
    {
        await using var scope = server.Services.CreateAsyncScope();
        var id = new OrganizationId(tenant.OrganizationId);
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        return await db.Organizations.Where(o => o.Id == id).Select(o => o.Slug).SingleAsync();
    }

    /// <summary>The secrets of a tenant, and the keys that sign for all.</summary>
    private async Task<List<(string Purpose, string Ciphertext)>> StoredAsync(Tenant tenant)
    {
        await using var scope = server.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var id = new OrganizationId(tenant.OrganizationId);
        var secret = await db.AcrossTenants<ExtensionSecret>().AsNoTracking().SingleAsync(s => s.OrganizationId == id);
        var webhook = await db.AcrossTenants<Webhook>()
            .AsNoTracking()
            .FirstAsync(w => w.OrganizationId == id && w.Secret != null);
        var delivery = await db.AcrossTenants<WebhookDelivery>()
            .AsNoTracking()
            .SingleAsync(d => d.OrganizationId == id && d.Request != null);
        var user = new UserId(tenant.AdminId);
        var signIn = await db.AcrossTenants<PasswordSignIn>().AsNoTracking().SingleAsync(s => s.UserId == user);
        return
        [
            (secret.Purpose, secret.Ciphertext),
            (ISecretProtector.TotpPurpose, signIn.TotpKey!),
            (ISecretProtector.WebhookPurpose, webhook.Secret!),
            (ISecretProtector.ActionPurpose, delivery.Request!),
            .. webhook.Target.Headers.Select(h => (ISecretProtector.HeaderPurpose, h.Value)),
            .. (await db.Set<SigningKey>().AsNoTracking().OrderBy(k => k.Id).Take(1).ToListAsync()).Select(k =>
                (SigningKeys.Purpose, k.PrivateKey)
            ),
        ];
    }
}
