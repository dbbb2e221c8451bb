using Kiket.Api.Authentication;
using NSwag;
using NSwag.Generation.Processors;
using NSwag.Generation.Processors.Contexts;

namespace Kiket.Api.OpenApi;

/// <summary>Adds what the document says about the API as a whole.</summary>
internal sealed class DocumentProcessor : IDocumentProcessor
{
    private const string Introduction = """
        The REST API of Kiket, an issue tracker and workflow backend.

        **Resources.** A single resource is returned bare, a list in an envelope with `meta`. Every documented member of a
        response is always present; empty values are `null` or `[]`. Issues and projects are addressed by id or key. Times are
        ISO 8601 in UTC, dates `YYYY-MM-DD`.

        **Requests.** Bodies are JSON in UTF-8, at most 1 MB, and are also accepted without their wrapper (`{"title": …}` for
        `{"issue": {"title": …}}`). Unknown members and query parameters are rejected by name.

        A body can be compressed: `Content-Encoding` is `gzip`, `deflate` or `br`, and the limit applies to the expanded body.
        In a body, `null` for an optional member is the same as omitting it, or clears the field if it can be empty. Every
        `GET` route also accepts `HEAD`.

        **Concurrency.** `ETag` identifies a version of a resource. A read with `If-None-Match` answers 304 when nothing has
        changed; a write with `If-Match` answers 412 when something has. A write with an `Idempotency-Key` is applied once,
        however often it is sent.

        **Limits.** The headers `X-RateLimit-Limit`, `X-RateLimit-Remaining` and `X-RateLimit-Reset` (Unix seconds) of every
        response show how many requests are left, and so do `RateLimit` and `RateLimit-Policy` (as in
        draft-ietf-httpapi-ratelimit-headers). `X-Request-Id` identifies the request in the server's log.

        **Errors.** Every error has the body `ErrorBody`; programs should rely on its `code`. A resource that you cannot see
        answers 404.
        """;

    public const string ApiKeyScheme = "ExtensionKey";
    public const string RuntimeTokenScheme = "RuntimeToken";

    public void Process(DocumentProcessorContext context)
    {
        var document = context.Document;
        document.Info.Title = "Kiket REST API";
        document.Info.Version = "v1";
        document.Info.Description = Introduction;
        document.Info.License = new() { Name = "Apache-2.0", Url = "https://www.apache.org/licenses/LICENSE-2.0" };
        document.Info.Contact = new() { Name = "Kiket", Url = "https://kiket.dev" };
        foreach (var tag in document.Operations.SelectMany(o => o.Operation.Tags).Distinct().Except(Tags.Descriptions.Keys))
            throw new InvalidOperationException($"Describe the tag '{tag}' in {nameof(Tags)}.");
        document.Tags = [.. Tags.Descriptions.Select(t => new OpenApiTag { Name = t.Key, Description = t.Value })];
        document.SecurityDefinitions[BearerHandler.SchemeName] = new OpenApiSecurityScheme
        {
            Type = OpenApiSecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "A workspace token (`wksp_…`) or a personal access token (`kpat_…`).",
        };
        document.SecurityDefinitions[ApiKeyScheme] = Header(
            BearerHandler.ApiKeyHeader,
            "The key of an installed extension (`ext_live_…`)."
        );
        document.SecurityDefinitions[RuntimeTokenScheme] = Header(
            BearerHandler.RuntimeTokenHeader,
            "The token of a single delivery to an extension."
        );
        foreach (var schema in document.Components.Schemas.Values)
            schema.EnumerationNames.Clear(); // clients in C# would write these names of ours in place of the values
        foreach (var path in document.Paths.Values)
        {
            if (path.TryGetValue(OpenApiOperationMethod.Get, out var get))
                path[OpenApiOperationMethod.Head] = HeadOf(get);
        }
    }

    private static OpenApiSecurityScheme Header(string name, string description) =>
        new()
        {
            Type = OpenApiSecuritySchemeType.ApiKey,
            In = OpenApiSecurityApiKeyLocation.Header,
            Name = name,
            Description = description,
        };

    private static OpenApiOperation HeadOf(OpenApiOperation get)
    {
        var head = new OpenApiOperation
        {
            OperationId = get.OperationId + "Head",
            Summary = $"{get.Summary} Headers only.",
            Description = get.Description,
            Tags = [.. get.Tags],
            Security = get.Security,
        };
        foreach (var parameter in get.Parameters)
            head.Parameters.Add(parameter);
        foreach (var (status, response) in get.Responses)
        {
            var described = new OpenApiResponse { Description = response.ActualResponse.Description };
            foreach (var (name, header) in response.ActualResponse.Headers)
                described.Headers[name] = header;
            head.Responses[status] = described;
        }

        return head;
    }
}
