using System.Linq.Expressions;
using System.Runtime.CompilerServices;
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

    /// <summary>Each field of a sort order nests the query one level deeper.</summary>
    public const int MaxSortFields = 5;

    /// <summary>After so many rows, skipping in the index alone and looking up the rest by id is cheaper.</summary>
    public const int Deep = 1_000;

    public int Number => Page ?? 1;

    public int Size => PerPage ?? DefaultSize;

    /// <summary>How many rows of the list come before the page.</summary>
    public long Skip => (Number - 1L) * Size;

    /// <summary>Whether it is a page near the start, in the list's own order.</summary>
    public bool IsUsual => string.IsNullOrWhiteSpace(Sort) && FindError() is null && Skip < Deep;

    /// <summary>The error of a page that no list has, or null.</summary>
    public Error? FindError()
    {
        if (Number < 1)
            return Error.InvalidParameter("page", "page must be 1 or greater.");
        return Size is < 1 or > MaxSize
            ? Error.InvalidParameter("per_page", $"per_page must be a number from 1 to {MaxSize}.")
            : null;
    }
}

/// <summary>The number of rows of a list; a lower bound if it is an estimate.</summary>
internal readonly record struct ListTotal(int Count, bool IsEstimate)
{
    public static ListTotal Exactly(int count) => new(count, IsEstimate: false);

    public static ListTotal AtLeast(int count) => new(count, IsEstimate: true);
}

/// <summary>One page of a list, with the size of the whole.</summary>
internal sealed record Page<T>(IReadOnlyList<T> Items, int Total, int Number, int Size)
{
    /// <summary>Whether there may be more rows than <see cref="Total"/>.</summary>
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
    private readonly Dictionary<string, LambdaExpression> fields = new(StringComparer.Ordinal);

    /// <summary>Sorts by id without converting it to an object.</summary>
    private readonly LambdaExpression key = Expression.Lambda(
        id.Body is UnaryExpression { NodeType: ExpressionType.Convert } boxed ? boxed.Operand : id.Body,
        id.Parameters
    );

    public SortOptions<T> By<TKey>(string name, Expression<Func<T, TKey>> value) => By(name, (LambdaExpression)value);

    public SortOptions<T> By(string name, LambdaExpression value)
    {
        fields[name] = value;
        return this;
    }

    public Result<SortOrder<T>> Read(string? sort)
    {
        List<SortKey<T>> keys = [];
        foreach (var pair in (string.IsNullOrWhiteSpace(sort) ? standard : sort).Split(',', StringSplitOptions.TrimEntries))
        {
            var words = pair.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length is 0 or > 2 || !fields.TryGetValue(words[0], out var value))
                return Error.InvalidParameter(
                    "sort",
                    $"'{pair}' is not a valid sort order; use one of {string.Join(", ", fields.Keys)}, followed by asc or desc."
                );
            if (words.Length == 2 && words[1] is not ("asc" or "desc"))
                return Error.InvalidParameter("sort", $"'{words[1]}' is not a valid direction; use asc or desc.");
            if (keys.Count == PageRequest.MaxSortFields)
                return Error.InvalidParameter("sort", $"A sort order can have at most {PageRequest.MaxSortFields} fields.");
            keys.Add(new(value, words.Length == 2 && words[1] == "desc"));
        }

        return new SortOrder<T>([.. keys, new(key, keys[^1].IsDescending)]);
    }
}

/// <summary>A value by which rows are sorted.</summary>
internal sealed record SortKey<T>(LambdaExpression Value, bool IsDescending)
{
    public bool IsNullable => Nullable.GetUnderlyingType(Value.ReturnType) is not null;

    public Expression<Func<T, bool>> IsMissing =>
        Expression.Lambda<Func<T, bool>>(
            Expression.Equal(Value.Body, Expression.Constant(null, Value.ReturnType)),
            Value.Parameters
        );

    public Expression<Func<T, bool>> IsPresent =>
        Expression.Lambda<Func<T, bool>>(
            Expression.NotEqual(Value.Body, Expression.Constant(null, Value.ReturnType)),
            Value.Parameters
        );
}

/// <summary>A sort order of rows that ends with their id.</summary>
internal sealed record SortOrder<T>(IReadOnlyList<SortKey<T>> Keys)
{
    private LambdaExpression Id => Keys[^1].Value;

    /// <summary>
    /// Splits the rows into parts that are each read in the order of an index: those with a value, then those without one.
    /// </summary>
    public IReadOnlyList<IQueryable<T>> PartsOf(IQueryable<T> rows) =>
        Keys[0].IsNullable ? [rows.Where(Keys[0].IsPresent), rows.Where(Keys[0].IsMissing)] : [rows];

    /// <summary>Sorts one part.</summary>
    /// <param name="backwards">Whether the last row comes first.</param>
    public IQueryable<T> Sort(IQueryable<T> part, bool backwards)
    {
        var sorted = Call(nameof(Queryable.OrderBy), part, Keys[0].Value, Keys[0].IsDescending != backwards);
        foreach (var key in Keys.Skip(1))
        {
            // By default, PostgreSQL sorts null to one end and the other databases to the other.
            if (key.IsNullable)
                sorted = Call(nameof(Queryable.ThenBy), sorted, key.IsMissing, backwards);
            sorted = Call(nameof(Queryable.ThenBy), sorted, key.Value, key.IsDescending != backwards);
        }

        return sorted;
    }

