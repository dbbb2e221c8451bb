using Kiket.Api.Tests.Infrastructure;
using NJsonSchema;
using NSwag;

namespace Kiket.Api.Tests.OpenApi;

/// <summary>The document as the server gives it, read back.</summary>
internal sealed class ApiDocument
{
    private ApiDocument(string json, OpenApiDocument document) => (Json, Document) = (json, document);

    public string Json { get; }

    public OpenApiDocument Document { get; }

    public static async Task<ApiDocument> ReadAsync(KiketServer server)
    {
        var json = await server.NewClient().GetStringAsync("/api/v1/openapi.json");
        return new(json, await OpenApiDocument.FromJsonAsync(json));
    }

    public OpenApiOperation? Find(string method, string path) =>
        Document.Paths.TryGetValue(path, out var item) && item.TryGetValue(method.ToLowerInvariant(), out var operation)
            ? operation
            : null;

    /// <summary>The errors of an answer. Unlike for clients, a member that is not in the document is an error here.</summary>
    public IEnumerable<string> Faults(OpenApiOperation operation, int status, string body)
    {
        foreach (var schema in Document.Components.Schemas.Values.Where(s => s.Properties.Count > 0))
            schema.AllowAdditionalProperties = false;

        return operation.Responses.TryGetValue($"{status}", out var response)
            ? Schema(response).Validate(body, SchemaType.OpenApi3).Select(e => $"{e.Path}: {e.Kind}")
            : [$"the status {status} is not documented"];
    }

    public static JsonSchema Schema(OpenApiResponse response) => response.ActualResponse.Content["application/json"].Schema;
}
