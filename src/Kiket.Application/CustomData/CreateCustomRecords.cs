using System.Text.Json;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.CustomData;

namespace Kiket.Application.CustomData;

/// <summary>Adds records to a table: all or none.</summary>
/// <param name="Records">1 to 500.</param>
/// <param name="IsBulk">Whether they came as a list, so that errors name positions in it.</param>
internal sealed record CreateCustomRecordsCommand(
    CustomTableRef Table,
    IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Records,
    bool IsBulk
) : ICommand<Result<IReadOnlyList<IReadOnlyDictionary<string, JsonElement>>>>
{
    public const int MaxRecords = 500;

    /// <summary>Maximum number of errors in a response.</summary>
    internal const int MaxFaults = 100;
}

internal sealed class CreateCustomRecordsHandler(IKiketDb db, IUnitOfWork work, ICurrentActor current, TimeProvider time)
    : ICommandHandler<CreateCustomRecordsCommand, Result<IReadOnlyList<IReadOnlyDictionary<string, JsonElement>>>>
{
    public async Task<Result<IReadOnlyList<IReadOnlyDictionary<string, JsonElement>>>> Handle(
        CreateCustomRecordsCommand command,
        CancellationToken ct
    )
    {
        var opened = await db.OpenTableAsync(command.Table, CustomTableAccess.Write, current, ct);
        if (opened.Error is { } error)
            return error;
        if (command.Records.Count is 0 or > CreateCustomRecordsCommand.MaxRecords)
            return Error.Validation("records", $"A request can add 1 to {CreateCustomRecordsCommand.MaxRecords} records.");

        var (module, table, now) = (opened.Value.Module, opened.Value.Table, time.GetUtcNow());
        List<CustomRecord> records = [];
        List<ErrorDetail> errors = [];
        for (var place = 0; place < command.Records.Count && errors.Count < CreateCustomRecordsCommand.MaxFaults; place++)
        {
            var fit = CustomValues.Fit(table, command.Records[place], null, now);
            if (fit.Error is { } fitError)
                errors.AddRange(At(place, fitError));
            else if (!opened.Value.Allows(fit.Value))
                return CustomDataErrors.Forbidden(module.Key, table.Name, CustomTableAccess.Write);
            else
                records.Add(
                    CustomRecord.Add(current.Actor.OrganizationId, module.Id, opened.Value.ProjectId, table.Name, fit.Value, now)
                );
        }

        if (errors.Count > 0)
            return Error.Validation(errors);
        db.CustomRecords.AddRange(records);
        var taken = await db.SaveRecordsAsync(work, table, records, ct);
        return taken.Count > 0
            ? Error.Validation([.. taken.SelectMany(t => At(t.Place, t.Error))])
            : Result<IReadOnlyList<IReadOnlyDictionary<string, JsonElement>>>.From([.. records.Select(r => r.ToFlat(table))]);

        IEnumerable<ErrorDetail> At(int place, Error error) =>
            error.Details.Select(d => command.IsBulk ? d with { Field = $"records[{place}]{d.Field["record".Length..]}" } : d);
    }
}
