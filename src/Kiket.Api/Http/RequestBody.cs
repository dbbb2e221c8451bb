using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using Kiket.Domain.Common;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;

namespace Kiket.Api.Http;

/// <summary>
/// Decodes a compressed body and reads no more of a body than its route allows. The limit applies to the decoded body, so that
/// a small body that expands endlessly is rejected like a large one.
/// </summary>
internal static class RequestBody
{
    public const long DefaultLimit = 1024 * 1024;

    /// <summary>
    /// How much of a rejected body the server still reads and discards, for at most five seconds: a client that sends before it
    /// reads would otherwise see a broken connection instead of the error.
    /// </summary>
    public const long MaxDiscarded = 64 * 1024 * 1024;

    private static readonly Dictionary<string, Func<Stream, Stream>> Decoders = new(StringComparer.OrdinalIgnoreCase)
    {
        ["gzip"] = body => new GZipStream(body, CompressionMode.Decompress),
        ["x-gzip"] = body => new GZipStream(body, CompressionMode.Decompress),
        ["deflate"] = body => new ZLibStream(body, CompressionMode.Decompress),
        ["br"] = body => new BrotliStream(body, CompressionMode.Decompress),
    };

    private static readonly Error UnknownEncoding = new(
        ErrorKind.BadRequest,
        "UNSUPPORTED_MEDIA_TYPE",
        "The body must be sent uncompressed or with the content encoding gzip, deflate or br."
    );

    public static Task ReadWithinLimit(HttpContext context, RequestDelegate next) =>
        CanHaveBody(context) ? ReadAsync(context, next) : next(context);

    private static bool CanHaveBody(HttpContext context) =>
        context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false };

    private static async Task ReadAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        await using var interruption = InterruptBody(context);
        var limit = context.GetEndpoint()?.Metadata.GetMetadata<IRequestSizeLimitMetadata>()?.MaxRequestBodySize ?? DefaultLimit;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } server)
            server.MaxRequestBodySize = MaxDiscarded; // routing has set it to the limit of the route
        var encoding = request.Headers.ContentEncoding.ToString().Trim();
        if (encoding.Length == 0 || encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            // A body with a small enough Content-Length cannot be longer.
            if (request.ContentLength is not { } length || length > limit)
                request.Body = new LimitedBody(request.Body, limit, request.ContentLength);
            await next(context);
            return;
        }

        if (!Decoders.TryGetValue(encoding, out var decode))
        {
            context.Response.Headers.AcceptEncoding = "gzip, deflate, br";
            await ErrorBody.WriteAsync(context, UnknownEncoding, StatusCodes.Status415UnsupportedMediaType);
            return;
        }

        await using var decoder = decode(new LimitedBody(request.Body, limit, request.ContentLength));
        request.Body = new LimitedBody(new DecodedBody(decoder, encoding), limit, null);
        request.Headers.Remove(HeaderNames.ContentEncoding);
        request.ContentLength = null; // of the encoded body
        await next(context);
    }

    /// <summary>Ends the reading of a body with its request; the framework reads JSON without the token of the request.</summary>
    private static CancellationTokenRegistration InterruptBody(HttpContext context)
    {
        var (reader, aborted) = (context.Request.BodyReader, context.RequestAborted);
        context.Request.Body = new WholeBody(reader, aborted);
        return aborted.UnsafeRegister(static r => ((PipeReader)r!).CancelPendingRead(), reader);
    }

    /// <summary>A stream that is read once, from start to end.</summary>
    private abstract class ForwardStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) =>
            throw new NotSupportedException("Bodies must be read asynchronously.");

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() { }
    }

    /// <summary>
    /// Continues when Kestrel interrupts a read: requests in flight must still be answered while the server stops.
    /// </summary>
    /// <param name="aborted">Ends it.</param>
    private sealed class WholeBody(PipeReader reader, CancellationToken aborted) : ForwardStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            while (true)
            {
                var result = await reader.ReadAsync(cancellationToken);
                var length = (int)Math.Min(buffer.Length, result.Buffer.Length);
                var part = result.Buffer.Slice(0, length);
                part.CopyTo(buffer.Span);
                reader.AdvanceTo(part.End); // which gives its memory back
                aborted.ThrowIfCancellationRequested();
                if (length > 0 || result.IsCompleted || buffer.IsEmpty)
                    return length;
            }
        }
    }

    /// <param name="announced">The length that the client announces; what is too long already is not read at all.</param>
    private sealed class LimitedBody(Stream inner, long limit, long? announced) : ForwardStream
    {
        private long taken;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (announced > limit)
                throw TooLarge();
            var read = await inner.ReadAsync(buffer, cancellationToken);
            taken += read;
            return taken > limit ? throw TooLarge() : read;
        }

        private static BadHttpRequestException TooLarge() => new("The body is too large.", StatusCodes.Status413PayloadTooLarge);
    }

    /// <summary>Distinguishes a body that does not match its encoding from a server error.</summary>
    private sealed class DecodedBody(Stream decoder, string encoding) : ForwardStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await decoder.ReadAsync(buffer, cancellationToken);
            }
            catch (Exception error) when (error is InvalidDataException or InvalidOperationException)
            {
                throw new InvalidParameterException(HeaderNames.ContentEncoding, $"The body is not valid {encoding}.");
            }
        }
    }
}
