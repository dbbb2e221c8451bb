using System.Text.Json;
using Kiket.Application.Abstractions;
using Kiket.Domain.Common;
using Kiket.Domain.CustomData;
using Kiket.Domain.Projects;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.CustomData;

/// <summary>A table of a module in a project.</summary>
/// <param name="Project">Null is the project that the extension is installed for.</param>
public sealed record CustomTableRef(string Module, string Table, ProjectRef? Project);

/// <summary>What several requests about custom data read.</summary>
internal static class CustomDataQueries
{
    public const string Read = "read";
    public const string Write = "write";
    public const string Delete = "delete";

    /// <summary>The table, when the actor may do this with it. An extension sees modules of its own first, everybody the project's before the organization's.</summary>
    public static async Task<Result<OpenedTable>> OpenTableAsync(
        this IKiketDb db, CustomTableRef reference, string operation, ICurrentActor current, CancellationToken ct)
    {
        var own = current.Extension?.ProjectId is { } id ? ProjectRef.Of(id) : (ProjectRef?)null;
        if ((reference.Project ?? own) is not { } named)
            return Error.InvalidParameter("project_id", "Give project_id or project_key.");
        var found = await db.FindProjectAsync(named, current.Actor, ProjectAccess.Read, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var project = found.Value;

        var extension = current.Extension;
        if (extension is not null)
        {
            var manifest = await db.Extensions.Where(e => e.Id == extension.Id).Select(e => e.Manifest).SingleAsync(ct);
            var granted = manifest.CustomData.Where(g => g.Module == reference.Module).SelectMany(g => g.Operations).ToList();
            if (!granted.Contains(operation) && !granted.Contains("admin") && !(operation == Delete && granted.Contains(Write)))
                return CustomDataErrors.Forbidden(reference.Module, reference.Table, operation);
        }

        List<string> slots = [CustomModule.SlotOf(project.Id, null, reference.Module), CustomModule.SlotOf(null, null, reference.Module)];
        if (extension is not null)
            slots.Insert(0, CustomModule.SlotOf(null, extension.Id, reference.Module));
        var modules = await db.CustomModules.AsNoTracking().Where(m => slots.Contains(m.Slot)).ToListAsync(ct);
        if (modules.MinBy(m => slots.IndexOf(m.Slot)) is not { } module)
            return CustomDataErrors.ModuleNotFound(reference.Module);
        if (module.Schema.Find(reference.Table) is not { } table)
            return CustomDataErrors.TableNotFound(module.Key, reference.Table);

        if (extension is null && (await AllowAsync(db, module, table, project, operation, current, ct)).Error is { } forbidden)
            return forbidden;
        if (operation != Read && project.Status is ProjectStatus.Archived)
            return ProjectErrors.Archived(project.Key);
        return new OpenedTable(module, table, project.Id);
    }

    /// <summary>A record that was not deleted, by its id or by the primary key that its module calls <c>id</c>.</summary>
    public static async Task<Result<CustomRecord>> FindRecordAsync(this IKiketDb db, OpenedTable opened, string id, CancellationToken ct)
    {
        var records = db.Records(opened);
        CustomRecord? found = null;
        if (opened.Table.Find("id") is { } key)
        {
            if (CustomValues.Read(key, JsonSerializer.SerializeToElement(id)) is { } value)
            {
                var text = CustomValues.Sortable(key, value);
                var ids = db.Values(opened).Where(v => v.Column == key.Name && v.Value == text).Select(v => v.RecordId);
                found = await records.FirstOrDefaultAsync(r => ids.Contains(r.Id), ct);
            }
        }
        else if (long.TryParse(id, System.Globalization.CultureInfo.InvariantCulture, out var number))
        {
            found = await records.SingleOrDefaultAsync(r => r.Id == number, ct);
        }

        return found is null ? CustomDataErrors.RecordNotFound(id) : found;
    }

    public static IQueryable<CustomRecord> Records(this IKiketDb db, OpenedTable opened)
    {
        var (module, table, project) = (opened.Module.Id, opened.Table.Name, opened.ProjectId);
        return db.CustomRecords.Where(r => r.ModuleId == module && r.Table == table && r.ProjectId == project && r.DeletedAt == null);
    }

    public static IQueryable<CustomRecordValue> Values(this IKiketDb db, OpenedTable opened)
    {
        var (module, table, project) = (opened.Module.Id, opened.Table.Name, opened.ProjectId);
        return db.CustomRecordValues.Where(v => v.ModuleId == module && v.Table == table && v.ProjectId == project);
    }

    /// <summary>Saves records and what their table indexes of them; at most a few hundred at once.</summary>
    public static async Task<Result> SaveRecordsAsync(this IKiketDb db, CustomTable table, IReadOnlyList<CustomRecord> records, CancellationToken ct)
    {
        await db.SaveChangesAsync(ct); // gives new records their ids
        var ids = records.Select(r => r.Id).ToList();
        await db.CustomRecordValues.Where(v => ids.Contains(v.RecordId)).ExecuteDeleteAsync(ct);

        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var record in records)
        {
            var values = CustomRecordValue.Of(record, table);
            var hashes = values.Select(v => v.UniqueHash).OfType<string>().ToList();
            var held = hashes.Count == 0 ? [] : await db.CustomRecordValues.Where(v => hashes.Contains(v.UniqueHash!)).Select(v => v.UniqueHash!).ToListAsync(ct);
            var keys = table.UniqueKeys.Where(k => k.All(c => record.Data[c].ValueKind is not JsonValueKind.Null)).ToList();
            for (var n = 0; n < hashes.Count; n++)
            {
                if (held.Contains(hashes[n]) || !taken.Add(hashes[n]))
                    return CustomDataErrors.NotUnique(keys[n]);
            }

            db.CustomRecordValues.AddRange(values);
        }

        try
        {
            await db.SaveChangesAsync(ct);
            return Result.Success;
        }
        catch (DbUpdateException failure) when (db.IsUniqueViolation(failure))
        {
            return CustomDataErrors.NotUnique(table.UniqueKeys[0]); // another writer was faster by a moment
        }
    }

