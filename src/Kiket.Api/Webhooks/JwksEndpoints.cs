using Kiket.Infrastructure.Secrets;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiket.Api.Webhooks;

/// <summary>The public keys for verifying runtime tokens; at the root of the host, without a credential.</summary>
internal static class JwksEndpoints
{
    public const string Path = "/.well-known/jwks.json";

    public static void MapJwks(this IEndpointRouteBuilder app) => app.MapGet(Path, GetKeys).ExcludeFromDescription();

    private static async Task<Ok<KeySet>> GetKeys(HttpResponse response, SigningKeys keys, CancellationToken ct)
    {
        response.Headers.CacheControl = "public, max-age=300";
        return TypedResults.Ok(new KeySet((await keys.ReadAsync(ct)).Published));
    }
}

internal sealed record KeySet(IReadOnlyList<PublishedKey> Keys);
