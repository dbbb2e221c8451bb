using System.Security.Cryptography;

namespace Kiket.Api.Operations;

/// <summary>The style of the pages. Its address changes with its content, so that browsers can keep it.</summary>
internal static class Stylesheet
{
    private static readonly Lazy<byte[]> Content = new(() =>
    {
        using var resource = typeof(Stylesheet).Assembly.GetManifestResourceStream("operations.css")!;
        using var content = new MemoryStream();
        resource.CopyTo(content);
        return content.ToArray();
    });

    private static readonly Lazy<string> Digest = new(() => Convert.ToHexStringLower(SHA256.HashData(Content.Value))[..16]);

    /// <summary>The route; any digest will do, so that a page of another version still finds a style.</summary>
    public const string Name = "/style-{digest}.css";

    public static string Address => $"{OperationsPages.Path}/style-{Digest.Value}.css";

    public static Task WriteAsync(HttpContext context)
    {
        context.Response.ContentType = "text/css; charset=utf-8";
        if (Address == context.Request.Path)
            context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return context.Response.Body.WriteAsync(Content.Value, context.RequestAborted).AsTask();
    }
}
