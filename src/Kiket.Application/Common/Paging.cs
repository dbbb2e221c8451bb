using System.Linq.Expressions;
using Kiket.Domain.Common;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Common;

/// <summary>The requested part of a list and its order, as written by the caller (contract, section 3).</summary>
/// <param name="Page">From 1; null is 1.</param>
/// <param name="PerPage">1 to 100; null is 25.</param>
/// <param name="Sort">Pairs of field and direction: <c>created_at desc, id asc</c>; null is the list's own order.</param>
internal sealed record PageRequest(int? Page, int? PerPage, string? Sort)
{
    public const int DefaultSize = 25;
    public const int MaxSize = 100;
}

/// <summary>How many rows a list has; at least so many, where it is an estimate.</summary>
internal readonly record struct ListTotal(int Count, bool IsEstimate)
{
    public static ListTotal Exactly(int count) => new(count, IsEstimate: false);

    public static ListTotal AtLeast(int count) => new(count, IsEstimate: true);
}

/// <summary>One page of a list, with the size of the whole.</summary>
internal sealed record Page<T>(IReadOnlyList<T> Items, int Total, int Number, int Size)
{
    /// <summary>Whether there may be more in all than <see cref="Total"/>.</summary>
    public bool IsEstimate { get; init; }

    public int TotalPages => (Total + Size - 1) / Size;

    /// <summary>The same page with mapped items.</summary>
    public Page<TOther> With<TOther>(IReadOnlyList<TOther> items) => new(items, Total, Number, Size) { IsEstimate = IsEstimate };
}

/// <summary>
/// The sort orders of a list. Rows without a value come last; ties are broken by id, so that no row is on two pages.
/// </summary>
internal sealed class SortOptions<T>(string standard, Expression<Func<T, object>> id)
{
    private readonly Dictionary<string, Func<IQueryable<T>, bool, bool, IOrderedQueryable<T>>> fields = new(
        StringComparer.Ordinal
    );

    public SortOptions<T> By<TKey>(string name, Expression<Func<T, TKey>> key) => By(name, (LambdaExpression)key);

    public SortOptions<T> By(string name, LambdaExpression key)
    {
        // Left to themselves, PostgreSQL would put null at one end and the others at the other.
        var isMissing = Nullable.GetUnderlyingType(key.ReturnType) is null
            ? null
            : Expression.Lambda<Func<T, bool>>(
                Expression.Equal(key.Body, Expression.Constant(null, key.ReturnType)),
                key.Parameters
            );
        fields[name] = (source, isFirst, descending) =>
            isMissing is null
                ? Order(source, key, isFirst, descending)
                : Order(Order(source, isMissing, isFirst, descending: false), key, isFirst: false, descending);
        return this;
    }

    public Result<IQueryable<T>> Apply(IQueryable<T> source, string? sort)
    {
        var isFirst = true;
        var descending = false;
        foreach (var pair in (string.IsNullOrWhiteSpace(sort) ? standard : sort).Split(',', StringSplitOptions.TrimEntries))
        {
            var words = pair.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length is 0 or > 2 || !fields.TryGetValue(words[0], out var order))
                return Error.InvalidParameter(
                    "sort",
                    $"'{pair}' is not a valid sort order; use one of {string.Join(", ", fields.Keys)}, followed by asc or desc."
                );
            if (words.Length == 2 && words[1] is not ("asc" or "desc"))
                return Error.InvalidParameter("sort", $"'{words[1]}' is not a valid direction; use asc or desc.");
            descending = words.Length == 2 && words[1] == "desc";
            source = order(source, isFirst, descending);
            isFirst = false;
        }

