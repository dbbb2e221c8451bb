using Kiket.Api.Authentication;
using NSwag;
using NSwag.Generation.Processors;
using NSwag.Generation.Processors.Contexts;

namespace Kiket.Api.OpenApi;

/// <summary>What the document says about the API as a whole.</summary>
internal sealed class DocumentProcessor : IDocumentProcessor
{
    private const string Introduction =
        """
        The REST API of Kiket, an issue tracker and workflow backend.

        **Resources.** A single resource is returned bare, a list in an envelope with `meta`. Every documented member of an answer is always
        present; what is empty is `null` or `[]`. Issues and projects are addressed by id or key. Times are ISO 8601 in UTC, dates `YYYY-MM-DD`.

        **Requests.** Bodies are JSON in UTF-8, at most 1 MB, and are also accepted without their wrapper (`{"title": …}` for
        `{"issue": {"title": …}}`). Unknown members and query parameters are refused by name.

        **Concurrency.** `ETag` names a version of a resource. `If-None-Match` on a read answers 304 when nothing has changed; `If-Match` on a
        write answers 412 when something has. A write with an `Idempotency-Key` happens once, however often it is sent.

        **Errors.** Every refusal has the body `ErrorBody`; programs go by its `code`. Something that you may not see is answered with 404.
        """;

    public void Process(DocumentProcessorContext context)
    {
        var document = context.Document;
        document.Info.Title = "Kiket REST API";
        document.Info.Version = "v1";
        document.Info.Description = Introduction;
        document.Info.License = new() { Name = "Apache-2.0", Url = "https://www.apache.org/licenses/LICENSE-2.0" };
        document.SecurityDefinitions[BearerHandler.SchemeName] = new OpenApiSecurityScheme
        {
            Type = OpenApiSecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "A workspace token (`wksp_…`) or a personal access token (`kpat_…`).",
        };
    }
}
