using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Extensions;

/// <summary>The secrets that a request is about.</summary>
/// <param name="Extension">The extension.</param>
/// <param name="Scope">A single scope; null for all, in the order in which they are searched.</param>
/// <param name="Project">
/// The project of the scope <c>project</c>, and of the installation if the manifest's id alone is ambiguous.
/// </param>
internal sealed record SecretTarget(ExtensionRef Extension, SecretScope? Scope, ProjectRef? Project);

/// <summary>Looks secrets up through the five scopes (contract, section 12.3).</summary>
internal static class SecretResolution
{
    /// <summary>The owners whose secrets an installation can read, in the order in which they are searched.</summary>
    public static async Task<IReadOnlyList<string>> OwnersAsync(
        this IKiketDb db,
        Extension extension,
        ProjectId? projectId,
        CancellationToken ct
    )
    {
        List<string> owners = [ExtensionSecret.OwnerOf(SecretScope.Installation, extension, null)];
        if (extension.ProjectId is not null && await db.FindOrganizationWideAsync(extension, ct) is { } wide)
            owners.Add(ExtensionSecret.OwnerOf(SecretScope.ProductInstallation, wide, null));
        owners.Add(ExtensionSecret.OwnerOf(SecretScope.Extension, extension, null));
        if ((extension.ProjectId ?? projectId) is { } project)
            owners.Add(ExtensionSecret.OwnerOf(SecretScope.Project, extension, project));
        owners.Add(ExtensionSecret.OwnerOf(SecretScope.Organization, extension, null));
        return owners;
    }

    /// <summary>
    /// The secrets of some owners; of several with the same key, that of the first owner. An extension sees those of the project
    /// and of the organization, which it shares with others, only if its manifest names them.
    /// </summary>
    public static async Task<IReadOnlyList<ExtensionSecret>> FindSecretsAsync(
        this IKiketDb db,
        Extension extension,
        IReadOnlyList<string> owners,
        ICurrentActor current,
        CancellationToken ct
    )
    {
        var all = await db.ExtensionSecrets.AsNoTracking().Where(s => owners.Contains(s.Owner)).ToListAsync(ct);
        if (current.Extension is not null)
        {
            var named = extension.Manifest.SecretKeys();
            all.RemoveAll(s => s.Scope is SecretScope.Project or SecretScope.Organization && !named.ContainsKey(s.Key));
        }

        var order = owners.Select((owner, n) => (owner, n)).ToDictionary(x => x.owner, x => x.n, StringComparer.Ordinal);
        return
        [
            .. all.OrderBy(s => order[s.Owner])
                .DistinctBy(s => s.Key, StringComparer.Ordinal)
                .OrderBy(s => s.Key, StringComparer.Ordinal),
        ];
    }

    /// <summary>
    /// The installation whose secrets a request is about, and their owners: one if the request names a scope, otherwise all in
    /// order. For administrators, and for the extension itself.
    /// </summary>
    public static async Task<Result<(Extension Extension, IReadOnlyList<string> Owners)>> FindSecretOwnersAsync(
        this IKiketDb db,
        SecretTarget target,
        ICurrentActor current,
        CancellationToken ct
    )
    {
        var found = await db.FindExtensionAsync(target.Extension, target.Project, current, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var extension = found.Value;
        if (current.Extension is null && !current.Actor.IsAdmin)
            return UserErrors.AdminsOnly;
        if (!extension.IsActive)
            return ExtensionErrors.NotFound(target.Extension);

        var project = await db.ProjectIdAsync(target, extension, current, ct);
        if (project.Error is { } unknown)
            return unknown;
        if (target.Scope is not { } scope)
            return (extension, await db.OwnersAsync(extension, project.Value, ct));
        if (scope is SecretScope.Project && project.Value is null)
            return Error.InvalidParameter("project_id", "A secret of a project requires project_id.");
        if (scope is not SecretScope.ProductInstallation || extension.ProjectId is null)
            return (extension, [ExtensionSecret.OwnerOf(scope, extension, project.Value)]);
        return await db.FindOrganizationWideAsync(extension, ct) is { } wide
            ? (extension, [ExtensionSecret.OwnerOf(scope, wide, null)])
            : Error.InvalidParameter("scope", $"{extension.Key} is not installed for the whole organization.");
    }

    /// <summary>The scope of an installation's secret if the request names none.</summary>
    public static SecretScope OwnScope(Extension extension) =>
        extension.ProjectId is null ? SecretScope.ProductInstallation : SecretScope.Installation;

    private static Task<Extension?> FindOrganizationWideAsync(this IKiketDb db, Extension extension, CancellationToken ct)
    {
        var slot = Extension.SlotOf(extension.Key, null);
        return db.Extensions.AsNoTracking().SingleOrDefaultAsync(e => e.Slot == slot, ct);
    }

    private static async Task<Result<ProjectId?>> ProjectIdAsync(
        this IKiketDb db,
        SecretTarget target,
        Extension extension,
        ICurrentActor current,
        CancellationToken ct
    )
    {
        if (target.Project is not { } named)
            return Result<ProjectId?>.From(extension.ProjectId);
        var project = await db.FindProjectAsync(named, current.Actor, ProjectAccess.Read, ct);
        return project.Error is { } unavailable ? unavailable : Result<ProjectId?>.From(project.Value.Id);
    }
}
