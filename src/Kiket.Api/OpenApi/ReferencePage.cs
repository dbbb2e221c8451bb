using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Kiket.Api.Http;

namespace Kiket.Api.OpenApi;

/// <summary>
/// Lets Swagger UI's page run the inline script that NSwag writes into it, by its hash, and no other.
/// </summary>
internal static partial class ReferencePage
{
    public static async Task AddPolicy(HttpContext context, RequestDelegate next)
    {
        if (!context.Request.Path.Equals($"{OpenApiSetup.UiPath}/index.html", StringComparison.OrdinalIgnoreCase))
        {
            await next(context);
            return;
        }

        var sent = context.Response.Body;
        using var page = new MemoryStream();
        context.Response.Body = page;
        try
        {
            await next(context);
        }
        finally
        {
            context.Response.Body = sent;
        }

        // Browsers hash a script with the line ends of their own.
        var html = Encoding.UTF8.GetString(page.GetBuffer(), 0, (int)page.Length).ReplaceLineEndings("\n");
        var hashes = InlineScript()
            .Matches(html)
            .Select(m => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(m.Groups["code"].Value)))}'");
        context.Response.Headers.ContentSecurityPolicy = SecurityHeaders.ForPage(string.Join(' ', hashes));
        page.Position = 0;
        await page.CopyToAsync(sent, context.RequestAborted);
    }

    [GeneratedRegex("<script>(?<code>.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex InlineScript();
}
