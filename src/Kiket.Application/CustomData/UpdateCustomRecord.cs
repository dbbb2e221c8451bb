using System.Text.Json;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.CustomData;

namespace Kiket.Application.CustomData;

/// <summary>Changes some columns of a record.</summary>
internal sealed record UpdateCustomRecordCommand(
    CustomTableRef Table,
    string Id,
    IReadOnlyDictionary<string, JsonElement> Changes
) : ICommand<Result<IReadOnlyDictionary<string, JsonElement>>>;

internal sealed class UpdateCustomRecordHandler(IKiketDb db, IUnitOfWork work, ICurrentActor current, TimeProvider time)
    : ICommandHandler<UpdateCustomRecordCommand, Result<IReadOnlyDictionary<string, JsonElement>>>
{
    public async Task<Result<IReadOnlyDictionary<string, JsonElement>>> Handle(
        UpdateCustomRecordCommand command,
        CancellationToken ct
    )
    {
        var opened = await db.OpenTableAsync(command.Table, CustomTableAccess.Write, current, ct);
        if (opened.Error is { } error)
            return error;
        var found = await db.FindRecordAsync(opened.Value, command.Id, ct);
        if (found.Error is { } missing)
            return missing;
        var (record, table, now) = (found.Value, opened.Value.Table, time.GetUtcNow());
        var fit = CustomValues.Fit(table, command.Changes, record.Data, now);
        if (fit.Error is { } fitError)
            return fitError;
        if (!opened.Value.Allows(fit.Value))
            return CustomDataErrors.Forbidden(opened.Value.Module.Key, table.Name, CustomTableAccess.Write);
        record.Replace(fit.Value, now);
        var taken = await db.SaveRecordsAsync(work, table, [record], ct);
        return taken.Count > 0 ? taken[0].Error : Result<IReadOnlyDictionary<string, JsonElement>>.From(record.ToFlat(table));
    }
}
