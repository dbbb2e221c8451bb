using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.CustomData;

/// <summary>Deletes a record; in a table with soft_delete its data is kept but hidden.</summary>
internal sealed record DeleteCustomRecordCommand(CustomTableRef Table, string Id) : ICommand<Result<bool>>;

internal sealed class DeleteCustomRecordHandler(IKiketDb db, ICurrentActor current, TimeProvider time)
    : ICommandHandler<DeleteCustomRecordCommand, Result<bool>>
{
    public async Task<Result<bool>> Handle(DeleteCustomRecordCommand command, CancellationToken ct)
    {
        var opened = await db.OpenTableAsync(command.Table, CustomTableAccess.Delete, current, ct);
        if (opened.Error is { } error)
            return error;
        var found = await db.FindRecordAsync(opened.Value, command.Id, ct);
        if (found.Error is { } missing)
            return missing;

        // The indexed values are deleted at once, so that filters do not find the record and its unique values can be reused.
        var id = found.Value.Id;
        await db.CustomRecordValues.Where(v => v.RecordId == id).ExecuteDeleteAsync(ct);
        if (opened.Value.Table.SoftDelete)
            found.Value.Delete(time.GetUtcNow());
        else
            db.CustomRecords.Remove(found.Value);
        return true;
    }
}