    /// <summary>The ids of rows, in their order.</summary>
    public IQueryable<object> IdsOf(IQueryable<T> rows) =>
        rows.Select(Expression.Lambda<Func<T, object>>(Expression.Convert(Id.Body, typeof(object)), Id.Parameters));

    /// <summary>The rows that have one of the ids.</summary>
    public IQueryable<T> Among(IQueryable<T> rows, IReadOnlyList<object> ids)
    {
        var typed = Array.CreateInstance(Id.ReturnType, ids.Count);
        for (var i = 0; i < ids.Count; i++)
            typed.SetValue(ids[i], i);

        // A field, like a captured variable, so that the ids become a parameter of the statement.
        var box = Expression.Field(Expression.Constant(new StrongBox<object>(typed)), nameof(StrongBox<object>.Value));
        var list = Expression.Convert(box, typed.GetType());
        var isAmong = Expression.Call(typeof(Enumerable), nameof(Enumerable.Contains), [Id.ReturnType], list, Id.Body);
        return rows.Where(Expression.Lambda<Func<T, bool>>(isAmong, Id.Parameters));
    }

    private static IQueryable<T> Call(string method, IQueryable<T> rows, LambdaExpression key, bool descending) =>
        rows.Provider.CreateQuery<T>(
            Expression.Call(
                typeof(Queryable),
                descending ? $"{method}Descending" : method,
                [typeof(T), key.ReturnType],
                rows.Expression,
                key
            )
        );
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

    /// <summary>Reads one page of a list whose total is counted separately.</summary>
    public static async Task<Result<Page<TDto>>> ToPageAsync<T, TDto>(
        this IQueryable<T> source,
        PageRequest request,
        SortOptions<T> sorts,
        Func<Task<ListTotal>> countAsync,
        Func<IQueryable<T>, IQueryable<TDto>> project,
        CancellationToken ct
    )
    {
        if (request.FindError() is { } error)
            return error;

        var order = sorts.Read(request.Sort);
        if (order.Error is { } unknown)
            return unknown;

        var total = await countAsync();
        var list = new PagedList<T, TDto>(source, order.Value, project);
        return total.IsEstimate
            ? await list.ReadOpenPageAsync(total, request, ct)
            : await list.ReadPageAsync(total.Count, request, ct);
    }

    /// <summary>One page of a sorted list in memory.</summary>
    public static Result<Page<T>> ToPage<T>(this IReadOnlyList<T> all, PageRequest request)
    {
        if (request.FindError() is { } error)
            return error;
        var (skip, size) = (request.Skip, request.Size);
        return new Page<T>(skip >= all.Count ? [] : [.. all.Skip((int)skip).Take(size)], all.Count, request.Number, size);
    }
}

/// <summary>A list that is read in pages; deep pages are read from the nearer end and by their ids.</summary>
internal sealed class PagedList<T, TDto>(IQueryable<T> source, SortOrder<T> order, Func<IQueryable<T>, IQueryable<TDto>> project)
{
    /// <summary>Reads a page of a list whose size is known.</summary>
    public async Task<Page<TDto>> ReadPageAsync(int total, PageRequest request, CancellationToken ct)
    {
        var (number, size, skip) = (request.Number, request.Size, request.Skip);
        if (skip >= total)
            return new Page<TDto>([], total, number, size);

        var count = (int)Math.Min(size, total - skip);
        var behind = total - (int)skip - count;
        var rows = await ReadAsync((int)Math.Min(skip, behind), count, backwards: behind < skip, ct);
        return new Page<TDto>(rows, total, number, size);
    }

    /// <summary>
    /// Reads a page of a list with more rows than were counted. If another page follows, the total includes it, so that a client
    /// that reads until the last page misses nothing; the last page has the exact total.
    /// </summary>
    public async Task<Page<TDto>> ReadOpenPageAsync(ListTotal total, PageRequest request, CancellationToken ct)
    {
        var (number, size, skip) = (request.Number, request.Size, request.Skip);
        var rows = skip > int.MaxValue - size ? [] : await ReadAsync((int)skip, size + 1, backwards: false, ct);
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

    private async Task<List<TDto>> ReadAsync(int skip, int count, bool backwards, CancellationToken ct)
    {
        List<TDto> rows = [];
        var parts = order.PartsOf(source);
        foreach (var part in backwards ? parts.Reverse() : parts)
        {
            var few = order.Sort(part, backwards).Skip(skip).Take(count - rows.Count);
            if (skip >= PageRequest.Deep)
            {
                // In a separate statement: as a subquery, PostgreSQL may evaluate it again for each row.
                var ids = await order.IdsOf(few).ToListAsync(ct);
                few = order.Sort(order.Among(part, ids), backwards);
            }

            var found = await project(few).ToListAsync(ct);
            rows.AddRange(found);
            if (rows.Count == count || parts.Count == 1)
                break;

            // The rest of the page is in the next part, after the rows of this one.
            skip = found.Count > 0 || skip == 0 ? 0 : Math.Max(0, skip - await part.CountAsync(ct));
        }

        if (backwards)
            rows.Reverse();
        return rows;
    }
}
