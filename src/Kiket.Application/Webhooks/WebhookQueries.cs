using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Webhooks;

/// <summary>Queries shared by several requests about endpoints and deliveries.</summary>
internal static class WebhookQueries
{
    /// <summary>An active subscription of the requesting extension.</summary>
    public static async Task<Result<Webhook>> FindSubscriptionAsync(
        this IKiketDb db,
        long id,
        ICurrentActor current,
        CancellationToken ct
    )
    {
        if (current.Extension is not { } own)
            return ExtensionErrors.ExtensionsOnly;
        return
            await db.Webhooks.WithSpecification(new SubscriptionsOf(own.Id)).SingleOrDefaultAsync(w => w.Id == id, ct)
                is { } found
            ? found
            : WebhookErrors.NotFound(id);
    }

    /// <summary>An active endpoint that the actor may pause: administrators only.</summary>
    public static async Task<Result<Webhook>> FindEndpointAsync(
        this IKiketDb db,
        long id,
        ICurrentActor current,
        CancellationToken ct
    )
    {
        if (current.Extension is not null || !current.Actor.IsAdmin)
            return UserErrors.AdminsOnly;
        return await db.Webhooks.WithSpecification(new ActiveWebhooks()).SingleOrDefaultAsync(w => w.Id == id, ct) is { } found
            ? found
            : WebhookErrors.NotFound(id);
    }

    /// <summary>What <see cref="RedeliverManyCommand"/> sends again.</summary>
    public static Result<IQueryable<WebhookDelivery>> RedeliverableDeliveries(
        this IKiketDb db,
        DeliveryFilter filter,
        ICurrentActor current
    )
    {
        var visible = db.VisibleDeliveries(current);
        if (visible.IsRefused)
            return visible;
        IReadOnlyList<DeliveryState> states =
            filter.States.Count > 0 ? filter.States : [DeliveryState.Failed, DeliveryState.Cancelled];
        return Result<IQueryable<WebhookDelivery>>.From(
            visible
                .Value.WithSpecification(new DeliveriesMatching(filter with { States = states }, db.Extensions))
                .Where(d => db.Webhooks.Any(w => w.Id == d.WebhookId && w.Active))
        );
    }

    /// <summary>The deliveries that the actor may see: an extension its own, administrators those of the organization.</summary>
    public static Result<IQueryable<WebhookDelivery>> VisibleDeliveries(this IKiketDb db, ICurrentActor current)
    {
        if (current.Extension is { } own)
            return Result<IQueryable<WebhookDelivery>>.From(db.WebhookDeliveries.WithSpecification(new DeliveriesOf(own.Id)));
        return current.Actor.IsAdmin ? Result<IQueryable<WebhookDelivery>>.From(db.WebhookDeliveries) : UserErrors.AdminsOnly;
    }
}

/// <summary>A filter of deliveries.</summary>
/// <param name="Extension">Only those of this installation, or of all installations of a manifest's id; null for all.</param>
/// <param name="Events">Only those with these event names; none means all.</param>
/// <param name="States">Only those in these states; none means all.</param>
/// <param name="Since">Only those created at this instant or later, or null.</param>
/// <param name="Webhook">Only those to this endpoint, or null.</param>
/// <param name="Ids">Only those with ids in this range, or null.</param>
internal sealed record DeliveryFilter(
    ExtensionRef? Extension,
    IReadOnlyList<string> Events,
    IReadOnlyList<DeliveryState> States,
    DateTimeOffset? Since,
    long? Webhook = null,
    DeliveryRange? Ids = null
);
