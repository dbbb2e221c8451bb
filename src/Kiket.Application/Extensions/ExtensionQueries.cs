using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Application.Webhooks;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Extensions;

/// <summary>Queries shared by several requests about extensions.</summary>
internal static class ExtensionQueries
{
    /// <summary>
    /// The installations that an actor can see: an extension sees its own, a user those of the organization and of the projects
    /// that they can see.
    /// </summary>
    public static IQueryable<Extension> VisibleExtensions(this IKiketDb db, ICurrentActor current) =>
        db.Extensions.WithSpecification(new ExtensionsVisibleTo(current, db.VisibleProjects(current.Actor)));

    /// <summary>
    /// The installation that a reference names. For a manifest's id it is the active one: with a project, that of the project or
    /// else that of the whole organization; without a project, the other way round.
    /// </summary>
    /// <param name="isExact">Whether, with a project, only that of the project matches.</param>
    public static async Task<Result<Extension>> FindExtensionAsync(
        this IKiketDb db,
        ExtensionRef reference,
        ProjectRef? project,
        ICurrentActor current,
        CancellationToken ct,
        bool isExact = false
    )
    {
        if (reference.Id is { } id)
            return await db.VisibleExtensions(current).SingleOrDefaultAsync(e => e.Id == id, ct) is { } found
                ? found
                : ExtensionErrors.NotFound(reference);

        ProjectId? projectId = null;
        if (project is { } named)
        {
            var known = await db.FindProjectAsync(named, current.Actor, ProjectAccess.Read, ct);
            if (known.Error is { } unavailable)
                return unavailable;
            projectId = known.Value.Id;
        }

        var key = reference.Key;
        var active = db.VisibleExtensions(current).Where(e => e.Key == key && e.Slot != null);
        if (projectId is { } wanted)
            active = active.Where(e => e.ProjectId == wanted || (!isExact && e.ProjectId == null));
        var candidates = await active.OrderBy(e => e.ProjectId == null ? 0 : 1).ThenBy(e => e.Id).Take(2).ToListAsync(ct);
        return candidates switch
        {
            [] => ExtensionErrors.NotFound(reference),
            [var only] => only,
            [var first, var second] when first.ProjectId is null => projectId is null ? first : second,
            _ => ExtensionErrors.Ambiguous(reference),
        };
    }

    /// <summary>An active installation that the actor may change: administrators only.</summary>
    public static async Task<Result<Extension>> FindManageableExtensionAsync(
        this IKiketDb db,
        ExtensionRef reference,
        ProjectRef? project,
        ICurrentActor current,
        CancellationToken ct
    )
    {
        var found = await db.FindExtensionAsync(reference, project, current, ct, isExact: true);
        if (found.IsRefused)
            return found;
        if (current.Extension is not null || !current.Actor.IsAdmin)
            return UserErrors.AdminsOnly;
        return found.Value.IsActive ? found : ExtensionErrors.NotFound(reference);
    }

    /// <summary>
    /// An active installation whose credentials the actor may rotate and test: administrators, whose token must have all scopes
    /// that the manifest requests, as for the installation, and the extension itself.
    /// </summary>
    public static async Task<Result<Extension>> FindOwnExtensionAsync(
        this IKiketDb db,
        ExtensionRef reference,
        ProjectRef? project,
        ICurrentActor current,
        CancellationToken ct
    )
    {
        if (current.Extension is not null)
        {
            var own = await db.FindExtensionAsync(reference, project, current, ct);
            return own.IsRefused || own.Value.IsActive ? own : ExtensionErrors.NotFound(reference);
        }

        var found = await db.FindManageableExtensionAsync(reference, project, current, ct);
        return !found.IsRefused && current.Lacks(ScopeDemands.ScopesOf(found.Value.Manifest)) is { } lacking ? lacking : found;
    }

    /// <summary>The endpoint of an installation's manifest.</summary>
    public static async Task<Result<Webhook>> FindEndpointAsync(this IKiketDb db, Extension extension, CancellationToken ct) =>
        await db.Webhooks.WithSpecification(new EndpointOf(extension.Id)).SingleOrDefaultAsync(ct) is { } endpoint
            ? endpoint
            : ExtensionErrors.NoCallback(extension.Key);

    /// <summary>The health of installations in the last hour, by id; those without data are missing.</summary>
    public static async Task<IReadOnlyDictionary<ExtensionId, ExtensionHealth>> ReadHealthAsync(
        this IKiketDb db,
        IReadOnlyList<ExtensionId> extensions,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var since = now - ExtensionHealth.Window;
        var reported = await db
            .ExtensionReports.Where(r =>
                r.Kind == ReportKind.Telemetry && r.ReceivedAt > since && extensions.Contains(r.ExtensionId)
            )
            .GroupBy(r => new { r.ExtensionId, r.IsFailure })
            .Select(g => new
            {
                g.Key.ExtensionId,
                g.Key.IsFailure,
                Count = g.Count(),
            })
            .ToListAsync(ct);

        // A delivery that has failed so far counts as failed, although it may still succeed.
        var deliveries = db.WebhookDeliveries.Where(d => d.ExtensionId != null && extensions.Contains(d.ExtensionId.Value));
        var delivered = await deliveries
            .Where(d => d.CompletedAt > since && d.State != DeliveryState.Cancelled)
            .Concat(deliveries.Where(d => d.State == DeliveryState.Pending && d.Attempts > 0))
            .GroupBy(d => new { ExtensionId = d.ExtensionId!.Value, IsFailure = d.State != DeliveryState.Delivered })
            .Select(g => new
            {
                g.Key.ExtensionId,
                g.Key.IsFailure,
                Count = g.Count(),
            })
            .ToListAsync(ct);
        return reported
            .Concat(delivered)
            .GroupBy(c => c.ExtensionId)
            .ToDictionary(
                g => g.Key,
                g => ExtensionHealth.Of(g.Where(c => !c.IsFailure).Sum(c => c.Count), g.Where(c => c.IsFailure).Sum(c => c.Count))
            );
    }

    public static async Task<ExtensionDto> ToDtoAsync(
        this Extension extension,
        IKiketDb db,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var health = await db.ReadHealthAsync([extension.Id], now, ct);
        return ExtensionDto.Of(extension, health.GetValueOrDefault(extension.Id) ?? ExtensionHealth.Of(0, 0));
    }
}
