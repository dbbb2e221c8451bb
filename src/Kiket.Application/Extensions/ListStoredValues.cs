using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;

namespace Kiket.Application.Extensions;

/// <summary>The keys of the extension's stored values. For extensions.</summary>
internal sealed record ListStoredValuesQuery(PageRequest Page) : IQuery<Result<Page<StoredKeyDto>>>;

internal sealed class ListStoredValuesHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<ListStoredValuesQuery, Result<Page<StoredKeyDto>>>
{
    private static readonly SortOptions<StoredValue> Sorts = new SortOptions<StoredValue>("key asc", v => v.Id)
        .By("key", v => v.Key)
        .By("size_bytes", v => v.SizeBytes)
        .By("updated_at", v => v.UpdatedAt)
        .By("created_at", v => v.CreatedAt);

    public async Task<Result<Page<StoredKeyDto>>> Handle(ListStoredValuesQuery query, CancellationToken ct)
    {
        if (current.Extension is not { } own)
            return ExtensionErrors.ExtensionsOnly;
        return await db
            .StoredValues.WithSpecification(new ValuesOf(own.Id))
            .ToPageAsync(
                query.Page,
                Sorts,
                page => page.Select(v => new StoredKeyDto(v.Key, v.SizeBytes, v.Version, v.CreatedAt, v.UpdatedAt)),
                ct
            );
    }
}
