using System.Text.Json;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;

namespace Kiket.Application.CustomData;

/// <summary>One record of a table.</summary>
internal sealed record GetCustomRecordQuery(CustomTableRef Table, string Id)
    : IQuery<Result<IReadOnlyDictionary<string, JsonElement>>>;

internal sealed class GetCustomRecordHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<GetCustomRecordQuery, Result<IReadOnlyDictionary<string, JsonElement>>>
{
    public async Task<Result<IReadOnlyDictionary<string, JsonElement>>> Handle(GetCustomRecordQuery query, CancellationToken ct)
    {
        var opened = await db.OpenTableAsync(query.Table, CustomTableAccess.Read, current, ct);
        if (opened.Error is { } error)
            return error;
        var found = await db.FindRecordAsync(opened.Value, query.Id, ct);
        return found.Error is { } missing
            ? missing
            : Result<IReadOnlyDictionary<string, JsonElement>>.From(found.Value.ToFlat(opened.Value.Table));
    }
}
