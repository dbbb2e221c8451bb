using System.Security.Cryptography;
using System.Text;
using Kiket.Api.Http;
using Kiket.Domain.Common;
using Microsoft.AspNetCore.Antiforgery;

namespace Kiket.Api.SignIn;

/// <summary>What all pages share: the frame, the style, the fields of forms, and the headers that protect them.</summary>
internal static class Pages
{
    private const string Style = """
        :root { color-scheme: light dark; }
        * { box-sizing: border-box; }
        body { margin: 0; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; color: #1b1f24; background: #f4f5f7; }
        main {
          max-width: 26rem; margin: 8vh auto; padding: 2rem; background: #fff; border: 1px solid #c8ccd1; border-radius: .5rem;
        }
        h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; }
        label { display: block; margin: 1rem 0 .25rem; font-weight: 600; }
        input {
          width: 100%; padding: .5rem .75rem; font: inherit; color: inherit; background: #fff; border: 1px solid #6a737d;
          border-radius: .25rem;
        }
        button, .button {
          display: inline-block; margin: 1.5rem .5rem 0 0; padding: .5rem 1.25rem; font: inherit; font-weight: 600;
          color: #fff; background: #0b5cad; border: 2px solid #0b5cad; border-radius: .25rem; cursor: pointer;
        }
        button.plain, .button { color: #0b5cad; background: #fff; }
        .button { text-decoration: none; }
        a { color: #0b5cad; }
        :focus-visible { outline: 3px solid #d9730d; outline-offset: 2px; }
        .error { margin: .25rem 0 0; color: #b3261e; font-weight: 600; }
        .hint { margin: .25rem 0 0; color: #4b5563; }
        ul { padding-left: 1.25rem; }
        code { font: 1.0625rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
        @media (prefers-color-scheme: dark) {
          body { color: #e6e8eb; background: #14171a; }
          main { background: #1e2226; border-color: #4b5563; }
          input { background: #14171a; border-color: #9aa4af; }
          button, .button { color: #0d1117; background: #7cb7ff; border-color: #7cb7ff; }
          button.plain, .button { color: #7cb7ff; background: #1e2226; }
          a { color: #7cb7ff; }
          .error { color: #ff9d95; }
          .hint { color: #b6bec7; }
        }
        """;

    private static readonly string StyleHash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)));

    /// <summary>A page.</summary>
    /// <param name="formTarget">Where a form may lead besides this server: browsers also check the redirect after it.</param>
    public static IResult Page(
        HttpContext context,
        string title,
        Html content,
        int status = StatusCodes.Status200OK,
        string? formTarget = null
    )
    {
        var target = Uri.TryCreate(formTarget, UriKind.Absolute, out var uri) ? $" {SourceOf(uri)}" : "";
        context.Response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src 'sha256-{StyleHash}'; form-action 'self'{target}; frame-ancestors 'none'; "
            + "base-uri 'none'";
        var page = Html.Of(
            $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{title} – Kiket</title>
            <style>{Raw(Style)}</style>
            </head>
            <body>
            <main>
            <h1>{title}</h1>
            {content}
            </main>
            </body>
            </html>

            """
        );
        return Results.Content(page.ToString(), "text/html; charset=utf-8", statusCode: status);
    }

    /// <summary>A form that is sent to this server, with its protection against requests from other sites.</summary>
    public static Html Form(HttpContext context, string action, Html content)
    {
        var tokens = context.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(context);
        return Html.Of(
            $"""
            <form method="post" action="{action}" novalidate>
            {Hidden(tokens.FormFieldName, tokens.RequestToken)}
            {content}
            </form>
            """
        );
    }

    public static Html Hidden(string name, string? value) => Html.Of($"""<input type="hidden" name="{name}" value="{value}">""");

    /// <summary>A field with its label, and with its error, which also gets the focus.</summary>
    public static Html Field(
        string name,
        string label,
        string type,
        string autocomplete,
        string? value = null,
        string? error = null,
        string? hint = null,
        bool isFirst = false
    )
    {
        var described = (error, hint) switch
        {
            (not null, _) => Html.Of($"""aria-invalid="true" aria-describedby="{name}-error" """),
            (null, not null) => Html.Of($"""aria-describedby="{name}-hint" """),
            _ => Html.Empty,
        };
        var focus = error is not null || isFirst ? Html.Of($"autofocus") : Html.Empty;
        var note = (error, hint) switch
        {
            (not null, _) => Html.Of($"""<p class="error" id="{name}-error">{error}</p>"""),
            (null, not null) => Html.Of($"""<p class="hint" id="{name}-hint">{hint}</p>"""),
            _ => Html.Empty,
        };
        return Html.Of(
            $"""
            <label for="{name}">{label}</label>
            <input id="{name}" name="{name}" type="{type}" autocomplete="{autocomplete}" value="{value}" required
              {described}{focus}>
            {note}
            """
        );
    }

    /// <summary>Whether a form was sent from a page of this server.</summary>
    public static Task<bool> IsOwnFormAsync(HttpContext context) =>
        context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context);

    /// <summary>The answer to a form that was not sent from a page of this server, or from one that is too old.</summary>
    public static IResult Outdated(HttpContext context) =>
        Page(
            context,
            "This page is out of date",
            Html.Of($"""<p>Go back, reload the page and try again.</p>"""),
            StatusCodes.Status400BadRequest
        );

    /// <summary>An error, in place of the body that programs get.</summary>
    public static Task ShowErrorAsync(HttpContext context, Error error)
    {
        var status = context.Response.StatusCode;
        var title = status switch
        {
            StatusCodes.Status404NotFound => "Not found",
            StatusCodes.Status503ServiceUnavailable => "Not available at the moment",
            >= StatusCodes.Status500InternalServerError => "Something went wrong",
            _ => "Not done",
        };
        var content = Html.Of(
            $"""
            <p>{error.Message}</p>
            <p class="hint">Request: <code>{RequestId.Of(context)}</code></p>
            """
        );
        return Page(context, title, content, status).ExecuteAsync(context);
    }

    private static Html Raw(string trusted)
    {
        var raw = Html.Empty;
        raw.AppendLiteral(trusted);
        return raw;
    }

    /// <summary>Scheme, host and port only: the rest of an address could contain what ends a directive.</summary>
    private static string SourceOf(Uri uri) =>
        uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps
            ? $"{uri.Scheme}://{uri.Host}:{uri.Port}"
            : $"{uri.Scheme}:";
}
