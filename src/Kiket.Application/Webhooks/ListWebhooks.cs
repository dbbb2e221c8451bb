using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Webhooks;

/// <summary>The active subscriptions of the extension. For extensions.</summary>
internal sealed record ListWebhooksQuery(PageRequest Page) : IQuery<Result<Page<WebhookDto>>>;

internal sealed class ListWebhooksHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<ListWebhooksQuery, Result<Page<WebhookDto>>>
{
    private static readonly SortOptions<Webhook> Sorts = new SortOptions<Webhook>("id asc", w => w.Id)
        .By("id", w => w.Id)
        .By("created_at", w => w.CreatedAt);

    public async Task<Result<Page<WebhookDto>>> Handle(ListWebhooksQuery query, CancellationToken ct)
    {
        if (current.Extension is not { } own)
            return ExtensionErrors.ExtensionsOnly;
        var page = await db
            .Webhooks.AsNoTracking()
            .WithSpecification(new SubscriptionsOf(own.Id))
            .ToPageAsync(query.Page, Sorts, rows => rows, ct);
        if (page.Error is { } malformed)
            return malformed;
        return page.Value.With<WebhookDto>([.. page.Value.Items.Select(WebhookDto.Of)]);
    }
}
