using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Kiket.Application.Common;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using BadHttpRequestException = Microsoft.AspNetCore.Http.BadHttpRequestException;

namespace Kiket.Api.Http;

/// <summary>
/// Adds the contract's body to what Kestrel rejects before it calls us: malformed requests (400), slow ones (408), addresses
/// and headers that are too long (414, 431). Kestrel announces such an error and then sends it with headers only, so ours is
/// sent instead. Connections that Kestrel encrypts itself, and HTTP/2, keep Kestrel's own answer.
/// </summary>
internal sealed class ServerRefusals(TimeProvider time) : IObserver<KeyValuePair<string, object?>>
{
    private const string Announcement = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    public static void Describe(ListenOptions endpoint) =>
        endpoint.Use(next =>
            connection =>
            {
                var output = new ReplaceableOutput(connection.Transport.Output);
                connection.Features.Set(output);
                connection.Transport = new Transport(connection.Transport.Input, output);
                return next(connection);
            }
        );

    public static void Observe(IServiceProvider services) =>
        services
            .GetRequiredService<DiagnosticListener>()
            .Subscribe(new ServerRefusals(services.GetRequiredService<TimeProvider>()), (name, _, _) => name == Announcement);

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (
            value.Value is IFeatureCollection features
            && features.Get<IBadRequestExceptionFeature>()?.Error is BadHttpRequestException error
            && features.Get<IHttpResponseFeature>() is { HasStarted: false } response
            && features.Get<ITlsConnectionFeature>() is null
            && features.Get<IHttpRequestFeature>()?.Protocol.StartsWith("HTTP/2", StringComparison.Ordinal) != true
            && features.Get<ReplaceableOutput>() is { } output
        )
            output.Replace(Answer(error.StatusCode, response.Headers.Allow));
    }

    public void OnCompleted() { }

    public void OnError(Exception error) { }

    private byte[] Answer(int status, StringValues allowed)
    {
        var id = ActivityTraceId.CreateRandom().ToString();
        var body = JsonSerializer.Serialize(ErrorBody.Of(ErrorHandler.OfStatus(status), id), WireJson.Options);
        return Encoding.UTF8.GetBytes(
            $"HTTP/1.1 {status} {ReasonPhrases.GetReasonPhrase(status)}\r\nContent-Type: application/json; charset=utf-8\r\n"
                + $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\nDate: {time.GetUtcNow():R}\r\n"
                + (allowed.Count > 0 ? $"Allow: {allowed}\r\n" : "")
                + "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
                + $"{SecurityHeaders.ReferrerPolicy}: {SecurityHeaders.NoReferrer}\r\n"
                + $"Content-Security-Policy: {SecurityHeaders.NoContent}\r\n{RequestId.Header}: {id}\r\n\r\n{body}"
        );
    }

    private sealed class Transport(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }

    /// <summary>The output of a connection, until its last response is sent instead.</summary>
    private sealed class ReplaceableOutput(PipeWriter inner) : PipeWriter
    {
        private volatile ArrayBufferWriter<byte>? discarded;

        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public void Replace(byte[] answer)
        {
            inner.Write(answer);
            discarded = new();
        }

        public override void Advance(int bytes)
        {
            if (discarded is null)
                inner.Advance(bytes);
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) =>
            discarded is { } rest ? rest.GetMemory(sizeHint) : inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) =>
            discarded is { } rest ? rest.GetSpan(sizeHint) : inner.GetSpan(sizeHint);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
            inner.FlushAsync(cancellationToken);
    }
}
