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

    /// <summary>How often a page reloads itself while there is work left.</summary>
    public const int ReloadSeconds = 5;

    private const string ReloadName = "reload";
    private const string NoReload = "no";

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
    public string With(string name, string? value) => WithQuery(Path, [.. ParametersBut(name), (name, value)]);

    /// <summary>Whether this page may reload itself: its visitor can stop that.</summary>
    public bool Reloads => this[ReloadName] != NoReload;

    /// <summary>This page, with or without reloads.</summary>
    public string WithReloads(bool reloads) => With(ReloadName, reloads ? null : NoReload);

    /// <summary>Lets the browser load this page again, unless its visitor has stopped that.</summary>
    public void Reload()
    {
        if (Reloads)
            context.Response.Headers["Refresh"] = Text(ReloadSeconds);
    }

    /// <summary>Another page with the parameters of this one.</summary>
    /// <param name="but">Parameters that it does not get.</param>
    public string At(string path, params string[] but) => WithQuery(path, [.. ParametersBut([.. but, "page"])]);

    /// <summary>An address with those of some parameters that have a value.</summary>
    public static string WithQuery(string path, params (string Name, string? Value)[] parameters) =>
        QueryHelpers.AddQueryString(
            path,
            parameters.Where(p => !string.IsNullOrEmpty(p.Value)).Select(p => KeyValuePair.Create(p.Name, p.Value))
        );

    private IEnumerable<(string Name, string? Value)> ParametersBut(params string[] names) =>
        context
            .Request.Query.Where(q => !names.Contains(q.Key) && q.Key is not (Notice or Count))
            .Select(q => (q.Key, (string?)q.Value.ToString()));

    private StringValues FieldsOf(string name) =>
        context.Request.HasFormContentType ? context.Request.Form[name] : StringValues.Empty;

    public static string? Text(int? number) => number?.ToString(CultureInfo.InvariantCulture);
}
