using System.Linq.Expressions;
using Ardalis.Specification;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Common;

/// <summary>
/// Applies specifications to queries: conditions, includes, order, paging and tracking. Other features of specifications are
/// rejected, because an ignored condition would show too much (docs/decisions/0048-ardalis-specification.md).
/// </summary>
internal static class SpecificationQueries
{
    public static IQueryable<T> WithSpecification<T>(this IQueryable<T> source, Specification<T> specification)
        where T : class
    {
        if (UnsupportedIn(specification) is { } unsupported)
            throw new NotSupportedException($"{specification.GetType().Name} uses {unsupported}, which is not supported.");

        var query = WhereEvaluator.Instance.GetQuery(source, specification);
        query = Include(query, specification);
        query = PaginationEvaluator.Instance.GetQuery(OrderEvaluator.Instance.GetQuery(query, specification), specification);
        if (specification.AsNoTracking)
            query = query.AsNoTracking();
        return specification.AsTracking ? query.AsTracking() : query;
    }

    /// <summary>Joins each chain of includes, because EF Core takes the whole path as one string.</summary>
    private static IQueryable<T> Include<T>(IQueryable<T> query, Specification<T> specification)
        where T : class
    {
        var path = "";
        foreach (var include in specification.IncludeExpressions)
        {
            var name = PropertyOf(include.LambdaExpression);
            path = include.Type is IncludeTypeEnum.ThenInclude ? $"{path}.{name}" : name;
            query = query.Include(path);
        }

        return specification.IncludeStrings.Aggregate(query, (included, text) => included.Include(text));
    }

    private static string PropertyOf(LambdaExpression include) =>
        include.Body is MemberExpression { Expression: ParameterExpression, Member.Name: var name }
            ? name
            : throw new NotSupportedException($"An include must name one property; '{include.Body}' does not.");

    private static string? UnsupportedIn<T>(Specification<T> specification)
        where T : class =>
        specification switch
        {
            _ when IsProjecting(specification.GetType()) => "a projection",
            _ when specification.SearchCriterias.Any() => "a search",
            _ when specification.QueryTags.Any() => "a tag",
            { PostProcessingAction: not null } => "post-processing of rows",
            { CacheEnabled: true } => "a cache",
            { IgnoreQueryFilters: true } => "rows of other organizations", // the tenant filter is a query filter
            { IgnoreAutoIncludes: true } => "no automatic includes",
            { AsSplitQuery: true } => "split statements",
            { AsNoTrackingWithIdentityResolution: true } => "identity resolution",
            _ => null,
        };

    private static bool IsProjecting(Type? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Specification<,>))
                return true;
        }

        return false;
    }
}
