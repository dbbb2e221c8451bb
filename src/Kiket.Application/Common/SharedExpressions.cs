using System.Linq.Expressions;
using System.Reflection;

namespace Kiket.Application.Common;

/// <summary>Lets queries share parts, so that a part is neither built for each request nor written twice.</summary>
internal static class SharedExpressions
{
    /// <summary>In an expression: a placeholder for the body of a part, which <see cref="Inline"/> inserts.</summary>
    public static TResult Of<T1, T2, TResult>(this Expression<Func<T1, T2, TResult>> part, T1 first, T2 second) =>
        throw new NotSupportedException($"{part} was not inlined for {first} and {second}.");

    /// <inheritdoc cref="Of{T1, T2, TResult}"/>
    public static TResult Of<T1, T2, T3, TResult>(
        this Expression<Func<T1, T2, T3, TResult>> part,
        T1 first,
        T2 second,
        T3 third
    ) => throw new NotSupportedException($"{part} was not inlined for {first}, {second} and {third}.");

    /// <inheritdoc cref="Of{T1, T2, TResult}"/>
    public static TResult Of<T1, T2, T3, T4, TResult>(
        this Expression<Func<T1, T2, T3, T4, TResult>> part,
        T1 first,
        T2 second,
        T3 third,
        T4 fourth
    ) => throw new NotSupportedException($"{part} was not inlined for {first}, {second}, {third} and {fourth}.");

    /// <summary>Inlines the bodies of all parts.</summary>
    public static Expression<T> Inline<T>(this Expression<T> whole) => (Expression<T>)new Inliner().Visit(whole);

    /// <summary>The query with the bodies of all parts inlined.</summary>
    public static IQueryable<T> Inlined<T>(this IQueryable<T> query) =>
        query.Provider.CreateQuery<T>(new Inliner().Visit(query.Expression));

    /// <summary>The part with a value for its second parameter, which EF Core sends as a parameter.</summary>
    public static Expression<Func<T1, TResult>> With<T1, T2, TResult>(this Expression<Func<T1, T2, TResult>> part, T2 value)
    {
        var closure = Expression.Constant(new Closure<T2>(value));
        var replaced = new Replacer(part.Parameters[1], Expression.Property(closure, nameof(Closure<>.Value)));
        return Expression.Lambda<Func<T1, TResult>>(replaced.Visit(part.Body), part.Parameters[0]);
    }

    private sealed record Closure<T>(T Value);

    private sealed class Inliner : ExpressionVisitor
    {
        protected override Expression VisitMethodCall(MethodCallExpression node)
        {
            if (node.Method.DeclaringType != typeof(SharedExpressions) || node.Method.Name != nameof(Of))
                return base.VisitMethodCall(node);
            var part = (LambdaExpression)((FieldInfo)((MemberExpression)node.Arguments[0]).Member).GetValue(null)!;
            var body = part.Body;
            for (var i = 0; i < part.Parameters.Count; i++)
                body = new Replacer(part.Parameters[i], Visit(node.Arguments[i + 1])).Visit(body);
            return Visit(body);
        }
    }

    private sealed class Replacer(ParameterExpression from, Expression to) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == from ? to : node;
    }
}
