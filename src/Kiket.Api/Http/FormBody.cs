using Microsoft.AspNetCore.Http.Features;

namespace Kiket.Api.Http;

/// <summary>
/// Reads the forms that are sent to pages and to the OAuth server, so that an unreadable one (<c>%00</c>, too many or too long
/// fields) is answered with 400 and does not crash its first reader.
/// </summary>
internal static class FormBody
{
    private static readonly PathString[] Paths = ["/connect", "/oauth", "/sign-in", "/sign-out", "/account", "/hangfire", "/ops"];

    public static Task ReadAsync(HttpContext context, RequestDelegate next) =>
        context.Request.HasFormContentType && context.Request.Path.IsBelowAny(Paths)
            ? ReadFormAsync(context, next)
            : next(context);

    private static async Task ReadFormAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } server)
            server.MaxRequestBodySize = RequestBody.DefaultLimit;
        try
        {
            await context.Request.ReadFormAsync(context.RequestAborted);
        }
        catch (Exception malformed) when (malformed is InvalidOperationException or InvalidDataException)
        {
            throw new BadHttpRequestException("The form is malformed.", malformed);
        }

        await next(context);
    }
}
