using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Query;

namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// Shares rows between workers: a row belongs to the claim stored in it until that is released or expires. The columns belong to
/// persistence: aggregates do not have them, and claims do not change their versions.
/// </summary>
internal static class Claims
{
    private const string Id = "ClaimId";
    private const string Until = "ClaimedUntil";

    public static void IsClaimable<T>(this EntityTypeBuilder<T> entity)
        where T : class
    {
        entity.Property<Guid?>(Id);
        entity.Property<DateTimeOffset?>(Until);
    }

    /// <summary>The rows that are unclaimed, or whose claim has expired because the worker is considered crashed.</summary>
    public static IQueryable<T> Unclaimed<T>(this IQueryable<T> rows, DateTimeOffset now)
        where T : class =>
        rows.Where(r => EF.Property<DateTimeOffset?>(r, Until) == null || EF.Property<DateTimeOffset?>(r, Until) <= now);

    public static IQueryable<T> ClaimedBy<T>(this IQueryable<T> rows, Guid claim)
        where T : class => rows.Where(r => EF.Property<Guid?>(r, Id) == claim);

    /// <summary>Claims the rows that are unclaimed. Several workers may try at once; each row goes to exactly one.</summary>
    /// <param name="also">Further changes to the claimed rows.</param>
    public static Task<int> ClaimAsync<T>(
        this IQueryable<T> rows,
        Guid claim,
        DateTimeOffset now,
        TimeSpan lease,
        CancellationToken ct,
        Action<UpdateSettersBuilder<T>>? also = null
    )
        where T : class =>
        rows.Unclaimed(now)
            .ExecuteUpdateAsync(
                set =>
                {
                    set.SetProperty(r => EF.Property<Guid?>(r, Id), claim)
                        .SetProperty(r => EF.Property<DateTimeOffset?>(r, Until), now + lease);
                    also?.Invoke(set);
                },
                ct
            );

    /// <summary>Renews a claim. Rows that another worker has claimed since are not changed.</summary>
    public static Task<int> RenewAsync<T>(this IQueryable<T> rows, Guid claim, DateTimeOffset until, CancellationToken ct)
        where T : class =>
        rows.ClaimedBy(claim).ExecuteUpdateAsync(set => set.SetProperty(r => EF.Property<DateTimeOffset?>(r, Until), until), ct);

    /// <summary>Releases rows, and locks them until the transaction ends.</summary>
    public static Task<int> ReleaseAsync<T>(this IQueryable<T> rows, Guid claim, CancellationToken ct)
        where T : class =>
        rows.ClaimedBy(claim)
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(r => EF.Property<Guid?>(r, Id), (Guid?)null)
                        .SetProperty(r => EF.Property<DateTimeOffset?>(r, Until), (DateTimeOffset?)null),
                ct
            );
}
