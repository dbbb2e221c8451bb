using Kiket.Application.Ports;
using Kiket.Application.Webhooks;
using Kiket.Domain.Common;
using Kiket.Domain.Events;
using Kiket.Domain.Extensions;
using Kiket.Domain.Webhooks;

namespace Kiket.Application.Extensions;

/// <summary>
/// Notifies an extension about changes of its installation. Only the extension gets these events; they are not in the event log.
/// </summary>
internal static class LifecycleDelivery
{
    /// <param name="webhook">The endpoint of the extension's manifest, or null when it has none.</param>
    public static void TellLifecycle(
        this IKiketDb db,
        Extension extension,
        Webhook? webhook,
        string name,
        UserId actorId,
        DateTimeOffset now
    )
    {
        if (webhook is null || !ExtensionLifecycle.Wants(extension.Manifest, name))
            return;
        var id = LoggedEvent.NewEventId();
        var payload = DirectEvent.Write(
            id,
            name,
            webhook,
            now,
            new("actor_id", actorId),
            new(
                "extension",
                new
                {
                    extension.Id,
                    ExtensionId = extension.Key,
                    extension.Manifest.Name,
                    extension.Manifest.Version,
                }
            )
        );
        db.WebhookDeliveries.Add(WebhookDelivery.Tell(webhook, id, name, payload, extension.ProjectId, null, now));
    }
}
