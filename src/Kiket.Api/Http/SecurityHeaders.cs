using Microsoft.Net.Http.Headers;

namespace Kiket.Api.Http;

/// <summary>
/// Tells browsers to take a body only for what its content type says, and caches to keep no answer, because any may show a
/// secret. A resource with an entity tag may be kept by its reader alone, who asks again each time. An endpoint that sets
/// <c>Cache-Control</c> itself decides.
/// </summary>
internal static class SecurityHeaders
{
    public static Task Add(HttpContext context, RequestDelegate next)
    {
        // Late, because the exception handler clears the headers.
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
