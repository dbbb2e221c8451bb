using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Extensions;

/// <summary>Stores a value under a key. For extensions.</summary>
/// <param name="Json">The value as JSON.</param>
/// <param name="ExpectedVersion">The version that the caller has seen; by default any.</param>
/// <param name="OnlyNew">Whether the key must be new.</param>
internal sealed record PutStoredValueCommand(string Key, string Json, ExpectedVersion ExpectedVersion, bool OnlyNew)
    : ICommand<Result<StoredValueDto>>;

internal sealed class PutStoredValueHandler(IKiketDb db, ICurrentActor current, TimeProvider time)
    : ICommandHandler<PutStoredValueCommand, Result<StoredValueDto>>
{
    public async Task<Result<StoredValueDto>> Handle(PutStoredValueCommand command, CancellationToken ct)
    {
        if (current.Extension is not { } own)
            return ExtensionErrors.ExtensionsOnly;
        var now = time.GetUtcNow();
        var value = await db.StoredValues.WithSpecification(new ValueOf(own.Id, command.Key)).SingleOrDefaultAsync(ct);
        if (value is not null)
        {
            if (command.OnlyNew || !command.ExpectedVersion.Allows(value.Version))
                return Error.Stale(value.Version);
            if (value.Replace(command.Json, now).Error is { } tooLarge)
                return tooLarge;
        }
        else
        {
            if (command.ExpectedVersion.MustExist)
                return new Error(ErrorKind.Stale, ServerErrorCodes.PreconditionFailed, $"There is no value {command.Key}.");
            var kept = StoredValue.Keep(current.Actor.OrganizationId, own.Id, command.Key, command.Json, now);
            if (kept.Error is { } error)
                return error;
            value = kept.Value;

            // Locks the installation's row, so that two concurrent requests do not both take the last place.
            await db
                .Extensions.Where(e => e.Id == own.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(e => e.KeyPrefix, e => e.KeyPrefix), ct);
            if (await db.StoredValues.CountAsync(v => v.ExtensionId == own.Id, ct) >= StoredValue.MaxValues)
                return ExtensionErrors.StorageFull;
            db.StoredValues.Add(value);
        }

        return StoredValueDto.Of(value);
    }
}
