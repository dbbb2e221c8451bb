using Microsoft.Net.Http.Headers;

namespace Kiket.Api.Http;

/// <summary>
/// Tells browsers to trust the content type of a body, and caches to store nothing, because any response may contain a secret.
/// A resource with an entity tag may be stored by its reader, who revalidates it each time. An endpoint can set its own
/// <c>Cache-Control</c>.
/// </summary>
internal static class SecurityHeaders
{
    public static Task Add(HttpContext context, RequestDelegate next)
    {
        // Set late, because the exception handler clears the headers.
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            if (!headers.ContainsKey(HeaderNames.CacheControl))
                headers.CacheControl = IsRead(context.Request) && headers.ETag.Count > 0 ? "private, no-cache" : "no-store";
            return Task.CompletedTask;
        });
        return next(context);
    }

    private static bool IsRead(HttpRequest request) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
}
