using Ardalis.Specification;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Webhooks;

namespace Kiket.Application.Webhooks;

/// <summary>The active subscriptions of an extension.</summary>
internal sealed class SubscriptionsOf : Specification<Webhook>
{
    public SubscriptionsOf(ExtensionId extensionId) =>
        Query.Where(w => w.ExtensionId == extensionId && w.Kind == WebhookKind.Subscription && w.Active);
}

/// <summary>The active endpoint of an extension's manifest.</summary>
internal sealed class EndpointOf : Specification<Webhook>
{
    public EndpointOf(ExtensionId extensionId) =>
        Query.Where(w => w.ExtensionId == extensionId && w.Kind == WebhookKind.Extension && w.Active);
}

/// <summary>The endpoints that receive events.</summary>
internal sealed class ActiveWebhooks : Specification<Webhook>
{
    public ActiveWebhooks() => Query.Where(w => w.Active);
}

/// <summary>The deliveries to an extension.</summary>
internal sealed class DeliveriesOf : Specification<WebhookDelivery>
{
    public DeliveriesOf(ExtensionId extensionId) => Query.Where(d => d.ExtensionId == extensionId);
}

/// <summary>The deliveries that meet every part of a filter.</summary>
internal sealed class DeliveriesMatching : Specification<WebhookDelivery>
{
    /// <param name="extensions">All installations.</param>
    public DeliveriesMatching(DeliveryFilter filter, IQueryable<Extension> extensions)
    {
        if (filter.Extension is { Id: { } id })
            Query.Where(d => d.ExtensionId == id);
        else if (filter.Extension is { Key: { } key })
            Query.Where(d => extensions.Where(e => e.Key == key).Any(e => e.Id == d.ExtensionId));

        if (filter.Events is { Count: > 0 } events)
            Query.Where(d => events.Contains(d.Event));
        if (filter.States is { Count: > 0 } states)
            Query.Where(d => states.Contains(d.State));
        if (filter.Since?.ToUniversalTime() is { } since)
            Query.Where(d => d.CreatedAt >= since);
        if (filter.Webhook is { } webhook)
            Query.Where(d => d.WebhookId == webhook);
        if (filter.Ids is var (first, last))
            Query.Where(d => d.Id >= first && d.Id <= last);
    }
}
