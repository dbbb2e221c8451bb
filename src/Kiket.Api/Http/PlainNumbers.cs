using System.Globalization;
using System.Reflection;
using Kiket.Domain.Common;
using Microsoft.AspNetCore.Mvc;

namespace Kiket.Api.Http;

/// <summary>
/// The framework reads <c>+1</c> and <c>01</c> as 1. In addresses a number is decimal digits only. Other text matches no route
/// with
/// <c>{id:long}</c>, which is 404, and as the value of any other parameter it is 400.
/// </summary>
internal static class PlainNumbers
{
    public static EndpointFilterDelegate Create(EndpointFilterFactoryContext context, EndpointFilterDelegate next)
    {
        var numbers = context.MethodInfo.GetParameters().SelectMany(NumbersOf).ToList();
        return numbers.Count == 0
            ? next
            : invocation =>
            {
                var request = invocation.HttpContext.Request;
                foreach (var (name, isQuery, maySign) in numbers)
                {
                    if (isQuery)
                    {
                        foreach (var value in request.Query[name])
                            Check(WireName.Snake(name), value, maySign);
                    }
                    else
                    {
                        Check(WireName.Snake(name), request.RouteValues[name] as string, maySign);
                    }
                }

                return next(invocation);
            };
    }

    private static void Check(string name, string? text, bool maySign)
    {
        if (text is not null && !WireId.TryParse(maySign && text is ['-', .. var digits] ? digits : text, out _))
            throw new InvalidParameterException(name, $"'{text}' is not a valid value for {name}.");
    }

    /// <summary>Counts may be negative here, because each has its own range check.</summary>
    private static IEnumerable<(string Name, bool IsQuery, bool MaySign)> NumbersOf(ParameterInfo parameter)
    {
        if (parameter.IsDefined(typeof(AsParametersAttribute)))
            return parameter
                .ParameterType.GetProperties()
                .SelectMany(p => NumberOf(p.PropertyType, p.GetCustomAttribute<FromQueryAttribute>()?.Name, null));
        return NumberOf(parameter.ParameterType, parameter.GetCustomAttribute<FromQueryAttribute>()?.Name, parameter.Name);
    }

    private static IEnumerable<(string Name, bool IsQuery, bool MaySign)> NumberOf(Type type, string? inQuery, string? inPath)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if ((inQuery ?? inPath) is { } name && (type == typeof(long) || type == typeof(int)))
            yield return (name, inQuery is not null, type == typeof(int));
    }
}

/// <summary>An id in a path; replaces the framework's <c>:long</c>.</summary>
internal sealed class IdConstraint : IRouteConstraint
{
    public bool Match(
        HttpContext? httpContext,
        IRouter? route,
        string routeKey,
        RouteValueDictionary values,
        RouteDirection routeDirection
    ) => WireId.TryParse(Convert.ToString(values[routeKey], CultureInfo.InvariantCulture), out _);
}
