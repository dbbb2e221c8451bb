using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Kiket.Application.Common;
using Kiket.Domain.Common;
using Kiket.Domain.Webhooks;
using Microsoft.Security.AntiSSRF;

namespace Kiket.Infrastructure.Webhooks;

/// <summary>An outgoing request.</summary>
/// <param name="Body">Its content, or null for none.</param>
/// <param name="SecretHeaders">Names of headers whose values are not stored.</param>
internal sealed record OutgoingRequest(
    string Method,
    string Url,
    IReadOnlyDictionary<string, string> Headers,
    byte[]? Body,
    TimeSpan Timeout,
    IReadOnlyCollection<string> SecretHeaders
)
{
    /// <summary>The address as it is stored.</summary>
    public string ShownUrl { get; init; } = Url;

    /// <summary>The body as it is stored, or null.</summary>
    public string? ShownBody { get; init; }

    /// <summary>The name of its event, for traces.</summary>
    public required string Event { get; init; }

    /// <summary>The trace context of its cause, or null for that of the sender.</summary>
    public string? Cause { get; init; }

    /// <summary>Maximum number of bytes to read of a response; fewer may be stored.</summary>
    public int AnswerLimit { get; init; } = WebhookAttempt.MaxBodyLength;
}

/// <summary>The body of a response, for callers that act on it; <see cref="AttemptExchange"/> is what is stored.</summary>
/// <param name="IsWhole">False when it is longer than the request's limit.</param>
internal sealed record AnswerBody(byte[] Bytes, bool IsWhole)
{
    public static AnswerBody None { get; } = new([], true);
}

/// <summary>The outcome.</summary>
internal sealed record SentRequest(
    AttemptOutcome Outcome,
    AttemptExchange Exchange,
    AnswerBody Answer,
    DateTimeOffset At,
    TimeSpan Duration
)
{
    /// <summary>A request that could not even be created.</summary>
    public static SentRequest Unsent(string url, string error, DateTimeOffset at) =>
        new(
            new(null, error),
            new(url, new Dictionary<string, string>(), new Dictionary<string, string>(), null),
            AnswerBody.None,
            at,
            TimeSpan.Zero
        );
}

/// <summary>Sends one request and returns its outcome; never throws because of errors of the receiver.</summary>
internal sealed class WebhookSender(IHttpClientFactory clients, TimeProvider time)
{
    private const string Hidden = "…";
    private const int MaxHeaderLength = 1_000;
    private const int MaxHeaders = 50;
    private static readonly string[] SecretAnswers = ["set-cookie", "authorization", "proxy-authenticate", "www-authenticate"];

