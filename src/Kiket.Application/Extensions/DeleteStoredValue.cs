using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Extensions;

/// <summary>Deletes a stored value of the extension. For extensions.</summary>
/// <param name="ExpectedVersion">The version that the caller has seen; by default any.</param>
internal sealed record DeleteStoredValueCommand(string Key, ExpectedVersion ExpectedVersion) : ICommand<Result<bool>>;

internal sealed class DeleteStoredValueHandler(IKiketDb db, ICurrentActor current)
    : ICommandHandler<DeleteStoredValueCommand, Result<bool>>
{
    public async Task<Result<bool>> Handle(DeleteStoredValueCommand command, CancellationToken ct)
    {
        if (current.Extension is not { } own)
            return ExtensionErrors.ExtensionsOnly;
        var value = await db.StoredValues.WithSpecification(new ValueOf(own.Id, command.Key)).SingleOrDefaultAsync(ct);
        if (value is null)
            return ExtensionErrors.ValueNotFound(command.Key);
        if (!command.ExpectedVersion.Allows(value.Version))
            return Error.Stale(value.Version);
        db.StoredValues.Remove(value);
        return true;
    }
}
