using System.Text.Json;
using Kiket.Application.Abstractions;
using Kiket.Domain.Common;
using Kiket.Domain.CustomData;

namespace Kiket.Application.CustomData;

/// <summary>Adds records to a table, all or none.</summary>
/// <param name="Records">1 to 500.</param>
public sealed record CreateCustomRecordsCommand(CustomTableRef Table, IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Records)
    : ICommand<Result<IReadOnlyList<IReadOnlyDictionary<string, JsonElement>>>>
{
    public const int MaxRecords = 500;
}

internal sealed class CreateCustomRecordsHandler(IKiketDb db, ICurrentActor current, TimeProvider time)
    : ICommandHandler<CreateCustomRecordsCommand, Result<IReadOnlyList<IReadOnlyDictionary<string, JsonElement>>>>
{
    public Task<Result<IReadOnlyList<IReadOnlyDictionary<string, JsonElement>>>> Handle(CreateCustomRecordsCommand command, CancellationToken ct) =>
        db.InTransactionAsync(() => CreateAsync(command, ct), ct);

    private async Task<Result<IReadOnlyList<IReadOnlyDictionary<string, JsonElement>>>> CreateAsync(CreateCustomRecordsCommand command, CancellationToken ct)
    {
        var opened = await db.OpenTableAsync(command.Table, CustomDataQueries.Write, current, ct);
        if (opened.Error is { } refusal)
            return refusal;
        if (command.Records.Count is 0 or > CreateCustomRecordsCommand.MaxRecords)
            return Error.Validation("records", $"A request adds 1 to {CreateCustomRecordsCommand.MaxRecords} records.");

        var ((module, table, project), now) = (opened.Value, time.GetUtcNow());
        List<CustomRecord> records = [];
        List<ErrorDetail> faults = [];
        for (var n = 0; n < command.Records.Count; n++)
        {
            var fit = CustomValues.Fit(table, command.Records[n], null, now);
            var place = command.Records.Count == 1 ? "record." : $"records[{n}].";
            if (fit.Error is { } wrong)
                faults.AddRange(wrong.Details.Select(d => d with { Field = place + d.Field["record.".Length..] }));
            else
                records.Add(CustomRecord.Add(current.Actor.OrganizationId, module.Id, project, table.Name, fit.Value, now));
        }

        if (faults.Count > 0)
            return Error.Validation(faults);
        db.CustomRecords.AddRange(records);
        var saved = await db.SaveRecordsAsync(table, records, ct);
        return saved.Error is { } taken ? taken
            : Result<IReadOnlyList<IReadOnlyDictionary<string, JsonElement>>>.From([.. records.Select(r => r.ToFlat(table))]);
    }
}
