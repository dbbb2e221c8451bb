using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Kiket.Application.Common;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Microsoft.AspNetCore.Mvc;

namespace Kiket.Api.Http;

/// <summary>A query parameter or header that cannot be read: 400 <c>INVALID_PARAMETER</c>.</summary>
internal sealed partial class InvalidParameterException(string parameter, string message) : Exception(message)
{
    public Error Error { get; } = Error.InvalidParameter(parameter, message);

    /// <summary>
    /// The framework's error about a typed parameter, or null when the exception has another cause.
    /// </summary>
    public static InvalidParameterException? FromBinding(BadHttpRequestException exception)
    {
        var match = BindingFailure().Match(exception.Message);
        if (!match.Success)
            return null;
        var name = WireName.Snake(match.Groups["name"].Value);
        return new(name, $"'{match.Groups["value"].Value}' is not a valid value for {name}.");
    }

    [GeneratedRegex("""^Failed to bind parameter ".* (?<name>\w+)" from "(?<value>.*)"\.$""", RegexOptions.Singleline)]
    private static partial Regex BindingFailure();
}

/// <summary>Reads query parameters that have more than a plain value.</summary>
internal static class Parameters
{
    public const string StrictDescription =
        "`false` reports what may weaken a rule, such as a misspelt key or an unknown event, as a warning, not an error.";

    private const int MaxSearchLength = 200;
    private const int MaxValues = 100;

    /// <summary>The value of a parameter with several names; different values are rejected.</summary>
    public static string? OneOf(params ReadOnlySpan<(string Name, string? Value)> names)
    {
        (string Name, string? Value) first = default;
        foreach (var given in names)
        {
            if (given.Value is null)
                continue;
            if (first.Value is null)
                first = given;
            else if (!given.Value.Equals(first.Value, StringComparison.OrdinalIgnoreCase))
                throw new InvalidParameterException(
                    given.Name,
                    $"{first.Name} and {given.Name} have different values; specify only one of them."
                );
        }

        return first.Value;
    }

    /// <summary>The value in the body or in the query; different values are rejected.</summary>
    public static T? Agreed<T>(string name, T? inBody, T? inQuery)
        where T : struct =>
        inBody is { } body && inQuery is { } query && !body.Equals(query)
            ? throw new InvalidParameterException(
                name,
                $"{name} has different values in the body and in the query; specify only one of them."
            )
            : inBody ?? inQuery;

    /// <summary>Values separated by commas, or repeated. Each becomes a parameter of a statement.</summary>
    public static IReadOnlyList<string> Values(string name, string? text)
    {
        var values = (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return values.Length <= MaxValues
            ? values
            : throw new InvalidParameterException(name, $"{name} can have at most {MaxValues} values.");
    }

    /// <summary>Words to search for. Each becomes a separate condition, and databases limit their number.</summary>
    public static string? Search(string name, string? text) =>
        text is { Length: > MaxSearchLength }
            ? throw new InvalidParameterException(name, $"{name} can have at most {MaxSearchLength} characters.")
            : text;

    public static IReadOnlyList<T> Enums<T>(string name, string? text)
        where T : struct, Enum =>
        [
            .. Values(name, text)
                .Select(value =>
                    WireName.TryParse(value, out T parsed)
                        ? parsed
                        : throw new InvalidParameterException(
                            name,
                            $"'{value}' is not a valid {name}; use {string.Join(", ", WireName.All<T>())}."
                        )
                ),
        ];

    public static IReadOnlyList<long> Ids(string name, string? text) =>
        [
            .. Values(name, text)
                .Select(value =>
                    WireId.TryParse(value, out var id)
                        ? id
                        : throw new InvalidParameterException(name, $"'{value}' is not an id.")
                ),
        ];

    /// <summary>An instant, in UTC if it has no offset; or a date, which starts in the organization's time zone.</summary>
    public static TimeBound? Bound(string name, string? text) =>
        Instant(name, text) is not { } instant ? null
        : text!.Contains('T') ? TimeBound.At(instant)
        : new(null, DateOnly.FromDateTime(instant.UtcDateTime));

    /// <summary>An instant, or a date for its first instant; in UTC if it has no offset.</summary>
    public static DateTimeOffset? Instant(string name, string? text) =>
        string.IsNullOrEmpty(text) ? null
        : Iso8601.TryParse(text, out var instant) ? instant
        : throw new InvalidParameterException(name, $"'{text}' is not an ISO 8601 time.");

    /// <summary>A project by id or key.</summary>
    public static ProjectRef? Project(string name, string? text) =>
        text is null ? null
        : ProjectRef.TryParse(text, out var project) ? project
        : throw new InvalidParameterException(name, $"'{text}' is not a project; use an id or a key.");

    public static DateOnly? Day(string name, string? text) =>
        string.IsNullOrEmpty(text) ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day
        : throw new InvalidParameterException(name, $"'{text}' is not a date in the form YYYY-MM-DD.");
}

/// <summary>
/// Rejects query parameters that a route does not know, instead of ignoring the caller's intent (decisions, 3).
/// </summary>
internal static class UnknownParameterFilter
{
    /// <summary>Parameters that known clients send to every route; ignored.</summary>
    private static readonly string[] Tolerated = ["organization", "product_installation"];

    public static EndpointFilterDelegate Create(EndpointFilterFactoryContext context, EndpointFilterDelegate next)
    {
        var known = new HashSet<string>(NamesOf(context.MethodInfo).Concat(Tolerated), StringComparer.Ordinal);
        return invocation =>
        {
            foreach (var (name, values) in invocation.HttpContext.Request.Query)
            {
                if (
                    !known.Contains(name) && !(name.StartsWith("filters[", StringComparison.Ordinal) && known.Contains("filters"))
                )
                    throw new InvalidParameterException(name, $"{name} is not a parameter of this route.");
                if (values.Any(v => v?.Contains('\0') == true))
                    throw new InvalidParameterException(name, $"{name} contains the character U+0000.");
                if (known.Contains(name) && !Tolerated.Contains(name) && values.Any(IsEmpty))
                    throw new InvalidParameterException(name, $"{name} is empty. Omit it or give it a value.");
            }

            return next(invocation);
        };
    }

    /// <summary>An empty filter would match everything, which is not what the caller means.</summary>
    private static bool IsEmpty(string? value) => value is null || value.All(c => c is ',' || char.IsWhiteSpace(c));

    private static IEnumerable<string> NamesOf(MethodInfo method) =>
        method
            .GetParameters()
            .SelectMany(parameter =>
                parameter.IsDefined(typeof(AsParametersAttribute))
                    ? parameter.ParameterType.GetProperties().Select(p => p.GetCustomAttribute<FromQueryAttribute>()?.Name)
                    : [parameter.GetCustomAttribute<FromQueryAttribute>()?.Name]
            )
            .OfType<string>();
}
