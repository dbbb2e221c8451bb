using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Kiket.Infrastructure.Idempotency;

namespace Kiket.Api.Http;

/// <summary>
/// Reads the <c>Idempotency-Key</c> of a write for its command, and marks replayed answers.
/// </summary>
internal sealed class IdempotencyFilter : IEndpointFilter
{
    public const string Header = "Idempotency-Key";
    public const string ReplayedHeader = "Idempotent-Replayed";
    private const int MaxKeyLength = 255;

    /// <summary>Buffers the body of a request with a key, so that it can be hashed after it was read.</summary>
    public static Task KeepBody(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Headers.ContainsKey(Header))
            context.Request.EnableBuffering();
        return next(context);
    }

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!http.Request.Headers.TryGetValue(Header, out var values) || HttpMethods.IsGet(http.Request.Method))
            return await next(context);
        var key = values.ToString();
        if (key.Length is 0 or > MaxKeyLength || key.Any(c => c is < ' ' or > '~'))
            throw new InvalidParameterException(Header, $"{Header} must have 1 to {MaxKeyLength} printable ASCII characters.");

        var idempotency = http.RequestServices.GetRequiredService<IdempotencyStore>();
        idempotency.Use(key, await HashAsync(http.Request));
        var result = await next(context);
        if (idempotency.IsReplayed)
            http.Response.Headers[ReplayedHeader] = "true";
        return result;
    }

    private static async Task<string> HashAsync(HttpRequest request)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(
            Encoding.UTF8.GetBytes($"{request.Method} {request.Path}{request.QueryString}\n{request.Headers.IfMatch}\n")
        );
        request.Body.Position = 0;
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        int read;
        while ((read = await request.Body.ReadAsync(buffer)) > 0)
            hash.AppendData(buffer.AsSpan(0, read));
        ArrayPool<byte>.Shared.Return(buffer);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
