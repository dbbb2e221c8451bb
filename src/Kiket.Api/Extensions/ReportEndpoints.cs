using System.ComponentModel;
using System.Reflection;
using System.Text.Json;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Api.RateLimits;
using Kiket.Application.Extensions;
using Kiket.Domain.Extensions;
using Kiket.Domain.Tokens;
using Kiket.Infrastructure.Settings;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;

namespace Kiket.Api.Extensions;

/// <summary>The reports of extensions, and their rate limits.</summary>
internal static class ReportEndpoints
{
    public static void MapReports(this IEndpointRouteBuilder api, KiketSettings settings)
    {
        var ext = api.MapGroup("/ext").WithTags("Extension API");
        var telemetry = ext.MapPost("/telemetry", ReportTelemetry).WithName(nameof(ReportTelemetry));
        if (settings.TakesAnonymousTelemetry)
            telemetry.AllowAnonymous();
        ext.MapGet("/rate_limit", GetRateLimit).WithName(nameof(GetRateLimit));

        var extensions = api.MapGroup("/extensions").WithTags("Extensions");
        extensions
            .MapGet("/{extension}/reports", ListExtensionReports)
            .WithName(nameof(ListExtensionReports))
            .ReadsOwn(Scope.Extensions);
        extensions.MapPost("/{extension}/events", ReportEvent).WithName(nameof(ReportEvent)).WritesOwn(Scope.Extensions);
        extensions.MapPost("/logs", ReportLog).WithName(nameof(ReportLog)).WritesOwn(Scope.Extensions);
        extensions.MapPost("/metrics", ReportMetric).WithName(nameof(ReportMetric)).WritesOwn(Scope.Extensions);
        extensions.MapPost("/notifications", ReportNotification).WithName(nameof(ReportNotification)).Writes(Scope.Notifications);
    }

    /// <summary>Reports how the extension handled an event; its health is derived from these reports.</summary>
    private static async Task<Results<Accepted<AcceptedReport>, ErrorResult>> ReportTelemetry(
        ReportBody body,
        HttpContext context,
        IMediator mediator,
        CancellationToken ct
    )
    {
        var members = await body.ReadAsync();
        if (context.User.Identity?.IsAuthenticated == true)
            return Answer(await mediator.Send(new ReportFromExtensionCommand(null, ReportKind.Telemetry, members), ct));
        var extension =
            members.TryGetValue("extension_id", out var id) && id.ValueKind is JsonValueKind.String ? id.GetString() : null;
        await mediator.Send(new ReportAnonymouslyCommand(extension, members), ct);
        return TypedResults.Accepted((string?)null, new AcceptedReport(true));
    }

    /// <summary>Reports an event of the extension.</summary>
    private static async Task<Results<Accepted<AcceptedReport>, ErrorResult>> ReportEvent(
        ExtensionRef extension,
        ReportBody body,
        IMediator mediator,
        CancellationToken ct
    ) => Answer(await mediator.Send(new ReportFromExtensionCommand(extension, ReportKind.Event, await body.ReadAsync()), ct));

    /// <summary>Reports a log entry of the extension.</summary>
    private static async Task<Results<Accepted<AcceptedReport>, ErrorResult>> ReportLog(
        ReportBody body,
        IMediator mediator,
        CancellationToken ct
    ) => Answer(await mediator.Send(new ReportFromExtensionCommand(null, ReportKind.Log, await body.ReadAsync()), ct));

    /// <summary>Reports a metric of the extension.</summary>
    private static async Task<Results<Accepted<AcceptedReport>, ErrorResult>> ReportMetric(
        ReportBody body,
        IMediator mediator,
        CancellationToken ct
    ) => Answer(await mediator.Send(new ReportFromExtensionCommand(null, ReportKind.Metric, await body.ReadAsync()), ct));

    /// <summary>Reports a notification of the extension for people.</summary>
    private static async Task<Results<Accepted<AcceptedReport>, ErrorResult>> ReportNotification(
        ReportBody body,
        IMediator mediator,
        CancellationToken ct
    ) => Answer(await mediator.Send(new ReportFromExtensionCommand(null, ReportKind.Notification, await body.ReadAsync()), ct));

    /// <summary>Lists the reports of an extension from the last seven days, newest first.</summary>
    private static async Task<Results<Ok<DataPage<ExtensionReportDto>>, ErrorResult>> ListExtensionReports(
        ExtensionRef extension,
        [AsParameters] ReportListParameters parameters,
        [AsParameters] PageParameters page,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (
            await mediator.Send(
                new ListExtensionReportsQuery(
                    extension,
                    Projects.Of(parameters.ProjectId),
                    Parameters.Enums<ReportKind>("kind", parameters.Kind),
                    page.ToPage()
                ),
                ct
            )
        ).ToOk(DataPage<ExtensionReportDto>.Of);

    /// <summary>Returns how many requests the credential has left, with this request already counted.</summary>
    private static Ok<RateLimitAnswer> GetRateLimit(HttpContext context)
    {
        var window = context.Features.Get<CountedRequest>()!.Window;
        return TypedResults.Ok(
            new RateLimitAnswer(new(window.Limit, window.Remaining, window.ResetInSeconds, window.LengthSeconds))
        );
    }

    private static Results<Accepted<AcceptedReport>, ErrorResult> Answer(Domain.Common.Result<bool> reported) =>
        reported.Error is { } error ? new ErrorResult(error) : TypedResults.Accepted((string?)null, new AcceptedReport(true));
}

internal sealed record AcceptedReport(bool Accepted);

internal sealed record RateLimitAnswer(RateLimitDto RateLimit);

/// <summary>Whole numbers; seconds.</summary>
internal sealed record RateLimitDto(int Limit, int Remaining, int ResetIn, int WindowSeconds);

internal sealed record ReportListParameters
{
    [FromQuery(Name = "kind"), Description("Only reports of these kinds: `telemetry`, `event`, `log`, `metric`, `notification`.")]
    public string? Kind { get; init; }

    [
        FromQuery(Name = "project_id"),
        Description("The project that the extension is installed for; needed when the manifest's id alone is ambiguous.")
    ]
    public string? ProjectId { get; init; }
}

/// <summary>
/// A JSON object reported by an SDK; the SDK defines its members. Read late, after the parameters were checked.
/// </summary>
internal sealed class ReportBody(HttpContext context) : IEndpointParameterMetadataProvider
{
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(IReadOnlyDictionary<string, JsonElement>)));

    public static ValueTask<ReportBody> BindAsync(HttpContext context) => ValueTask.FromResult(new ReportBody(context));

    public async Task<IReadOnlyDictionary<string, JsonElement>> ReadAsync()
    {
        var (isYaml, text) = await TextBody.ReadAsync(context, "A report must be JSON.");
        if (isYaml)
            throw new BadHttpRequestException("A report must be JSON.", StatusCodes.Status415UnsupportedMediaType);
        using var document = TextBody.ParseObject(text);
        return document.RootElement.EnumerateObject().ToDictionary(m => m.Name, m => m.Value.Clone(), StringComparer.Ordinal);
    }
}
