using Microsoft.AspNetCore.Http.Features;

namespace Kiket.Api.Http;

/// <summary>Identifies a request for the caller and in the log by the id of its trace.</summary>
internal static class RequestId
{
    public const string Header = "X-Request-Id";

    public static string Of(HttpContext context) =>
        context.Features.Get<IHttpActivityFeature>()?.Activity.TraceId.ToString() ?? context.TraceIdentifier;

    public static Task AddHeader(HttpContext context, RequestDelegate next)
    {
        // Set late, because the exception handler clears the headers.
        context.Response.OnStarting(() =>
        {
            context.Response.Headers[Header] = Of(context);
            return Task.CompletedTask;
        });
        return next(context);
    }
}
