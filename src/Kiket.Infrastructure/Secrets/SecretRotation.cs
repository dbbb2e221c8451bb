using Kiket.Application.Ports;
using Kiket.Domain.Extensions;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Infrastructure.Secrets;

/// <param name="Renewed">How many rows were encrypted again.</param>
/// <param name="Unreadable">How many secrets cannot be decrypted, because their key is lost.</param>
internal sealed record RotatedSecrets(int Renewed, int Unreadable);

/// <summary>
/// Encrypts the stored secrets of all organizations with the current key of the key ring. Rows that already use it are skipped,
/// so an interrupted run can simply be repeated; rows that are changed in the meantime already use it. Data that lives only for a
/// day, such as idempotent answers, is not touched.
/// </summary>
internal sealed class SecretRotation(KiketDbContext db, SecretProtector protector)
{
    /// <summary>Small, because a request of an action can have half a megabyte.</summary>
    private const int BatchSize = 50;

    private int renewed;
    private int unreadable;

    public async Task<RotatedSecrets> RunAsync(CancellationToken ct)
    {
        await EachAsync(db.AcrossTenants<ExtensionSecret>(), s => s.Id, RenewAsync, ct);
        await EachAsync(db.AcrossTenants<Webhook>(), w => w.Id, RenewAsync, ct);
        await EachAsync(db.AcrossTenants<WebhookDelivery>().Where(d => d.Request != null), d => d.Id, RenewAsync, ct);
        await EachAsync(db.AcrossTenants<PasswordSignIn>().Where(s => s.TotpKey != null), s => s.Id, RenewAsync, ct);
        await EachAsync(db.Set<SigningKey>(), k => k.Id, RenewAsync, ct);
        return new(renewed, unreadable);
    }

    private static async Task EachAsync<T>(
        IQueryable<T> rows,
        Func<T, long> idOf,
        Func<T, CancellationToken, Task> renewAsync,
        CancellationToken ct
    )
        where T : class
    {
        const string id = "Id";
        long last = 0;
        List<T> batch;
        do
        {
            batch = await rows.AsNoTracking()
                .Where(r => EF.Property<long>(r, id) > last)
                .OrderBy(r => EF.Property<long>(r, id))
                .Take(BatchSize)
                .ToListAsync(ct);
            foreach (var row in batch)
                await renewAsync(row, ct);
            last = batch.Count > 0 ? idOf(batch[^1]) : last;
        } while (batch.Count == BatchSize);
    }

    private async Task RenewAsync(ExtensionSecret secret, CancellationToken ct)
    {
        var ciphertext = Renew(secret.Purpose, secret.Ciphertext);
        if (ciphertext == secret.Ciphertext)
            return;
        renewed += await db.AcrossTenants<ExtensionSecret>()
            .Where(s => s.Id == secret.Id && s.Version == secret.Version)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.Ciphertext, ciphertext), ct);
    }

    private async Task RenewAsync(Webhook webhook, CancellationToken ct)
    {
        var secret = webhook.Secret is { } current ? Renew(ISecretProtector.WebhookPurpose, current) : null;
        var previous = webhook.PreviousSecret is { } old ? Renew(ISecretProtector.WebhookPurpose, old) : null;
        var headers = webhook.Target.Headers.ToDictionary(h => h.Key, h => Renew(ISecretProtector.HeaderPurpose, h.Value));
        if (
            secret == webhook.Secret
            && previous == webhook.PreviousSecret
            && headers.All(h => h.Value == webhook.Target.Headers[h.Key])
        )
            return;
        var target = webhook.Target with { Headers = headers };
        renewed += await db.AcrossTenants<Webhook>()
            .Where(w => w.Id == webhook.Id && w.Version == webhook.Version)
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(w => w.Secret, secret)
                        .SetProperty(w => w.PreviousSecret, previous)
                        .SetProperty(w => w.Target, target),
                ct
            );
    }

    private async Task RenewAsync(WebhookDelivery delivery, CancellationToken ct)
    {
        var request = Renew(ISecretProtector.ActionPurpose, delivery.Request!);
        if (request != delivery.Request)
            renewed += await db.AcrossTenants<WebhookDelivery>()
                .Where(d => d.Id == delivery.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(d => d.Request, request), ct);
    }

    private async Task RenewAsync(PasswordSignIn signIn, CancellationToken ct)
    {
        var ciphertext = Renew(ISecretProtector.TotpPurpose, signIn.TotpKey!);
        if (ciphertext != signIn.TotpKey)
            renewed += await db.AcrossTenants<PasswordSignIn>()
                .Where(s => s.Id == signIn.Id && s.TotpKey == signIn.TotpKey)
                .ExecuteUpdateAsync(set => set.SetProperty(s => s.TotpKey, ciphertext), ct);
    }

    private async Task RenewAsync(SigningKey key, CancellationToken ct)
    {
        var ciphertext = Renew(SigningKeys.Purpose, key.PrivateKey);
        if (ciphertext != key.PrivateKey)
            renewed += await db.Set<SigningKey>()
                .Where(k => k.Id == key.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(k => k.PrivateKey, ciphertext), ct);
    }

    /// <returns>The text to store: the old one unless it must be encrypted again.</returns>
    private string Renew(string purpose, string ciphertext)
    {
        var (renewal, isReadable) = protector.Renew(purpose, ciphertext);
        if (!isReadable)
            unreadable++;
        return renewal ?? ciphertext;
    }
}
