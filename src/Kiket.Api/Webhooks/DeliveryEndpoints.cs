using System.ComponentModel;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Common;
using Kiket.Application.Webhooks;
using Kiket.Domain.Extensions;
using Kiket.Domain.Tokens;
using Kiket.Domain.Webhooks;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Kiket.Api.Webhooks;

/// <summary>Deliveries to endpoints: all of them for administrators, its own for an extension.</summary>
internal static class DeliveryEndpoints
{
    public static void MapDeliveries(this IEndpointRouteBuilder api)
    {
        var all = api.MapGroup("/webhook_deliveries").WithTags("Webhooks");
        all.MapGet("/", ListDeliveries).WithName(nameof(ListDeliveries)).Reads(Scope.Webhooks);
        all.MapGet("/{id:long}", GetDelivery).WithName(nameof(GetDelivery)).Reads(Scope.Webhooks);
        all.MapPost("/{id:long}/redeliver", RedeliverOne).WithName(nameof(RedeliverOne)).Writes(Scope.Webhooks);
        all.MapPost("/redeliver", RedeliverMany).WithName(nameof(RedeliverMany)).Writes(Scope.Webhooks);

        var own = api.MapGroup("/ext/webhook_deliveries").WithTags("Extension API");
        own.MapGet("/", ListDeliveries).WithName("ListExtDeliveries").Reads(Scope.Webhooks);
        own.MapGet("/{id:long}", GetDelivery).WithName("GetExtDelivery").Reads(Scope.Webhooks);
        own.MapPost("/{id:long}/redeliver", RedeliverOne).WithName("RedeliverExtOne").Writes(Scope.Webhooks);
        own.MapPost("/redeliver", RedeliverMany).WithName("RedeliverExtMany").Writes(Scope.Webhooks);
    }

    /// <summary>Lists deliveries, newest first.</summary>
    private static async Task<Results<Ok<DeliveryPage>, ErrorResult>> ListDeliveries(
        [AsParameters] DeliveryListParameters parameters,
        [AsParameters] PageParameters page,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new ListDeliveriesQuery(parameters.ToFilter(), page.ToPage()), ct)).ToOk(DeliveryPage.Of);

    /// <summary>Reads one delivery with its attempts: the requests and the responses.</summary>
    private static async Task<Results<Ok<DeliveryDto>, ErrorResult>> GetDelivery(
        long id,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new GetDeliveryQuery(id), ct)).ToOk(delivery => delivery);

    /// <summary>Redelivers a delivery under the same ids; a pending one makes its next attempt now.</summary>
    private static async Task<Results<Ok<DeliveryDto>, ErrorResult>> RedeliverOne(
        long id,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new RedeliverOneCommand(id), ct)).ToOk(delivery => delivery);

    /// <summary>Redelivers the deliveries that match a filter, at most 1,000; without a state, the undelivered ones.</summary>
    private static async Task<Results<Ok<RedeliveredDto>, ErrorResult>> RedeliverMany(
        RedeliveryBody body,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new RedeliverManyCommand(body.ToFilter()), ct)).ToOk(redelivered => redelivered);
}

internal sealed record DeliveryPage(IReadOnlyList<DeliveryDto> WebhookDeliveries, PageMeta Meta)
{
    public static DeliveryPage Of(Page<DeliveryDto> page) => new(page.Items, PageMeta.Of(page));
}

internal sealed record DeliveryListParameters
{
    [
        FromQuery(Name = "extension_id"),
        Description("Only deliveries of this extension: the id of an installation or of a manifest.")
    ]
    public string? ExtensionId { get; init; }

    [FromQuery(Name = "event"), Description("Only deliveries of events with these names, separated by commas.")]
    public string? Event { get; init; }

    [FromQuery(Name = "state"), Description("Only deliveries in these states: `pending`, `delivered`, `failed`, `cancelled`.")]
    public string? State { get; init; }

    [FromQuery(Name = "since"), Description("Only deliveries created at this instant or later.")]
    public string? Since { get; init; }

    public DeliveryFilter ToFilter() =>
        new(
            ExtensionRef.TryParse(ExtensionId, out var extension) ? extension : null,
            Parameters.Values("event", Event),
            Parameters.Enums<DeliveryState>("state", State),
            Parameters.Instant("since", Since)
        );
}

[Envelope("filter")]
internal sealed record RedeliveryBody
{
    public ExtensionRef? ExtensionId { get; init; }

    public string? Event { get; init; }

    /// <summary><c>failed</c>, <c>cancelled</c>, <c>delivered</c>, or <c>pending</c> to make the next attempt now.</summary>
    public DeliveryState? State { get; init; }

    public DateTimeOffset? Since { get; init; }

    public DeliveryFilter ToFilter() =>
        new(ExtensionId, Parameters.Values("event", Event), State is { } state ? [state] : [], Since);
}
