using System.Security.Cryptography;
using Kiket.Infrastructure.Definitions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Kiket.Api.Definitions;

/// <summary>The JSON Schemas of pack files; at the root of the host, without a credential, because editors have none.</summary>
internal static class SchemaEndpoints
{
    public static void MapDefinitionSchemas(this IEndpointRouteBuilder app) =>
        app.MapGet("/schemas/{file}", GetSchema).ExcludeFromDescription();

    private static Results<FileContentHttpResult, NotFound> GetSchema(string file, HttpResponse response)
    {
        if (!DefinitionSchemas.All.TryGetValue(file, out var schema))
            return TypedResults.NotFound();
        response.Headers.CacheControl = "public, max-age=3600";
        var digest = Convert.ToHexStringLower(SHA256.HashData(schema));
        return TypedResults.Bytes(schema, "application/schema+json", entityTag: new EntityTagHeaderValue($"\"{digest[..16]}\""));
    }
}
