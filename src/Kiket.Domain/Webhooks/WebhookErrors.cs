using Kiket.Domain.Common;

namespace Kiket.Domain.Webhooks;

/// <summary>What can be wrong with endpoints and deliveries.</summary>
internal static class WebhookErrors
{
    /// <summary>There is no such endpoint for the caller.</summary>
    /// <param name="id">The id asked for.</param>
    public static Error NotFound(long id) =>
        new(ErrorKind.NotFound, ServerErrorCodes.WebhookNotFound, $"There is no webhook {id}.");

    /// <summary>The installation has as many subscriptions as it may.</summary>
    public static Error TooMany =>
        Error.Validation("url", $"An installation can have at most {Webhook.MaxSubscriptions} subscriptions.");

    /// <summary>The delivery's endpoint was stopped, so nothing is sent to it any more.</summary>
    /// <param name="id">The delivery.</param>
    public static Error Stopped(long id) =>
        new(ErrorKind.Conflict, ErrorCodes.Conflict, $"The endpoint of delivery {id} is stopped and receives nothing more.");

    /// <summary>There is no such delivery for the caller.</summary>
    /// <param name="id">The id asked for.</param>
    public static Error DeliveryNotFound(long id) =>
        new(ErrorKind.NotFound, ServerErrorCodes.DeliveryNotFound, $"There is no webhook delivery {id}.");
}
