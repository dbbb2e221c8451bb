using System.Globalization;
using System.Security.Cryptography;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Tokens;
using Kiket.Infrastructure.Secrets;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Kiket.Infrastructure.Webhooks;

/// <summary>A token for one delivery.</summary>
internal sealed record RuntimeToken(string Text, DateTimeOffset ExpiresAt, IReadOnlyList<string> Scopes);

/// <summary>Creates and reads runtime tokens.</summary>
internal sealed class RuntimeTokens(SigningKeys signingKeys, TimeProvider time) : IRuntimeTokens
{
    /// <summary>The lifetime of a token (decisions, 34).</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    private const string Issuer = "kiket.dev";

    // Receivers reject tokens from the future, without leeway.
    private static readonly TimeSpan Backdating = TimeSpan.FromSeconds(10);

    private readonly JsonWebTokenHandler handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>Signs data with the current key.</summary>
    /// <returns>The key's id and the signature, base64url.</returns>
    internal async Task<(string KeyId, string Signature)> SignAsync(byte[] data, CancellationToken ct)
    {
        var signing = (await signingKeys.ReadAsync(ct)).Opened[0];
        return (signing.Kid, Base64UrlEncoder.Encode(signing.Signing.ECDsa.SignData(data, HashAlgorithmName.SHA256)));
    }

    internal async Task<RuntimeToken> CreateAsync(Extension extension, ProjectId? projectId, string source, CancellationToken ct)
    {
        var keys = await signingKeys.ReadAsync(ct);
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
                SigningCredentials = new(keys.Opened[0].Signing, SecurityAlgorithms.EcdsaSha256),
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
        var keys = await signingKeys.ReadAsync(ct);
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
}
