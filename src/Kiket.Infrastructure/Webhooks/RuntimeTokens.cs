using System.Globalization;
using System.Security.Cryptography;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Tokens;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Kiket.Infrastructure.Webhooks;

/// <summary>A token for one delivery.</summary>
internal sealed record RuntimeToken(string Text, DateTimeOffset ExpiresAt, IReadOnlyList<string> Scopes);

/// <summary>A public key as <c>/.well-known/jwks.json</c> shows it.</summary>
internal sealed record PublishedKey(string Kid, string X, string Y)
{
    public string Kty { get; } = "EC";

    public string Crv { get; } = "P-256";

    public string Use { get; } = "sig";

    public string Alg { get; } = SecurityAlgorithms.EcdsaSha256;
}

/// <summary>
/// Makes and reads runtime tokens. Keys are in the database, encrypted, for all nodes; a new one is published for longer than
/// receivers cache keys before it signs, and an old one for as long after it has.
/// </summary>
internal sealed class RuntimeTokens(IServiceScopeFactory scopes, ISecretProtector protector, TimeProvider time)
    : IRuntimeTokens,
        IDisposable
{
    /// <summary>How long a key signs before the next one follows.</summary>
    public static readonly TimeSpan KeyLifetime = TimeSpan.FromDays(30);

    /// <summary>Receivers cache keys for an hour (contract 2.4).</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromHours(2);

    /// <summary>How long a token is good (decisions, 34).</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    private const string Issuer = "kiket.dev";
    private const string Purpose = "signing-keys";

    // Receivers reject tokens from the future, without leeway.
    private static readonly TimeSpan Backdating = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CacheLifetime = TimeSpan.FromMinutes(1);

    private readonly JsonWebTokenHandler handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly SemaphoreSlim gate = new(1);
    private KeyRing? ring;

    /// <summary>The public keys, the one that signs first: some receivers take the first and ignore its id.</summary>
    public async Task<IReadOnlyList<PublishedKey>> PublishedKeysAsync(CancellationToken ct) => (await RingAsync(ct)).Published;

    /// <summary>Signs data with the current key.</summary>
    /// <returns>The key's id and the signature, base64url.</returns>
    internal async Task<(string KeyId, string Signature)> SignAsync(byte[] data, CancellationToken ct)
    {
        var signing = (await RingAsync(ct)).Signing;
        var signature = ((ECDsaSecurityKey)signing.Key).ECDsa.SignData(data, HashAlgorithmName.SHA256);
        return (signing.Key.KeyId, Base64UrlEncoder.Encode(signature));
    }

    internal async Task<RuntimeToken> CreateAsync(Extension extension, ProjectId? projectId, string source, CancellationToken ct)
    {
        var keys = await RingAsync(ct);
        var (now, scopesOf) = (time.GetUtcNow(), ScopesOf(extension, projectId));
        var expires = DateTimeOffset.FromUnixTimeSeconds((now + Lifetime).ToUnixTimeSeconds());
        var claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            [JwtRegisteredClaimNames.Sub] = $"extension:{extension.Key}",
            [JwtRegisteredClaimNames.Jti] = Guid.NewGuid().ToString("N"),
            ["org_id"] = extension.OrganizationId.Value,
            ["ext_id"] = extension.Id.Value,
            ["pi_id"] = extension.Id.Value,
            ["scopes"] = scopesOf,
            ["src"] = source,
        };
        if (projectId is { } project)
            claims["proj_id"] = project.Value;
        var text = handler.CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = Issuer,
                IssuedAt = (now - Backdating).UtcDateTime,
                Expires = expires.UtcDateTime,
                Claims = claims,
                SigningCredentials = keys.Signing,
            }
        );
        return new(text, expires, scopesOf);
    }

    private static IReadOnlyList<string> ScopesOf(Extension extension, ProjectId? projectId)
    {
        var scopesOf = Scope.Spell(extension.Manifest.Permissions);
        return projectId is { } project
            ? [.. scopesOf, string.Create(CultureInfo.InvariantCulture, $"project:{project}")]
            : scopesOf;
    }

    public async Task<RuntimeClaims?> ValidateAsync(string token, CancellationToken ct)
    {
        var keys = await RingAsync(ct);
        var result = await handler.ValidateTokenAsync(
            token,
            new TokenValidationParameters
            {
                ValidIssuer = Issuer,
                ValidateAudience = false,
                ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
                IssuerSigningKeys = keys.Verifying,
                ClockSkew = TimeSpan.Zero,
                LifetimeValidator = (_, expires, _, _) => expires > time.GetUtcNow().UtcDateTime,
            }
        );
        if (!result.IsValid)
            return null;
        var jwt = (JsonWebToken)result.SecurityToken;
        long? Number(string name) => jwt.TryGetPayloadValue<long>(name, out var value) ? value : null;
        return Number("org_id") is { } organization && Number("ext_id") is { } installation
            ? new(
                new(organization),
                new(installation),
                Number("proj_id") is { } project ? new(project) : null,
                [.. jwt.Claims.Where(c => c.Type == "scopes").Select(c => c.Value)],
                new(jwt.ValidTo, TimeSpan.Zero)
            )
            : null;
    }

    /// <summary>Makes the next key in time, and removes those whose tokens have long expired.</summary>
    public Task RotateAsync(CancellationToken ct) => RotateAsync(isNeeded: false, ct);

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

        var old = now - KeyLifetime - Overlap - Lifetime - CacheLifetime - TimeSpan.FromDays(1);
        var keep = await db
            .SigningKeys.Where(k => k.ActiveFrom <= now)
            .OrderByDescending(k => k.ActiveFrom)
            .Select(k => k.Id)
            .FirstOrDefaultAsync(ct);
        await db.SigningKeys.Where(k => k.ActiveFrom < old && k.Id != keep).ExecuteDeleteAsync(ct);
        ring = null;
    }

    public void Dispose() => gate.Dispose();

    private async Task<KeyRing> RingAsync(CancellationToken ct)
    {
        if (ring is { } known && known.ReadAt + CacheLifetime > time.GetUtcNow())
            return known;
        await gate.WaitAsync(ct);
        try
        {
            if (ring is { } read && read.ReadAt + CacheLifetime > time.GetUtcNow())
                return read;
            if (await ReadAsync(ct) is { } present)
                return ring = present;
            await RotateAsync(isNeeded: true, ct);
            return ring = await ReadAsync(ct) ?? throw new InvalidOperationException("There is no key to sign with.");
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<KeyRing?> ReadAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var keys = await scope
            .ServiceProvider.GetRequiredService<KiketDbContext>()
            .SigningKeys.AsNoTracking()
            .OrderByDescending(k => k.ActiveFrom)
            .ThenBy(k => k.Id)
            .ToListAsync(ct);
        var now = time.GetUtcNow();
        foreach (var key in keys.Where(k => k.ActiveFrom <= now))
        {
            // A key that cannot be decrypted is that of another installation's key ring; the next one may be ours.
            if (protector.Unprotect(Purpose, key.PrivateKey) is not { } pkcs8)
                continue;
            var ecdsa = ECDsa.Create();
            ecdsa.ImportPkcs8PrivateKey(Convert.FromBase64String(pkcs8), out _);
            var published = keys.OrderByDescending(k => k.Id == key.Id)
                .ThenByDescending(k => k.ActiveFrom)
                .Select(k => new PublishedKey(k.Kid, k.X, k.Y))
                .ToList();
            var verifying = published.Select(k => new JsonWebKey
            {
                Kty = k.Kty,
                Crv = k.Crv,
                X = k.X,
                Y = k.Y,
                Kid = k.Kid,
                Use = k.Use,
                Alg = k.Alg,
            });
            return new(
                now,
                new(new ECDsaSecurityKey(ecdsa) { KeyId = key.Kid }, SecurityAlgorithms.EcdsaSha256),
                [.. verifying],
                published
            );
        }

        return null;
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

    private sealed record KeyRing(
        DateTimeOffset ReadAt,
        SigningCredentials Signing,
        IReadOnlyList<SecurityKey> Verifying,
        IReadOnlyList<PublishedKey> Published
    );
}
