using Microsoft.Net.Http.Headers;

namespace Kiket.Api.Http;

/// <summary>
/// Bodies are UTF-8. Another charset, or an empty one, is 415; the framework would read some and fail on others.
/// </summary>
internal static class BodyCharset
{
    public static Task Check(HttpContext context, RequestDelegate next)
    {
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) || type.Parameters.Count == 0)
            return next(context);
        var charsets = type.Parameters.Where(p => p.Name.Equals("charset", StringComparison.OrdinalIgnoreCase));
        if (charsets.Any(c => !HeaderUtilities.RemoveQuotes(c.Value).Equals("utf-8", StringComparison.OrdinalIgnoreCase)))
            return ErrorBody.WriteAsync(context, ErrorHandler.WrongMediaType, StatusCodes.Status415UnsupportedMediaType);

        context.Request.ContentType = type.MediaType.Value; // the framework does not know the charset in quotes
        return next(context);
    }
}
