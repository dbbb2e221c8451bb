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
        var installed = await Installed.NewAsync(tenant, "LEGAL", permissions: ["*"]);
        var path = $"/api/v1/extensions/{installed.Id}/secrets/API_TOKEN";
        await tenant.Admin.PostJsonAsync(path, new { secret = new { value = "the value" } }).CreatedAsync();
        await installed.Client.GetAsync("/api/v1/ext/project").OkAsync();
        await AddSecondStepAsync(tenant);
        var before = await StoredAsync(tenant);
        var (folder, now) = (NewRing(), DateTimeOffset.UtcNow);

        var key = server.Services.GetRequiredService<IKeyManager>().CreateNewKey(now, now.AddDays(90));
        File.Copy(Path.Combine(KeysPath, $"key-{key.KeyId}.xml"), Path.Combine(folder.FullName, $"key-{key.KeyId}.xml"));
        var newKeyOnly = new SecretProtector(DataProtectionProvider.Create(folder, ring => ring.SetApplicationName("Kiket")));
        Assert.All(before, s => Assert.Null(newKeyOnly.Unprotect(s.Purpose, s.Ciphertext)));
        while (!server.Services.GetRequiredService<SecretProtector>().Uses(key.KeyId))
            await Task.Delay(50, TestContext.Current.CancellationToken);
        var rotated = await RotateAsync();
        var after = await StoredAsync(tenant);

        Assert.InRange(rotated.Renewed, before.Count, int.MaxValue);
        Assert.Equal(before.Count, after.Count);
        Assert.All(after, s => Assert.NotNull(newKeyOnly.Unprotect(s.Purpose, s.Ciphertext)));
        Assert.Equal("the value", newKeyOnly.Unprotect(after[0].Purpose, after[0].Ciphertext));
        Assert.Equal("the value", (string?)(await installed.Client.GetAsync(path).OkAsync())["value"]);

        await RotateAsync();
        Assert.Equal(after, await StoredAsync(tenant));
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
        var webhook = await db.AcrossTenants<Webhook>().AsNoTracking().FirstAsync(w => w.OrganizationId == id);
        var user = new UserId(tenant.AdminId);
        var signIn = await db.AcrossTenants<PasswordSignIn>().AsNoTracking().SingleAsync(s => s.UserId == user);
        return
        [
            (secret.Purpose, secret.Ciphertext),
            (ISecretProtector.TotpPurpose, signIn.TotpKey!),
            (ISecretProtector.WebhookPurpose, webhook.Secret!),
            .. webhook.Target.Headers.Select(h => (ISecretProtector.HeaderPurpose, h.Value)),
            .. (await db.Set<SigningKey>().AsNoTracking().OrderBy(k => k.Id).Take(1).ToListAsync()).Select(k =>
                (SigningKeys.Purpose, k.PrivateKey)
            ),
        ];
    }
}
