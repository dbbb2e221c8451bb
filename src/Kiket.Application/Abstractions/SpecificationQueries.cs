using Kiket.Domain.Common;

namespace Kiket.Application.Abstractions;

internal static class SpecificationQueries
{
    public static IQueryable<T> WithSpecification<T>(this IQueryable<T> source, Specification<T> specification) => specification.Apply(source);
}
