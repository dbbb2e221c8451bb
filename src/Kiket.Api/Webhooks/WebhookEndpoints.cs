using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Common;
using Kiket.Application.Webhooks;
using Kiket.Domain.Extensions;
using Kiket.Domain.Tokens;
using Kiket.Domain.Webhooks;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiket.Api.Webhooks;

/// <summary>The subscriptions of an extension to events.</summary>
internal static class WebhookEndpoints
{
    public static void MapWebhooks(this IEndpointRouteBuilder api)
    {
        var webhooks = api.MapGroup("/ext/webhooks").WithTags("Extension API");

        webhooks.MapGet("/", ListWebhooks).WithName(nameof(ListWebhooks)).Reads(Scope.Webhooks);
        webhooks.MapPost("/subscribe", SubscribeWebhook).WithName(nameof(SubscribeWebhook)).Writes(Scope.Webhooks);
        webhooks.MapDelete("/{id:long}", UnsubscribeWebhook).WithName(nameof(UnsubscribeWebhook)).Writes(Scope.Webhooks);
        webhooks
            .MapPost("/{id:long}/rotate_secret", RotateWebhookSecret)
            .WithName(nameof(RotateWebhookSecret))
            .Writes(Scope.Webhooks);
        webhooks.MapPost("/{id:long}/test", TestWebhook).WithName(nameof(TestWebhook)).Writes(Scope.Webhooks);
    }

    /// <summary>Lists the subscriptions of the extension.</summary>
    private static async Task<Results<Ok<WebhookPage>, ErrorResult>> ListWebhooks(
        [AsParameters] PageParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new ListWebhooksQuery(parameters.ToPage()), ct)).ToOk(WebhookPage.Of);

    /// <summary>
    /// Subscribes an address to the events of the project that the extension is installed for. The answer shows the secret
    /// once.
    /// </summary>
    private static async Task<Results<Created<WebhookDto>, ErrorResult>> SubscribeWebhook(
        SubscriptionBody body,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (
            await mediator.Send(
                new SubscribeWebhookCommand(body.Url, body.Events, body.Secret, body.SignatureScheme, body.Ordering),
                ct
            )
        ).ToCreated();

    /// <summary>Ends a subscription and cancels its pending deliveries.</summary>
    private static async Task<Results<Ok<Success>, ErrorResult>> UnsubscribeWebhook(
        long id,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new UnsubscribeWebhookCommand(id), ct)).ToSuccess();

    /// <summary>
    /// Rotates a subscription's secret. The new secret is shown once; the previous one also signs for 24 hours.
    /// </summary>
    private static async Task<Results<Ok<WebhookDto>, ErrorResult>> RotateWebhookSecret(
        long id,
        RotationBody? body,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new RotateWebhookSecretCommand(id, body?.Secret), ct)).ToOk(webhook => webhook);

    /// <summary>Sends a subscription the event `webhook.test` once and returns the request and the response.</summary>
    private static async Task<Results<Ok<TestedWebhookDto>, ErrorResult>> TestWebhook(
        long id,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new TestWebhookCommand(id), ct)).ToOk(tested => tested);
}

internal sealed record WebhookPage(IReadOnlyList<WebhookDto> Webhooks, PageMeta Meta)
{
    public static WebhookPage Of(Page<WebhookDto> page) => new(page.Items, PageMeta.Of(page));
}

[Envelope("webhook")]
internal sealed record SubscriptionBody
{
    /// <summary>Where events are sent, without changes.</summary>
    public string? Url { get; init; }

    /// <summary>Names of events.</summary>
    public IReadOnlyList<string>? Events { get; init; }

    /// <summary>The signing secret; generated if omitted.</summary>
    public string? Secret { get; init; }

    public SignatureScheme SignatureScheme { get; init; }

    /// <summary><c>issue</c> sends the events of each issue strictly in order.</summary>
    public DeliveryOrdering Ordering { get; init; }
}

[Envelope("webhook")]
internal sealed record RotationBody
{
    /// <summary>The new secret; generated if omitted.</summary>
    public string? Secret { get; init; }
}
