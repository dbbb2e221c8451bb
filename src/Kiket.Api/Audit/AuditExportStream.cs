using System.Reflection;
using System.Text.Json;
using Kiket.Api.Http;
using Kiket.Application.Audit;
using Kiket.Application.Common;
using MediatR;
using Microsoft.AspNetCore.Http.Metadata;

namespace Kiket.Api.Audit;

/// <summary>The audit log as one JSON object per line. It is read page by page, so that its size does not matter.</summary>
internal sealed class AuditExportStream(IMediator mediator, AuditFilter filter) : IResult, IEndpointMetadataProvider
{
    private const string MediaType = "application/x-ndjson";

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (response, ct) = (httpContext.Response, httpContext.RequestAborted);
        response.ContentType = MediaType;
        response.Headers.ContentDisposition = "attachment; filename=audit_log.ndjson";
        if (httpContext.IsHead())
            return;

        long? cursor = null;
        do
        {
            var page = (await mediator.Send(new ListAuditLogQuery(filter, cursor, ListAuditLogQuery.MaxLimit), ct)).Value;
            foreach (var record in page.Records)
            {
                await JsonSerializer.SerializeAsync(response.Body, record, WireJson.Options, ct);
                await response.WriteAsync("\n", ct);
            }

            cursor = page.NextCursor;
        } while (cursor is not null);
    }

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(AuditRecordDto), [MediaType]));
}
