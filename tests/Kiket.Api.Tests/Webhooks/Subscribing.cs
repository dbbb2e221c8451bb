using Kiket.Api.Tests.Infrastructure;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Webhooks;

/// <summary>Endpoints of a tenant, and the work of the jobs as methods.</summary>
internal static class Subscribing
{
    public const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    /// <summary>Installs an extension with one endpoint.</summary>
    public static async Task<Webhook> AddWebhookAsync(
        this Tenant tenant,
        string url,
        WebhookKind kind = WebhookKind.Subscription,
        SignatureScheme scheme = SignatureScheme.Timestamp,
        DeliveryOrdering ordering = DeliveryOrdering.None,
        string? secret = Secret,
        int timeoutMs = Webhook.DefaultTimeoutMs,
        ProjectId? projectId = null,
        ExtensionManifest? manifest = null,
        Dictionary<string, string>? headers = null,
        params WebhookHook[] hooks
    )
    {
        await using var scope = tenant.Server.Services.CreateAsyncScope();
        scope
            .ServiceProvider.GetRequiredService<CurrentActor>()
            .SignIn(new(new(tenant.OrganizationId), new(tenant.AdminId), OrganizationRole.Admin), []);
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var now = scope.ServiceProvider.GetRequiredService<TimeProvider>().GetUtcNow().AddMinutes(-1);
        var key = TokenSecret.Generate(Extension.KeyLabel);
        manifest ??= new()
        {
            Id = $"com.example.e{key.Hash[..8]}",
            Name = "Example",
            Permissions = ["read:issues", "notifications:write"],
        };
        var user = User.ForExtension(new(tenant.OrganizationId), manifest.Name, now);
        db.Users.Add(user);
        await db.SaveChangesAsync();
        var extension = Extension.Install(user, projectId, manifest, url, key, new(tenant.AdminId), now);
        db.Extensions.Add(extension);
        await db.SaveChangesAsync();
        var protector = scope.ServiceProvider.GetRequiredService<ISecretProtector>();
        var encrypted = (headers ?? []).ToDictionary(h => h.Key, h => protector.Protect(ISecretProtector.HeaderPurpose, h.Value));
        var webhook = Webhook.For(
            new(tenant.OrganizationId),
            projectId,
            extension.Id,
            kind,
            new(url, kind is WebhookKind.Subscription, encrypted, scheme, ordering, timeoutMs),
            hooks.Length > 0 ? hooks : [new("issue.created")],
            secret is null ? null : protector.Protect(ISecretProtector.WebhookPurpose, secret),
            now
        );
        db.Webhooks.Add(webhook);
        await db.SaveChangesAsync();
        return webhook;
    }

    /// <summary>Fans out the waiting events, and sends the due deliveries of some endpoints, once each.</summary>
    public static async Task DeliverAsync(this Tenant tenant, params Webhook[] webhooks)
    {
        await tenant.Server.Services.GetRequiredService<WebhookFanOut>().RunAsync(TestContext.Current.CancellationToken);
        foreach (var webhook in webhooks)
            await tenant
                .Server.Services.GetRequiredService<WebhookDrain>()
                .RunAsync(webhook.Id, TestContext.Current.CancellationToken);
    }

    public static Task<List<WebhookDelivery>> DeliveriesAsync(this Tenant tenant, Webhook webhook) =>
        tenant.DeliveriesAsync(webhook.Id);

    public static Task<List<WebhookDelivery>> DeliveriesAsync(this Tenant tenant, long webhook) =>
        tenant.OnDatabaseAsync(db => db.WebhookDeliveries.Where(d => d.WebhookId == webhook).OrderBy(d => d.Id).ToListAsync());

    public static Task<List<WebhookAttempt>> AttemptsAsync(this Tenant tenant, WebhookDelivery delivery) =>
        tenant.OnDatabaseAsync(db =>
            db.WebhookAttempts.Where(a => a.DeliveryId == delivery.Id).OrderBy(a => a.Number).ToListAsync()
        );

    public static async Task<T> OnDatabaseAsync<T>(this Tenant tenant, Func<KiketDbContext, Task<T>> work)
    {
        await using var scope = tenant.Server.Services.CreateAsyncScope();
        scope
            .ServiceProvider.GetRequiredService<CurrentActor>()
            .SignIn(new(new(tenant.OrganizationId), new(tenant.AdminId), OrganizationRole.Admin), []);
        return await work(scope.ServiceProvider.GetRequiredService<KiketDbContext>());
    }
}
