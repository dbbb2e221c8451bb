using System.Text.Json;
using Kiket.Application.Common;
using Kiket.Application.Extensions;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.CustomData;
using Kiket.Domain.Extensions;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.CustomData;

/// <summary>Creates a module, or replaces the schema of one if its records fit. For administrators.</summary>
/// <param name="Project">The project that it belongs to, or null.</param>
/// <param name="Extension">The installation that it belongs to, or null.</param>
internal sealed record PublishCustomModuleCommand(ModuleText Schema, ProjectRef? Project, ExtensionRef? Extension)
    : ICommand<Result<PublishedModuleDto>>;

internal sealed class PublishCustomModuleHandler(
    IKiketDb db,
    IUnitOfWork work,
    ICustomModuleReader reader,
    ICurrentActor current,
    TimeProvider time
) : ICommandHandler<PublishCustomModuleCommand, Result<PublishedModuleDto>>
{
    public async Task<Result<PublishedModuleDto>> Handle(PublishCustomModuleCommand command, CancellationToken ct)
    {
        if (current.Extension is not null || !current.Actor.IsAdmin)
            return UserErrors.AdminsOnly;
        var read = reader.Read(command.Schema);
        if (read.Error is { } errors)
            return errors;

        ExtensionId? extensionId = null;
        ProjectId? projectId = null;
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
            if (found.Value.Status is ProjectStatus.Archived)
                return ProjectErrors.Archived(found.Value.Key);
            projectId = found.Value.Id;
        }

        var published = await db.PublishModuleAsync(
            work,
            current.Actor.OrganizationId,
            projectId,
            extensionId,
            read.Value.Schema,
            time.GetUtcNow(),
            ct
        );
        return published.Error is { } error
            ? error
            : new PublishedModuleDto(CustomModuleDto.Of(published.Value.Module))
            {
                Warnings = read.Value.Warnings,
                IsNew = published.Value.Change is ModuleChange.Made,
            };
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
    private const int Batch = 500;

    /// <summary>
    /// Creates a module or changes one; the error lists the records that would not fit. Runs in a transaction, which an error
    /// rolls back.
    /// </summary>
    public static async Task<Result<(CustomModule Module, ModuleChange Change)>> PublishModuleAsync(
        this IKiketDb db,
        IUnitOfWork work,
        OrganizationId organizationId,
        ProjectId? projectId,
        ExtensionId? extensionId,
        CustomModuleSchema schema,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var slot = CustomModule.SlotOf(projectId, extensionId, schema.Key);
        if (await db.CustomModules.Where(m => m.Slot == slot).Select(m => (long?)m.Id).SingleOrDefaultAsync(ct) is not { } id)
        {
            var made = CustomModule.Publish(organizationId, projectId, extensionId, schema, now);
            db.CustomModules.Add(made);
            await work.FlushAsync(ct);
            return (made, ModuleChange.Made);
        }

        // Until the transaction ends, nobody can write with the old schema or replace it.
        await db.LockAsync(id, ct);
        var module = await db.CustomModules.SingleAsync(m => m.Id == id, ct);
        var before = module.Schema;
        if (SameJson.Of(before, schema))
            return (module, ModuleChange.None);
        module.Follow(schema, now);
        List<ErrorDetail> errors = [];
        foreach (
            var table in before.Tables.Where(t =>
                errors.Count < CreateCustomRecordsCommand.MaxFaults && !SameJson.Of(t, schema.Find(t.Name))
            )
        )
            await MoveRecordsAsync(db, work, id, table.Name, schema.Find(table.Name), errors, now, ct);
        if (errors.Count > 0)
            return Error.Validation(errors);
        return (module, ModuleChange.Changed);
    }

    /// <summary>Converts the records of a table to its new form, a few hundred at a time, and reindexes them.</summary>
    /// <param name="table">The new form; null if the table was removed.</param>
    private static async Task MoveRecordsAsync(
        IKiketDb db,
        IUnitOfWork work,
        long moduleId,
        string name,
        CustomTable? table,
        List<ErrorDetail> errors,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        await db.CustomRecordValues.Where(v => v.ModuleId == moduleId && v.Table == name).DeleteInBatchesAsync(ct);
        var last = 0L;
        while (errors.Count < CreateCustomRecordsCommand.MaxFaults)
        {
            var after = last;
            var records = await db
                .CustomRecords.Where(r => r.ModuleId == moduleId && r.Table == name && r.DeletedAt == null && r.Id > after)
                .OrderBy(r => r.Id)
                .Take(Batch)
                .ToListAsync(ct);
            if (records.Count == 0)
                return;
            last = records[^1].Id;
            foreach (var record in records)
                errors.AddRange(Move(record, table, now).Select(f => f with { Field = $"{name}.{record.Id}{f.Field}" }));

            // After an error everything is rolled back; the rest is only searched for more errors.
            if (errors.Count == 0)
            {
                foreach (var (place, error) in await db.SaveRecordsAsync(work, table!, records, ct))
                    errors.AddRange(
                        error.Details.Select(d => d with { Field = $"{name}.{records[place].Id}{d.Field["record".Length..]}" })
                    );
            }

            await work.FlushAsync(ct);
            foreach (var record in records)
                db.CustomRecords.Entry(record).State = EntityState.Detached;
            foreach (var value in db.CustomRecordValues.Local.ToList())
                db.CustomRecordValues.Entry(value).State = EntityState.Detached;
        }
    }

    private static List<ErrorDetail> Move(CustomRecord record, CustomTable? table, DateTimeOffset now)
    {
        if (table is null)
            return [new("", $"The table {record.Table} would be removed, but this record is in it.")];
        var lost = record
            .Data.Where(d => table.Find(d.Key) is null && d.Value.ValueKind is not JsonValueKind.Null)
            .Select(d => new ErrorDetail($".{d.Key}", $"The column {d.Key} would be removed, but this record has a value in it."))
            .ToList();
        var fit = CustomValues.Fit(
            table,
            record.Data.Where(d => table.Find(d.Key) is not null).ToDictionary(StringComparer.Ordinal),
            null,
            now
        );
        if (fit.Error is { } fitError)
            return [.. lost, .. fitError.Details.Select(d => d with { Field = d.Field["record".Length..] })];
        if (lost.Count == 0 && !SameJson.Of(record.Data, fit.Value))
            record.Replace(fit.Value, now);
        return lost;
    }
}
