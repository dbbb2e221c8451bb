using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Extensions;

/// <summary>One stored value of the extension. For extensions.</summary>
internal sealed record GetStoredValueQuery(string Key) : IQuery<Result<StoredValueDto>>;

internal sealed class GetStoredValueHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<GetStoredValueQuery, Result<StoredValueDto>>
{
    public async Task<Result<StoredValueDto>> Handle(GetStoredValueQuery query, CancellationToken ct)
    {
        if (current.Extension is not { } own)
            return ExtensionErrors.ExtensionsOnly;
        var value = await db
            .StoredValues.AsNoTracking()
            .WithSpecification(new ValueOf(own.Id, query.Key))
            .SingleOrDefaultAsync(ct);
        return value is null ? ExtensionErrors.ValueNotFound(query.Key) : StoredValueDto.Of(value);
    }
}
