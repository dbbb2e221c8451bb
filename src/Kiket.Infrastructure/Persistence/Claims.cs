using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Query;

namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// How workers share rows: a row belongs to the claim that it carries until that is released or ends. The columns belong
/// to persistence: aggregates do not know them, and their versions stay.
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

    /// <summary>The rows that nobody has, or that a worker which counts as crashed has left.</summary>
    public static IQueryable<T> Unclaimed<T>(this IQueryable<T> rows, DateTimeOffset now)
        where T : class =>
        rows.Where(r => EF.Property<DateTimeOffset?>(r, Until) == null || EF.Property<DateTimeOffset?>(r, Until) <= now);

    public static IQueryable<T> ClaimedBy<T>(this IQueryable<T> rows, Guid claim)
        where T : class => rows.Where(r => EF.Property<Guid?>(r, Id) == claim);

    /// <summary>Takes those rows that are unclaimed. Several workers may try at once, and each row goes to one of them.</summary>
    /// <param name="also">What else changes in the rows that are taken.</param>
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

    /// <summary>Prolongs a claim. Of rows that another worker has taken since, none is changed.</summary>
    public static Task<int> RenewAsync<T>(this IQueryable<T> rows, Guid claim, DateTimeOffset until, CancellationToken ct)
        where T : class =>
        rows.ClaimedBy(claim).ExecuteUpdateAsync(set => set.SetProperty(r => EF.Property<DateTimeOffset?>(r, Until), until), ct);

    /// <summary>Gives rows back, and locks them until the transaction ends.</summary>
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
