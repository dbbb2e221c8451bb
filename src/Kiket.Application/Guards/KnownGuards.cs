using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;

namespace Kiket.Application.Guards;

/// <summary>
/// Whether an organization has endpoints that want to know of moves before they happen, mostly from memory. Most have none,
/// and then a move asks the database for none.
/// </summary>
internal sealed class KnownGuards(TimeProvider time)
{
    private const int Capacity = 10_000;

    private readonly RecentReads<OrganizationId, Found> recent = new(time, Capacity);

    public async ValueTask<bool> HasAnyAsync(IKiketDb db, OrganizationId organizationId, CancellationToken ct) =>
        (await recent.GetAsync(organizationId, async () => new((await db.ReadGuardsAsync(ct)).Count > 0)))!.Any;

    /// <summary>Looks again; for a change of endpoints.</summary>
    public void Refresh() => recent.Clear();

    private sealed record Found(bool Any);
}
