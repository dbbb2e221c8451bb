using System.Globalization;
using Kiket.Api.Http;
using Kiket.Application.Common;
using Kiket.Application.Users;
using Kiket.Domain.Common;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace Kiket.Api.Operations;

/// <summary>A request of a page, or an action on one, by an administrator.</summary>
internal sealed class Visit(HttpContext context, PageUser user, AntiforgeryTokenSet tokens)
{
    public const string Notice = "done";
    public const string Count = "count";

    public HttpContext Context => context;

    public PageUser User => user;

    /// <summary>Protects the forms of the page against requests from other sites.</summary>
    public AntiforgeryTokenSet Tokens => tokens;

    public required string Title { get; set; }

    /// <summary>Why there is nothing to show, or null.</summary>
    public string? Refusal { get; set; }

    public string Path => context.Request.Path;

    /// <summary>The id in the path.</summary>
    public long Id => long.Parse(RouteValue("id"), CultureInfo.InvariantCulture);

    /// <summary>The part of a list that is asked for.</summary>
    public PageRequest Page => new(Number("page"), null, null);

    /// <summary>A field of the form that was sent, or a parameter; null without a value.</summary>
    public string? this[string name]
    {
        get
        {
            var value = FieldsOf(name).Concat(context.Request.Query[name]).FirstOrDefault(v => !string.IsNullOrWhiteSpace(v));
            return value?.Contains('\0') == true
                ? throw new InvalidParameterException(name, $"{name} contains the character U+0000.")
                : value;
        }
    }

    public int? Number(string name) =>
        this[name] is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new InvalidParameterException(name, $"'{text}' is not a number.");

    public long? Long(string name) =>
        this[name] is not { } text ? null
        : WireId.TryParse(text, out var id) ? id
        : throw new InvalidParameterException(name, $"'{text}' is not an id.");

    /// <summary>All values of a field of the form that was sent.</summary>
    public IReadOnlyList<string> All(string name) => [.. FieldsOf(name).OfType<string>()];

    /// <summary>A part of the path.</summary>
    public string RouteValue(string name) => (string)context.Request.RouteValues[name]!;

    /// <summary>This page with another value of a parameter.</summary>
    public string With(string name, string? value) =>
        WithQuery(
            Path,
            [
                .. context
                    .Request.Query.Where(q => q.Key != name && q.Key is not (Notice or Count))
                    .Select(q => (q.Key, (string?)q.Value.ToString())),
                (name, value),
            ]
        );

    /// <summary>Another page with the parameters of this one.</summary>
    public string At(string path) =>
        WithQuery(
            path,
            [
                .. context
                    .Request.Query.Where(q => q.Key is not (Notice or Count or "page"))
                    .Select(q => (q.Key, (string?)q.Value.ToString())),
            ]
        );

    /// <summary>An address with those of some parameters that have a value.</summary>
    public static string WithQuery(string path, params (string Name, string? Value)[] parameters) =>
        QueryHelpers.AddQueryString(
            path,
            parameters.Where(p => !string.IsNullOrEmpty(p.Value)).Select(p => KeyValuePair.Create(p.Name, p.Value))
        );

    private StringValues FieldsOf(string name) =>
        context.Request.HasFormContentType ? context.Request.Form[name] : StringValues.Empty;

    public static string? Text(int? number) => number?.ToString(CultureInfo.InvariantCulture);
}
