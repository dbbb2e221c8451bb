using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;

namespace Kiket.Application.Guards;

/// <summary>
/// Whether an organization has endpoints that guard transitions, mostly from memory. Most have none, and then a transition causes
/// no query for them.
/// </summary>
internal sealed class KnownGuards(TimeProvider time)
{
    private const int Capacity = 10_000;

    private readonly RecentReads<OrganizationId, Found> recent = new(time, Capacity);

    public async ValueTask<bool> HasAnyAsync(IKiketDb db, OrganizationId organizationId, CancellationToken ct) =>
        (await recent.GetAsync(organizationId, async () => new((await db.ReadGuardsAsync(ct)).Count > 0)))!.Any;

    /// <summary>Clears the memory after a change of endpoints.</summary>
    public void Refresh() => recent.Clear();

    private sealed record Found(bool Any);
}
