using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Guards;

internal static class GuardQueries
{
    /// <summary>The endpoints that guard transitions: of a project, or of the whole organization.</summary>
    public static async Task<List<Webhook>> ReadGuardsAsync(this IKiketDb db, CancellationToken ct) =>
        [
            .. (await db.Webhooks.AsNoTracking().Where(w => w.Active && w.Kind != WebhookKind.Action).ToListAsync(ct)).Where(w =>
                w.Hooks.Any(h => h.Event == EventNames.WorkflowBeforeTransition)
            ),
        ];

    /// <summary>Whether an extension must be called before a transition in a project.</summary>
    public static async Task<bool> IsGuardedAsync(this IKiketDb db, ProjectId projectId, CancellationToken ct) =>
        (await db.ReadGuardsAsync(ct)).Exists(w => (w.ProjectId is null || w.ProjectId == projectId) && w.Hooks.Any(IsGuard));

    public static bool IsGuard(WebhookHook hook) => hook is { Event: EventNames.WorkflowBeforeTransition, Required: true };
}
