using System.ComponentModel;
using System.Text.Json;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Abstractions;
using Kiket.Application.Extensions;
using Kiket.Domain.Extensions;
using Kiket.Domain.Users;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Kiket.Api.Extensions;

/// <summary>What extensions report, and how often they may call.</summary>
internal static class ReportEndpoints
{
    public static void MapReports(this IEndpointRouteBuilder api, IConfiguration configuration)
    {
        var ext = api.MapGroup("/ext").WithTags("Extension API");
        var telemetry = ext.MapPost("/telemetry", ReportTelemetry).WithName(nameof(ReportTelemetry));
        if (configuration.GetValue<bool>("Extensions:AnonymousTelemetry"))
            telemetry.AllowAnonymous();
        ext.MapGet("/rate_limit", GetRateLimit).WithName(nameof(GetRateLimit));

        var extensions = api.MapGroup("/extensions").WithTags("Extensions");
        extensions.MapGet("/{extension}/reports", ListExtensionReports).WithName(nameof(ListExtensionReports)).ReadsOwn(Scope.Extensions);
        extensions.MapPost("/{extension}/events", ReportEvent).WithName(nameof(ReportEvent)).WritesOwn(Scope.Extensions);
        extensions.MapPost("/logs", ReportLog).WithName(nameof(ReportLog)).WritesOwn(Scope.Extensions);
        extensions.MapPost("/metrics", ReportMetric).WithName(nameof(ReportMetric)).WritesOwn(Scope.Extensions);
        extensions.MapPost("/notifications", ReportNotification).WithName(nameof(ReportNotification)).Writes(Scope.Notifications);
    }

    /// <summary>Reports how the extension dealt with an event; its health derives from that.</summary>
    private static async Task<Results<Accepted<AcceptedReport>, ErrorResult>> ReportTelemetry(
        ReportBody body, ICurrentActor current, HttpContext context, IMediator mediator, CancellationToken ct)
    {
        if (context.User.Identity?.IsAuthenticated == true)
            return Answer(await mediator.Send(new ReportFromExtensionCommand(null, ReportKind.Telemetry, body.Members), ct));
        await mediator.Send(new ReportAnonymouslyCommand(body.TextOf("extension_id"), body.Members), ct);
        return TypedResults.Accepted((string?)null, new AcceptedReport(true));
    }

    /// <summary>Reports something that happened in the extension.</summary>
    private static async Task<Results<Accepted<AcceptedReport>, ErrorResult>> ReportEvent(
        ExtensionRef extension, ReportBody body, IMediator mediator, CancellationToken ct) =>
        Answer(await mediator.Send(new ReportFromExtensionCommand(extension, ReportKind.Event, body.Members), ct));

    /// <summary>Reports a line of the extension's log.</summary>
    private static async Task<Results<Accepted<AcceptedReport>, ErrorResult>> ReportLog(ReportBody body, IMediator mediator, CancellationToken ct) =>
        Answer(await mediator.Send(new ReportFromExtensionCommand(null, ReportKind.Log, body.Members), ct));

    /// <summary>Reports a measurement of the extension.</summary>
    private static async Task<Results<Accepted<AcceptedReport>, ErrorResult>> ReportMetric(ReportBody body, IMediator mediator, CancellationToken ct) =>
        Answer(await mediator.Send(new ReportFromExtensionCommand(null, ReportKind.Metric, body.Members), ct));

    /// <summary>Reports something that the extension wants people to be told.</summary>
    private static async Task<Results<Accepted<AcceptedReport>, ErrorResult>> ReportNotification(ReportBody body, IMediator mediator, CancellationToken ct) =>
        Answer(await mediator.Send(new ReportFromExtensionCommand(null, ReportKind.Notification, body.Members), ct));

    /// <summary>Lists what an extension has reported in the last seven days, the newest first.</summary>
    private static async Task<Results<Ok<DataPage<ExtensionReportDto>>, ErrorResult>> ListExtensionReports(
        ExtensionRef extension, [AsParameters] ReportListParameters parameters, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new ListExtensionReportsQuery(
            extension, Projects.Of(parameters.ProjectId), Parameters.Enums<ReportKind>("kind", parameters.Kind), parameters.ToPage()), ct))
        .ToOk(DataPage<ExtensionReportDto>.Of);

    /// <summary>Says how many requests the credential may still make; this request is counted already.</summary>
    private static Ok<RateLimitAnswer> GetRateLimit(HttpContext context)
    {
        var window = context.Features.Get<CountedRequest>()!.Window;
        return TypedResults.Ok(new RateLimitAnswer(new(window.Limit, window.Remaining, window.ResetInSeconds, window.LengthSeconds)));
    }

    private static Results<Accepted<AcceptedReport>, ErrorResult> Answer(Domain.Common.Result<bool> reported) =>
        reported.Error is { } error ? new ErrorResult(error) : TypedResults.Accepted((string?)null, new AcceptedReport(true));
}

internal sealed record AcceptedReport(bool Accepted);

internal sealed record RateLimitAnswer(RateLimitDto RateLimit);

/// <summary>Whole numbers; seconds.</summary>
internal sealed record RateLimitDto(int Limit, int Remaining, int ResetIn, int WindowSeconds);

internal sealed record ReportListParameters : PageParameters
{
    [FromQuery(Name = "kind"), Description("Only reports of these kinds: `telemetry`, `event`, `log`, `metric`, `notification`.")]
    public string? Kind { get; init; }

    [FromQuery(Name = "project_id"), Description("The project that the extension is installed for, where the manifest's id alone does not say which is meant.")]
    public string? ProjectId { get; init; }
}

/// <summary>A JSON object with whatever an SDK reports; its members are the SDK's own.</summary>
internal sealed record ReportBody(IReadOnlyDictionary<string, JsonElement> Members)
{
    public static async ValueTask<ReportBody> BindAsync(HttpContext context)
    {
        var (isYaml, text) = await TextBody.ReadAsync(context, "A report is JSON.");
        if (isYaml)
            throw new BadHttpRequestException("A report is JSON.", StatusCodes.Status415UnsupportedMediaType);
        using var document = TextBody.ParseObject(text);
        return new(document.RootElement.EnumerateObject().ToDictionary(m => m.Name, m => m.Value.Clone(), StringComparer.Ordinal));
    }

    public string? TextOf(string name) => Members.TryGetValue(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
