namespace Kiket.Api.Http;

/// <summary>Answers <c>HEAD</c> as <c>GET</c>, without the body (RFC 9110, section 9.3.2), on every route.</summary>
internal static class HeadRequests
{
    /// <summary>Whether the client asked for headers only, so that a long response is not needed.</summary>
    public static bool IsHead(this HttpContext context) => context.Items.ContainsKey(typeof(HeadRequests));

    public static Task ServeAsync(HttpContext context, RequestDelegate next) =>
        HttpMethods.IsHead(context.Request.Method) ? ServeHeadAsync(context, next) : next(context);

    private static async Task ServeHeadAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        var head = request.Method;
        context.Items[typeof(HeadRequests)] = true;
        request.Method = HttpMethods.Get;
        context.Response.Body = Stream.Null;
        try
        {
            await next(context);
        }
        finally
        {
            request.Method = head; // as the server's own log and metrics know it
        }
    }
}