        var ordered = (IOrderedQueryable<T>)source;
        return Result<IQueryable<T>>.From(descending ? ordered.ThenByDescending(id) : ordered.ThenBy(id));
    }

    private static IOrderedQueryable<T> Order(IQueryable<T> source, LambdaExpression key, bool isFirst, bool descending)
    {
        var method = (isFirst, descending) switch
        {
            (true, false) => nameof(Queryable.OrderBy),
            (true, true) => nameof(Queryable.OrderByDescending),
            (false, false) => nameof(Queryable.ThenBy),
            (false, true) => nameof(Queryable.ThenByDescending),
        };
        var ordered = Expression.Call(
            typeof(Queryable),
            method,
            [typeof(T), key.ReturnType],
            source.Expression,
            Expression.Quote(key)
        );
        return (IOrderedQueryable<T>)source.Provider.CreateQuery<T>(ordered);
    }
}

internal static class Paging
{
    /// <summary>Reads one page: one statement for the total, one for the rows.</summary>
    public static Task<Result<Page<TDto>>> ToPageAsync<T, TDto>(
        this IQueryable<T> source,
        PageRequest request,
        SortOptions<T> sorts,
        Func<IQueryable<T>, IQueryable<TDto>> project,
        CancellationToken ct
    ) => source.ToPageAsync(request, sorts, async () => ListTotal.Exactly(await source.CountAsync(ct)), project, ct);

    /// <summary>Reads one page of a list whose total is found in its own way.</summary>
    public static async Task<Result<Page<TDto>>> ToPageAsync<T, TDto>(
        this IQueryable<T> source,
        PageRequest request,
        SortOptions<T> sorts,
        Func<Task<ListTotal>> countAsync,
        Func<IQueryable<T>, IQueryable<TDto>> project,
        CancellationToken ct
    )
    {
        var (number, size) = (request.Page ?? 1, request.PerPage ?? PageRequest.DefaultSize);
        if (FaultOf(number, size) is { } error)
            return error;

        var ordered = sorts.Apply(source, request.Sort);
        if (ordered.Error is not null)
            return ordered.Error;

        var total = await countAsync();
        var skip = (number - 1L) * size;
        if (total.IsEstimate)
            return await ReadOpenPageAsync(ordered.Value, total, number, size, project, ct);
        var rows = skip >= total.Count ? [] : await project(ordered.Value.Skip((int)skip).Take(size)).ToListAsync(ct);
        return new Page<TDto>(rows, total.Count, number, size);
    }

    /// <summary>
    /// Reads a page of a list with more rows than were counted. Where another page follows, the total says so, so that a client
    /// that reads on until the last page misses nothing; and the last page knows the total.
    /// </summary>
    private static async Task<Page<TDto>> ReadOpenPageAsync<T, TDto>(
        IQueryable<T> ordered,
        ListTotal total,
        int number,
        int size,
        Func<IQueryable<T>, IQueryable<TDto>> project,
        CancellationToken ct
    )
    {
        var skip = (number - 1L) * size;
        var rows = skip > int.MaxValue - size ? [] : await project(ordered.Skip((int)skip).Take(size + 1)).ToListAsync(ct);
        var reached = (int)Math.Min(skip + rows.Count, int.MaxValue);
        if (rows.Count > size)
            rows.RemoveAt(size);
        else if (rows.Count > 0 || skip == 0)
            return new Page<TDto>(rows, reached, number, size);
        return new Page<TDto>(rows, rows.Count > 0 ? Math.Max(total.Count, reached) : total.Count, number, size)
        {
            IsEstimate = true,
        };
    }

    /// <summary>One page of a list that is in memory and in order.</summary>
    public static Result<Page<T>> ToPage<T>(this IReadOnlyList<T> all, PageRequest request)
    {
        var (number, size) = (request.Page ?? 1, request.PerPage ?? PageRequest.DefaultSize);
        if (FaultOf(number, size) is { } error)
            return error;
        var skip = (number - 1L) * size;
        return new Page<T>(skip >= all.Count ? [] : [.. all.Skip((int)skip).Take(size)], all.Count, number, size);
    }

    private static Error? FaultOf(int number, int size)
    {
        if (number < 1)
            return Error.InvalidParameter("page", "page must be 1 or greater.");
        return size is < 1 or > PageRequest.MaxSize
            ? Error.InvalidParameter("per_page", $"per_page must be a number from 1 to {PageRequest.MaxSize}.")
            : null;
    }
}
