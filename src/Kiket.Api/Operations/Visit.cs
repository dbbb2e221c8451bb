using System.Globalization;
using Kiket.Api.Http;
using Kiket.Application.Common;
using Kiket.Application.Users;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.WebUtilities;

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
    public long Id => long.Parse((string)context.Request.RouteValues["id"]!, CultureInfo.InvariantCulture);

    /// <summary>The part of a list that is asked for.</summary>
    public PageRequest Page => new(Number("page"), null, null);

    /// <summary>A field of the form that was sent, or a parameter; null without a value.</summary>
    public string? this[string name] =>
        (context.Request.HasFormContentType && context.Request.Form.TryGetValue(name, out var field) ? field : default)
            .Concat(context.Request.Query[name])
            .FirstOrDefault(value => !string.IsNullOrWhiteSpace(value));

    public int? Number(string name) =>
        this[name] is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new InvalidParameterException(name, $"'{text}' is not a number.");

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

    public static string? Text(int? number) => number?.ToString(CultureInfo.InvariantCulture);
}
