using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Webhooks;

/// <summary>The active endpoints of the organization and their state. For administrators.</summary>
internal sealed record ListEndpointsQuery(PageRequest Page) : IQuery<Result<Page<EndpointDto>>>;

/// <summary>An endpoint and its state.</summary>
internal sealed record EndpointDto
{
    public required long Id { get; init; }

    public required WebhookKind Kind { get; init; }

    public required string Url { get; init; }

    public required IReadOnlyList<string> Events { get; init; }

    public required ExtensionId? ExtensionId { get; init; }

    /// <summary>The name of its extension, or null.</summary>
    public required string? Extension { get; init; }

    public required Circuit Circuit { get; init; }

    /// <summary>How many deliveries wait for it.</summary>
    public required int Pending { get; init; }

    /// <summary>When the last delivery reached it, or null.</summary>
    public required DateTimeOffset? LastDeliveredAt { get; init; }

    /// <summary>When the last delivery was given up, or null.</summary>
    public required DateTimeOffset? LastFailedAt { get; init; }
}

internal sealed class ListEndpointsHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<ListEndpointsQuery, Result<Page<EndpointDto>>>
{
    private static readonly SortOptions<Webhook> Sorts = new SortOptions<Webhook>("id asc", w => w.Id)
        .By("id", w => w.Id)
        .By("created_at", w => w.CreatedAt);

    public async Task<Result<Page<EndpointDto>>> Handle(ListEndpointsQuery query, CancellationToken ct)
    {
        if (current.Extension is not null || !current.Actor.IsAdmin)
            return UserErrors.AdminsOnly;

        // The last delivery by the time of its last attempt, which an index has in order.
        var page = await db
            .Webhooks.AsNoTracking()
            .WithSpecification(new ActiveWebhooks())
            .ToPageAsync(
                query.Page,
                Sorts,
                rows =>
                    rows.Select(w => new
                    {
                        Webhook = w,
                        Extension = db.Extensions.FirstOrDefault(e => e.Id == w.ExtensionId),
                        Pending = db.WebhookDeliveries.Count(d => d.WebhookId == w.Id && d.State == DeliveryState.Pending),
                        LastDeliveredAt = db
                            .WebhookDeliveries.Where(d => d.WebhookId == w.Id && d.State == DeliveryState.Delivered)
                            .OrderByDescending(d => d.NextAttemptAt)
                            .Select(d => d.CompletedAt)
                            .FirstOrDefault(),
                        LastFailedAt = db
                            .WebhookDeliveries.Where(d => d.WebhookId == w.Id && d.State == DeliveryState.Failed)
                            .OrderByDescending(d => d.NextAttemptAt)
                            .Select(d => d.CompletedAt)
                            .FirstOrDefault(),
                    }),
                ct
            );
        if (page.Error is { } malformed)
            return malformed;
        return page.Value.With<EndpointDto>([
            .. page.Value.Items.Select(row => new EndpointDto
            {
                Id = row.Webhook.Id,
                Kind = row.Webhook.Kind,
                Url = row.Webhook.Target.Url,
                Events = [.. row.Webhook.Hooks.Select(h => h.Event)],
                ExtensionId = row.Webhook.ExtensionId,
                Extension = row.Extension?.Manifest.Name,
                Circuit = row.Webhook.Circuit,
                Pending = row.Pending,
                LastDeliveredAt = row.LastDeliveredAt,
                LastFailedAt = row.LastFailedAt,
            }),
        ]);
    }
}
