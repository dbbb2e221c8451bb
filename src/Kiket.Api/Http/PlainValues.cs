using System.Globalization;
using System.Reflection;
using Kiket.Domain.Common;
using Microsoft.AspNetCore.Mvc;

namespace Kiket.Api.Http;

/// <summary>
/// Rejects, by name, a parameter that is not the number or boolean that it must be: the framework only says that some parameter
/// is wrong. It also reads <c>+1</c> and <c>01</c> as 1, while in addresses a number is decimal digits only. In a path such a
/// text matches no route with <c>{id:long}</c>, which is 404; elsewhere it is 400.
/// </summary>
internal static class PlainValues
{
    public static EndpointFilterDelegate Create(EndpointFilterFactoryContext context, EndpointFilterDelegate next)
    {
        var values = context.MethodInfo.GetParameters().SelectMany(ValuesOf).ToList();
        return values.Count == 0
            ? next
            : invocation =>
            {
                var request = invocation.HttpContext.Request;
                foreach (var (name, isQuery, type) in values)
                {
                    // A repeated parameter arrives as one text with a comma, which is not a valid value.
                    string? text = isQuery ? request.Query[name] : request.RouteValues[name] as string;
                    if (text is not null && !IsValid(text, type))
                        throw new InvalidParameterException(
                            WireName.Snake(name),
                            $"'{text}' is not a valid value for {WireName.Snake(name)}."
                        );
                }

                return next(invocation);
            };
    }

    /// <summary>Counts may be negative here, because each has its own range check.</summary>
    private static bool IsValid(string text, Type type) =>
        type == typeof(bool) ? bool.TryParse(text, out _)
        : type == typeof(long) ? WireId.TryParse(text, out _)
        : WireId.TryParse(text is ['-', .. var digits] ? digits : text, out var number) && number <= int.MaxValue;

    private static IEnumerable<(string Name, bool IsQuery, Type Type)> ValuesOf(ParameterInfo parameter)
    {
        if (parameter.IsDefined(typeof(AsParametersAttribute)))
            return parameter
                .ParameterType.GetProperties()
                .SelectMany(p => ValueOf(p.PropertyType, p.GetCustomAttribute<FromQueryAttribute>()?.Name, null));
        return ValueOf(parameter.ParameterType, parameter.GetCustomAttribute<FromQueryAttribute>()?.Name, parameter.Name);
    }

    private static IEnumerable<(string Name, bool IsQuery, Type Type)> ValueOf(Type type, string? inQuery, string? inPath)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if ((inQuery ?? inPath) is { } name && (type == typeof(long) || type == typeof(int) || type == typeof(bool)))
            yield return (name, inQuery is not null, type);
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
