using System.Text.Json;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.CustomData;
using Kiket.Domain.Projects;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.CustomData;

/// <summary>A table of a module in a project.</summary>
/// <param name="Project">Null is the project that the extension is installed for.</param>
internal sealed record CustomTableRef(string Module, string Table, ProjectRef? Project);

/// <summary>A table that the actor may use.</summary>
/// <param name="Own">The value that all records must have that the actor may use, or null for every record.</param>
internal sealed record OpenedTable(CustomModule Module, CustomTable Table, ProjectId ProjectId, CustomCondition? Own)
{
    public bool Allows(IReadOnlyDictionary<string, JsonElement> data) => Own is null || Own.Matches(data);
}

/// <summary>Gives actors access to the tables that they may use.</summary>
internal static class CustomTableAccess
{
    public const string Read = "read";
    public const string Write = "write";
    public const string Delete = "delete";

    private const string Admin = "admin";

    /// <summary>
    /// The table, if the actor has the permission. An extension's own modules take precedence, then the project's, then the
    /// organization's. A writer locks the module until the transaction ends, so that nothing is written with an outdated schema,
    /// and no two writers use the same unique value.
    /// </summary>
    public static async Task<Result<OpenedTable>> OpenTableAsync(
        this IKiketDb db,
        CustomTableRef reference,
        string operation,
        ICurrentActor current,
        CancellationToken ct
    )
    {
        var own = current.Extension?.ProjectId is { } id ? ProjectRef.Of(id) : (ProjectRef?)null;
        if ((reference.Project ?? own) is not { } named)
            return Error.InvalidParameter("project_id", "Specify project_id or project_key.");
        var found = await db.FindProjectAsync(
            named,
            current.Actor,
            operation == Read ? ProjectAccess.Read : ProjectAccess.Write,
            ct
        );
        if (found.Error is { } unavailable)
            return unavailable;
        var project = found.Value;
        if (operation != Read && project.Status is ProjectStatus.Archived)
            return ProjectErrors.Archived(project.Key);

        IReadOnlyList<string> granted = [];
        if (current.Extension is { } extension)
        {
            var manifest = await db.Extensions.Where(e => e.Id == extension.Id).Select(e => e.Manifest).SingleAsync(ct);
            granted = [.. manifest.CustomData.Where(g => g.Module == reference.Module).SelectMany(g => g.Operations)];
            if (!granted.Contains(operation) && !granted.Contains(Admin) && !(operation == Delete && granted.Contains(Write)))
                return CustomDataErrors.Forbidden(reference.Module, reference.Table, operation);
        }

        if (
            await db.FindModuleAsync(reference.Module, project.Id, isForWriting: operation != Read, current, ct) is not { } module
        )
            return CustomDataErrors.ModuleNotFound(reference.Module);
        if (module.Schema.Find(reference.Table) is not { } table)
            return CustomDataErrors.TableNotFound(module.Key, reference.Table);

        // Deleting for good requires more than the permission to write.
        var isAllowed = current.Extension is null
            ? await AllowAsync(db, module, table, project, operation, current, ct)
            : (operation != Delete || table.SoftDelete || granted.Contains(Delete) || granted.Contains(Admin), null);
        return isAllowed.Yes
            ? new OpenedTable(module, table, project.Id, isAllowed.Own)
            : CustomDataErrors.Forbidden(module.Key, table.Name, operation);
    }

    /// <summary>Locks a module until the transaction ends; others wait for it.</summary>
    public static Task LockAsync(this IKiketDb db, long moduleId, CancellationToken ct) =>
        db.CustomModules.Where(m => m.Id == moduleId).ExecuteUpdateAsync(set => set.SetProperty(m => m.Slot, m => m.Slot), ct);

    private static async Task<CustomModule?> FindModuleAsync(
        this IKiketDb db,
        string key,
        ProjectId projectId,
        bool isForWriting,
        ICurrentActor current,
        CancellationToken ct
    )
    {
        List<string> slots = [CustomModule.SlotOf(projectId, null, key), CustomModule.SlotOf(null, null, key)];
        if (current.Extension is { } extension)
            slots.Insert(0, CustomModule.SlotOf(null, extension.Id, key));
        var modules = await db.CustomModules.AsNoTracking().Where(m => slots.Contains(m.Slot)).ToListAsync(ct);
        var module = modules.MinBy(m => slots.IndexOf(m.Slot));
        if (module is null || !isForWriting)
            return module;
        await db.LockAsync(module.Id, ct);
        return await db.CustomModules.AsNoTracking().SingleAsync(m => m.Id == module.Id, ct);
    }

    private static async Task<(bool Yes, CustomCondition? Own)> AllowAsync(
        IKiketDb db,
        CustomModule module,
        CustomTable table,
        Project project,
        string operation,
        ICurrentActor current,
        CancellationToken ct
    )
    {
        if (current.Actor.IsAdmin || module.Schema.Grants.Count == 0)
            return (true, null);
        var isManager = !(
            await db.FindProjectAsync(ProjectRef.Of(project.Id), current.Actor, ProjectAccess.Manage, ct)
        ).IsRefused;
        var grants = module
            .Schema.Grants.Where(g =>
                g.Table == table.Name
                && g.Operations.Contains(operation)
                && (g.Role == "user" || (g.Role == RoleNames.Manager && isManager))
            )
            .ToList();
        if (grants.Count == 0 || grants.Exists(g => g.OwnerColumn is null))
            return (grants.Count > 0, null);
        return (true, CustomCondition.OwnedBy(table.Find(grants[0].OwnerColumn!)!, current.Actor.UserId));
    }
}
