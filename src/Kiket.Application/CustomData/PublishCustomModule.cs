using System.Text.Json;
using Kiket.Application.Abstractions;
using Kiket.Application.Extensions;
using Kiket.Domain.Common;
using Kiket.Domain.CustomData;
using Kiket.Domain.Extensions;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.CustomData;

/// <summary>Makes a module, or gives one another schema that its records fit. For administrators.</summary>
/// <param name="Project">The project that it belongs to, or null.</param>
/// <param name="Extension">The installation that it belongs to, or null.</param>
public sealed record PublishCustomModuleCommand(ModuleText Schema, ProjectRef? Project, ExtensionRef? Extension) : ICommand<Result<PublishedModule>>;

public sealed record PublishedModule(CustomModuleDto Module, bool IsNew);

internal sealed class PublishCustomModuleHandler(IKiketDb db, ICustomModuleReader reader, ICurrentActor current, TimeProvider time)
    : ICommandHandler<PublishCustomModuleCommand, Result<PublishedModule>>
{
    public async Task<Result<PublishedModule>> Handle(PublishCustomModuleCommand command, CancellationToken ct)
    {
        if (current.Extension is not null || !current.Actor.IsAdmin)
            return UserErrors.AdminsOnly;
        var schema = reader.Read(command.Schema);
        return schema.Error is { } faults ? faults : await db.InTransactionAsync(() => PublishAsync(command, schema.Value, ct), ct);
    }

    private async Task<Result<PublishedModule>> PublishAsync(PublishCustomModuleCommand command, CustomModuleSchema schema, CancellationToken ct)
    {
        long? extensionId = null, projectId = null;
        if (command.Extension is { } extension)
        {
            var found = await db.FindManageableExtensionAsync(extension, command.Project, current, ct);
            if (found.Error is { } missing)
                return missing;
            extensionId = found.Value.Id;
        }
        else if (command.Project is { } reference)
        {
            var found = await db.FindProjectAsync(reference, current.Actor, ProjectAccess.Manage, ct);
            if (found.Error is { } missing)
                return missing;
            projectId = found.Value.Id;
        }

        var published = await db.PublishModuleAsync(current.Actor.OrganizationId, projectId, extensionId, schema, time.GetUtcNow(), ct);
        return published.Error is { } refusal ? refusal : new PublishedModule(CustomModuleDto.Of(published.Value.Module), published.Value.Change is ModuleChange.Made);
    }
}

internal enum ModuleChange
{
    None,
    Made,
    Changed,
}

internal static class ModulePublication
{
    private const int MaxFaults = 100;
    private const int Batch = 500;

    /// <summary>Makes a module or changes one; refuses with the records that would not fit, and then changes nothing.</summary>
    public static async Task<Result<(CustomModule Module, ModuleChange Change)>> PublishModuleAsync(
        this IKiketDb db, long organizationId, long? projectId, long? extensionId, CustomModuleSchema schema, DateTimeOffset now, CancellationToken ct)
    {
        var slot = CustomModule.SlotOf(projectId, extensionId, schema.Key);
        var module = await db.CustomModules.SingleOrDefaultAsync(m => m.Slot == slot, ct);
        if (module is null)
        {
            module = CustomModule.Publish(organizationId, projectId, extensionId, schema, now);
            db.CustomModules.Add(module);
            await db.SaveChangesAsync(ct);
            return (module, ModuleChange.Made);
        }

        // One database keeps the members of JSON objects in an order of its own.
        if (JsonElement.DeepEquals(JsonSerializer.SerializeToElement(module.Schema), JsonSerializer.SerializeToElement(schema)))
            return (module, ModuleChange.None);
        module.Follow(schema, now);
        var moved = await MoveRecordsAsync(db, module, now, ct);
        if (moved.Error is { } refusal)
            return refusal;
        await db.SaveChangesAsync(ct);
        return (module, ModuleChange.Changed);
    }

    private static async Task<Result> MoveRecordsAsync(IKiketDb db, CustomModule module, DateTimeOffset now, CancellationToken ct)
    {
        var id = module.Id;
        var records = await db.CustomRecords.Where(r => r.ModuleId == id && r.DeletedAt == null).OrderBy(r => r.Id).ToListAsync(ct);
        List<ErrorDetail> faults = [];
        foreach (var record in records)
        {
            if (faults.Count >= MaxFaults)
                break;
            var place = $"{record.Table}.{record.Id}";
            if (module.Schema.Find(record.Table) is not { } table)
            {
                faults.Add(new(place, $"The table {record.Table} is gone, and this record is in it."));
                continue;
            }

            foreach (var (name, _) in record.Data.Where(d => table.Find(d.Key) is null && d.Value.ValueKind is not JsonValueKind.Null))
                faults.Add(new($"{place}.{name}", $"The column {name} is gone, and this record has a value in it."));
            var kept = record.Data.Where(d => table.Find(d.Key) is not null).ToDictionary(StringComparer.Ordinal);
            var fit = CustomValues.Fit(table, kept, null, now);
            if (fit.Error is { } wrong)
                faults.AddRange(wrong.Details.Select(d => new ErrorDetail(place + d.Field["record".Length..], d.Message)));
            else
                record.Replace(fit.Value, now);
        }

        if (faults.Count > 0)
            return Error.Validation(faults);
        await db.CustomRecordValues.Where(v => v.ModuleId == id).ExecuteDeleteAsync(ct);
        foreach (var group in records.GroupBy(r => r.Table))
        {
            foreach (var batch in group.Chunk(Batch))
            {
                if ((await db.SaveRecordsAsync(module.Schema.Find(group.Key)!, batch, ct)).Error is { } taken)
                    return taken;
            }
        }

        return Result.Success;
    }
}
