using System.Linq.Expressions;

namespace Kiket.Domain.Common;

/// <summary>A named rule over a set of things, to be applied to a database or to a list in memory.</summary>
/// <remarks>
/// Has the names of Ardalis.Specification, so that the package can take its place
/// (docs/decisions/0002-own-specification.md).
/// </remarks>
/// <typeparam name="T">What the rule is about.</typeparam>
public class Specification<T>
{
    private readonly List<Expression<Func<T, bool>>> criteria = [];
    private readonly List<(Expression<Func<T, object?>> Key, bool Descending)> order = [];

    /// <summary>An empty specification: everything, in no order.</summary>
    public Specification() => Query = new(this);

    /// <summary>Adds conditions, order and bounds.</summary>
    public SpecificationBuilder<T> Query { get; }

    /// <summary>The conditions; all must hold.</summary>
    public IReadOnlyList<Expression<Func<T, bool>>> WhereExpressions => criteria;

    /// <summary>The sort keys, the most important first.</summary>
    public IReadOnlyList<(Expression<Func<T, object?>> Key, bool Descending)> OrderExpressions => order;

    /// <summary>How many to pass over, or null for none.</summary>
    public int? Skipped { get; internal set; }

    /// <summary>How many to take at most, or null for all.</summary>
    public int? Taken { get; internal set; }

    /// <summary>Whether one thing meets all conditions.</summary>
    /// <param name="candidate">The thing.</param>
    public bool IsSatisfiedBy(T candidate) => criteria.TrueForAll(c => c.Compile()(candidate));

    /// <summary>Applies conditions, order and bounds to a list in memory.</summary>
    /// <param name="source">The list.</param>
    public IEnumerable<T> Evaluate(IEnumerable<T> source) => Apply(source.AsQueryable());

    /// <summary>Applies conditions, order and bounds to a query.</summary>
    /// <param name="source">The query.</param>
    public IQueryable<T> Apply(IQueryable<T> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        foreach (var criterion in criteria)
            source = source.Where(criterion);

        IOrderedQueryable<T>? ordered = null;
        foreach (var (key, descending) in order)
        {
            ordered = (ordered, descending) switch
            {
                (null, false) => source.OrderBy(key),
                (null, true) => source.OrderByDescending(key),
                ({ } previous, false) => previous.ThenBy(key),
                ({ } previous, true) => previous.ThenByDescending(key),
            };
        }

        source = ordered ?? source;
        if (Skipped is { } skip)
            source = source.Skip(skip);
        return Taken is { } take ? source.Take(take) : source;
    }

    internal void Add(Expression<Func<T, bool>> criterion) => criteria.Add(criterion);

    internal void Add(Expression<Func<T, object?>> key, bool descending) => order.Add((key, descending));
}

/// <summary>Builds a <see cref="Specification{T}"/>.</summary>
/// <typeparam name="T">What the rule is about.</typeparam>
public sealed class SpecificationBuilder<T>
{
    private readonly Specification<T> specification;

    internal SpecificationBuilder(Specification<T> specification) => this.specification = specification;

    /// <summary>Adds a condition; all conditions must hold.</summary>
    /// <param name="criterion">The condition.</param>
    public SpecificationBuilder<T> Where(Expression<Func<T, bool>> criterion)
    {
        specification.Add(criterion);
        return this;
    }

    /// <summary>Sorts by a key, ascending.</summary>
    /// <param name="key">The key.</param>
    public SpecificationBuilder<T> OrderBy(Expression<Func<T, object?>> key)
    {
        specification.Add(key, descending: false);
        return this;
    }

    /// <summary>Sorts by a key, descending.</summary>
    /// <param name="key">The key.</param>
    public SpecificationBuilder<T> OrderByDescending(Expression<Func<T, object?>> key)
    {
        specification.Add(key, descending: true);
        return this;
    }

    /// <summary>Passes over the first ones.</summary>
    /// <param name="count">How many, 0 or more.</param>
    public SpecificationBuilder<T> Skip(int count)
    {
        specification.Skipped = count;
        return this;
    }

    /// <summary>Takes only so many.</summary>
    /// <param name="count">How many at most, 0 or more.</param>
    public SpecificationBuilder<T> Take(int count)
    {
        specification.Taken = count;
        return this;
    }
}
