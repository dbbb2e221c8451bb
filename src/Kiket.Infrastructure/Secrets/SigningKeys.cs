using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Kiket.Application.Ports;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;

namespace Kiket.Infrastructure.Secrets;

/// <summary>A public key as <c>/.well-known/jwks.json</c> shows it.</summary>
internal sealed record PublishedKey(string Kid, string X, string Y)
{
    public string Kty { get; } = "EC";

    public string Crv { get; } = "P-256";

    public string Use { get; } = "sig";

    public string Alg { get; } = SecurityAlgorithms.EcdsaSha256;
}

/// <summary>A key with its private half.</summary>
internal sealed record OpenedKey(string Kid, ECDsaSecurityKey Signing, SymmetricSecurityKey Encrypting);

/// <summary>The keys at an instant; the first one signs.</summary>
/// <param name="Opened">The keys that this installation can decrypt.</param>
/// <param name="Published">The public halves of all keys.</param>
internal sealed record KeyRing(DateTimeOffset ReadAt, IReadOnlyList<OpenedKey> Opened, IReadOnlyList<PublishedKey> Published)
{
    /// <summary>The public halves, in the form that verifies.</summary>
    public IReadOnlyList<SecurityKey> Verifying { get; } =
    [
        .. Published.Select(k => new JsonWebKey
        {
            Kty = k.Kty,
            Crv = k.Crv,
            X = k.X,
            Y = k.Y,
            Kid = k.Kid,
            Use = k.Use,
            Alg = k.Alg,
        }),
    ];
}

/// <summary>
/// The keys that sign runtime tokens and the tokens of OAuth. They are in the database, encrypted, for all nodes; a new key is
/// published before it signs, for longer than receivers cache keys, and an old one until nothing that it signed is valid.
/// </summary>
internal sealed class SigningKeys(IServiceScopeFactory scopes, ISecretProtector protector, TimeProvider time) : IDisposable
{
    /// <summary>How long a key signs before the next one follows.</summary>
    public static readonly TimeSpan KeyLifetime = TimeSpan.FromDays(30);

    /// <summary>Receivers cache keys for an hour (contract 2.4).</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromHours(2);

    /// <summary>The longest lifetime of anything that a key signs: that of a refresh token.</summary>
    public static readonly TimeSpan LongestUse = TimeSpan.FromDays(14);

    public const string Purpose = "signing-keys";
    private static readonly TimeSpan CacheLifetime = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim gate = new(1);
    private KeyRing? ring;

    /// <summary>The keys, mostly from memory; creates the first one.</summary>
    public async ValueTask<KeyRing> ReadAsync(CancellationToken ct)
    {
        if (ring is { } known && known.ReadAt + CacheLifetime > time.GetUtcNow())
            return known;
        await gate.WaitAsync(ct);
        try
        {
            if (ring is { } read && read.ReadAt + CacheLifetime > time.GetUtcNow())
                return read;
            if (await FindAsync(ct) is { } present)
                return ring = present;
            await RotateAsync(isNeeded: true, ct);
            return ring = await FindAsync(ct) ?? throw new InvalidOperationException("No signing key can be decrypted.");
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Creates the next key in time, and removes keys whose tokens have long expired.</summary>
    public Task RotateAsync(CancellationToken ct) => RotateAsync(isNeeded: false, ct);

    public void Dispose() => gate.Dispose();

    private async Task RotateAsync(bool isNeeded, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var now = time.GetUtcNow();
        var newest = await db.SigningKeys.OrderByDescending(k => k.ActiveFrom).FirstOrDefaultAsync(ct);
        if (isNeeded || newest is null || newest.ActiveFrom + KeyLifetime <= now + Overlap)
        {
            // Two nodes may do this at the same time; then there are two keys, and both are valid.
            db.SigningKeys.Add(NewKey(now, isNeeded || newest is null ? now : now + Overlap));
            await db.SaveChangesAsync(ct);
        }

        var old = now - KeyLifetime - Overlap - LongestUse - CacheLifetime - TimeSpan.FromDays(1);
        var keep = await db
            .SigningKeys.Where(k => k.ActiveFrom <= now)
            .OrderByDescending(k => k.ActiveFrom)
            .Select(k => k.Id)
            .FirstOrDefaultAsync(ct);
        await db.SigningKeys.Where(k => k.ActiveFrom < old && k.Id != keep).ExecuteDeleteAsync(ct);
        ring = null;
    }

    /// <returns>The keys, or null when none of them can sign.</returns>
    private async Task<KeyRing?> FindAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var keys = await scope
            .ServiceProvider.GetRequiredService<KiketDbContext>()
            .SigningKeys.AsNoTracking()
            .OrderByDescending(k => k.ActiveFrom)
            .ThenBy(k => k.Id)
            .ToListAsync(ct);
        var now = time.GetUtcNow();

        // A key that cannot be decrypted belongs to another installation's key ring; the next one may be ours.
        var opened = keys.Select(k => (Key: k, Pkcs8: protector.Unprotect(Purpose, k.PrivateKey)))
            .Where(k => k.Pkcs8 is not null)
            .ToDictionary(k => k.Key.Id, k => Open(k.Key.Kid, Convert.FromBase64String(k.Pkcs8!)));
        if (keys.Find(k => k.ActiveFrom <= now && opened.ContainsKey(k.Id)) is not { } signing)
            return null;

        List<SigningKey> inOrder = [signing, .. keys.Where(k => k.Id != signing.Id)];
        return new(
            now,
            [.. inOrder.Where(k => opened.ContainsKey(k.Id)).Select(k => opened[k.Id])],
            [.. inOrder.Select(k => new PublishedKey(k.Kid, k.X, k.Y))]
        );
    }

    /// <summary>One secret serves for both keys; the second is derived, so that neither reveals the other.</summary>
    private static OpenedKey Open(string kid, byte[] pkcs8)
    {
        var ecdsa = ECDsa.Create();
        ecdsa.ImportPkcs8PrivateKey(pkcs8, out _);
        var secret = ecdsa.ExportParameters(includePrivateParameters: true).D!;
        var derived = HKDF.DeriveKey(
            HashAlgorithmName.SHA256,
            secret,
            32,
            info: Encoding.UTF8.GetBytes("kiket-oauth-encryption")
        );
        return new(kid, new(ecdsa) { KeyId = kid }, new(derived) { KeyId = kid });
    }

    private SigningKey NewKey(DateTimeOffset now, DateTimeOffset activeFrom)
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = ecdsa.ExportParameters(includePrivateParameters: false).Q;
        var kid = string.Create(CultureInfo.InvariantCulture, $"{now:yyyyMMdd}-{Guid.NewGuid():N}")[..24];
        return new(
            kid,
            Base64UrlEncoder.Encode(point.X),
            Base64UrlEncoder.Encode(point.Y),
            protector.Protect(Purpose, Convert.ToBase64String(ecdsa.ExportPkcs8PrivateKey())),
            now,
            activeFrom
        );
    }
}
