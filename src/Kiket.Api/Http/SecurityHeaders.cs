using Microsoft.Net.Http.Headers;

namespace Kiket.Api.Http;

/// <summary>
/// Tells browsers to trust the content type of a body, to load nothing for it and to send no referrer, and caches to store
/// nothing, because any response may contain a secret. A resource with an entity tag may be stored by its reader, who revalidates
/// it each time. An endpoint can set its own <c>Cache-Control</c>, a page its own <c>Content-Security-Policy</c>.
/// </summary>
internal static class SecurityHeaders
{
    /// <summary>For what is not a page: nothing may be loaded, and no page may show it in a frame.</summary>
    public const string NoContent = "default-src 'none'; frame-ancestors 'none'";

    public const string NoReferrer = "no-referrer";

    /// <summary>For a page whose scripts and styles are files of this server; it may have style attributes.</summary>
    /// <param name="scripts">Other scripts that it may run, such as the hash of an inline one.</param>
    public static string ForPage(string scripts = "") =>
        $"default-src 'self'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        + "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    public static Task Add(HttpContext context, RequestDelegate next)
    {
        // Set late, because the exception handler clears the headers.
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers[ReferrerPolicy] = NoReferrer;
            if (!headers.ContainsKey(HeaderNames.ContentSecurityPolicy))
                headers.ContentSecurityPolicy = NoContent;
            if (!headers.ContainsKey(HeaderNames.CacheControl))
                headers.CacheControl = IsRead(context.Request) && headers.ETag.Count > 0 ? "private, no-cache" : "no-store";
            return Task.CompletedTask;
        });
        return next(context);
    }

    public const string ReferrerPolicy = "Referrer-Policy";

    private static bool IsRead(HttpRequest request) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
}