    /// <summary>The record as it is shown: flat.</summary>
    public static IReadOnlyDictionary<string, JsonElement> ToFlat(this CustomRecord record, CustomTable table)
    {
        var flat = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["id"] = Json(record.Id) };
        foreach (var column in table.Columns)
            flat[column.Name] = record.Data.TryGetValue(column.Name, out var value) ? value : Json<string?>(null);
        flat["organization_id"] = Json(record.OrganizationId);
        flat["project_id"] = Json(record.ProjectId);
        flat["created_at"] = Json(record.CreatedAt);
        flat["updated_at"] = Json(record.UpdatedAt);
        return flat;
    }

    private static JsonElement Json<T>(T value) => JsonSerializer.SerializeToElement(value, WireJson.Options);

    private static async Task<Result> AllowAsync(
        IKiketDb db, CustomModule module, CustomTable table, Project project, string operation, ICurrentActor current, CancellationToken ct)
    {
        var actor = current.Actor;
        if (actor.IsAdmin)
            return Result.Success;
        var reference = ProjectRef.Of(project.Id);
        if (module.Schema.Grants.Count == 0)
        {
            var needed = operation == Read ? ProjectAccess.Read : ProjectAccess.Write;
            return (await db.FindProjectAsync(reference, actor, needed, ct)).Error is { } refusal ? refusal : Result.Success;
        }

        var isManager = !(await db.FindProjectAsync(reference, actor, ProjectAccess.Manage, ct)).IsRefused;
        return module.Schema.Grants.Any(g => g.Table == table.Name && g.Operations.Contains(operation) && (g.Role == "user" || (g.Role == "manager" && isManager)))
            ? Result.Success
            : CustomDataErrors.Forbidden(module.Key, table.Name, operation);
    }
}

/// <summary>A table that the actor may use.</summary>
internal sealed record OpenedTable(CustomModule Module, CustomTable Table, long ProjectId);
