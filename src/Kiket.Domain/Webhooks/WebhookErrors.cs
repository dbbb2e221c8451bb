using Kiket.Domain.Common;

namespace Kiket.Domain.Webhooks;

/// <summary>What can be wrong with endpoints and deliveries.</summary>
public static class WebhookErrors
{
    /// <summary>There is no such endpoint for the caller.</summary>
    /// <param name="id">The id asked for.</param>
    public static Error NotFound(long id) => new(ErrorKind.NotFound, ErrorCodes.WebhookNotFound, $"There is no webhook {id}.");

    /// <summary>There is no such delivery for the caller.</summary>
    /// <param name="id">The id asked for.</param>
    public static Error DeliveryNotFound(long id) =>
        new(ErrorKind.NotFound, ErrorCodes.DeliveryNotFound, $"There is no webhook delivery {id}.");
}
