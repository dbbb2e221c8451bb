using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;

namespace Kiket.Application.Extensions;

/// <summary>The keys of the secrets that an extension can read, each once.</summary>
internal sealed record ListSecretsQuery(SecretTarget Target) : IQuery<Result<IReadOnlyList<SecretKeyDto>>>;

internal sealed class ListSecretsHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<ListSecretsQuery, Result<IReadOnlyList<SecretKeyDto>>>
{
    public async Task<Result<IReadOnlyList<SecretKeyDto>>> Handle(ListSecretsQuery query, CancellationToken ct)
    {
        var found = await db.FindSecretOwnersAsync(query.Target, current, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var secrets = await db.FindSecretsAsync(found.Value.Extension, found.Value.Owners, current, ct);
        return Result<IReadOnlyList<SecretKeyDto>>.From([
            .. secrets.Select(s => new SecretKeyDto(s.Key, s.CreatedAt, s.UpdatedAt)),
        ]);
    }
}