    public async Task<SentRequest> SendAsync(OutgoingRequest request, CancellationToken ct)
    {
        using var span = Tracing.Start("send webhook", ActivityKind.Client, request.Cause);
        if ((Tracing.Of(span) ?? request.Cause) is { } context)
        {
            var headers = new Dictionary<string, string>(request.Headers, StringComparer.OrdinalIgnoreCase);
            headers[Tracing.Header] = context;
            request = request with { Headers = headers };
        }

        var (at, begin) = (time.GetUtcNow(), time.GetTimestamp());
        (IReadOnlyDictionary<string, string> Headers, AnswerBody Body) answer = (
            new Dictionary<string, string>(),
            AnswerBody.None
        );
        AttemptOutcome outcome;
        using var timeout = new CancellationTokenSource(request.Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        try
        {
            (outcome, answer) = await ExchangeAsync(request, both.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            outcome = new(
                null,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"delivery.timeout: no complete answer within {request.Timeout.TotalMilliseconds:0} ms"
                )
            );
        }
        catch (Exception failure) when (IsBlocked(failure))
        {
            outcome = new(null, "delivery.validation: the address must not be called", IsBlocked: true);
        }
        catch (Exception failure)
            when (failure
                    is HttpRequestException
                        or SocketException
                        or IOException
                        or AuthenticationException
                        or InvalidOperationException
                        or UriFormatException
            )
        {
            outcome = new(null, Describe(failure));
        }

        Describe(span, request, outcome);
        return new(
            outcome,
            new(
                request.ShownUrl,
                request.Headers.ToDictionary(h => h.Key, h => Kept(h.Key, h.Value, request.SecretHeaders)),
                answer.Headers,
                Kept(answer.Body)
            )
            {
                RequestBody = request.ShownBody,
            },
            answer.Body,
            at,
            time.GetElapsedTime(begin)
        );
    }

    /// <summary>With the names of OpenTelemetry's conventions for HTTP; the address without parts that may be secret.</summary>
    private static void Describe(Activity? span, OutgoingRequest request, AttemptOutcome outcome)
    {
        if (span is not { IsAllDataRequested: true })
            return;
        span.SetTag("kiket.event.name", request.Event);
        span.SetTag("http.request.method", request.Method);
        span.SetTag("server.address", Uri.TryCreate(request.Url, UriKind.Absolute, out var url) ? url.Host : null);
        span.SetTag("http.response.status_code", outcome.Status);
        if (outcome.Error is { } error)
            span.SetStatus(ActivityStatusCode.Error, error);
    }

    private async Task<(
        AttemptOutcome Outcome,
        (IReadOnlyDictionary<string, string> Headers, AnswerBody Body) Answer
    )> ExchangeAsync(OutgoingRequest request, CancellationToken ct)
    {
        using var message = new HttpRequestMessage(new(request.Method), request.Url);
        if (request.Body is { } body)
            message.Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
        foreach (var (name, value) in request.Headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
                message.Content?.Headers.TryAddWithoutValidation(name, value);
        }

        using var client = clients.CreateClient(OutboundTargets.ClientName);
        using var response = await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, ct);
        var headers = response
            .Headers.Concat(response.Content.Headers)
            .Take(MaxHeaders)
            .ToDictionary(
                h => h.Key,
                h => Kept(h.Key, string.Join(", ", h.Value), SecretAnswers),
                StringComparer.OrdinalIgnoreCase
            );
        var answer = await ReadAsync(response.Content, request.AnswerLimit, ct);
        var status = (int)response.StatusCode;
        var error = status is >= 200 and < 300 ? null : string.Create(CultureInfo.InvariantCulture, $"answered {status}");
        return (new(status, error, RetryAfter: RetryAfterOf(response)), (headers, answer));
    }

    private static async Task<AnswerBody> ReadAsync(HttpContent content, int limit, CancellationToken ct)
    {
        var (body, length) = (new byte[Math.Min(limit + 1, WebhookAttempt.MaxBodyLength + 1)], 0);
        await using var stream = await content.ReadAsStreamAsync(ct);
        while (true)
        {
            length += await stream.ReadAtLeastAsync(body.AsMemory(length), body.Length - length, throwOnEndOfStream: false, ct);
            if (length < body.Length)
                return new(body[..length], true);
            if (length > limit)
                return new(body[..limit], false);
            Array.Resize(ref body, Math.Min(limit + 1, 2 * length));
        }
    }

    private TimeSpan? RetryAfterOf(HttpResponseMessage response) =>
        response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date > time.GetUtcNow() ? date - time.GetUtcNow() : TimeSpan.Zero,
            _ => null,
        };

    private static bool IsBlocked(Exception failure) =>
        failure is AntiSSRFException or ArgumentException || failure.InnerException is { } inner && IsBlocked(inner);

    private static string Describe(Exception failure) =>
        failure switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "the host name cannot be resolved",
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } or SocketException => "no connection",
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } or AuthenticationException =>
                "the TLS certificate is not valid",
            _ => "the connection was lost",
        };

    private static string Kept(string name, string value, IReadOnlyCollection<string> secret) =>
        secret.Contains(name, StringComparer.OrdinalIgnoreCase) ? Hidden : StorableText.Of(value, MaxHeaderLength);

    private static string? Kept(AnswerBody body) =>
        body.Bytes.Length == 0
            ? null
            : StorableText.Of(
                Encoding.UTF8.GetString(body.Bytes.AsSpan(0, Math.Min(body.Bytes.Length, WebhookAttempt.MaxBodyLength)))
            );
}
