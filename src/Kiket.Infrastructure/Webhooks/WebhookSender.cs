using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Kiket.Domain.Common;
using Kiket.Domain.Webhooks;
using Microsoft.Security.AntiSSRF;

namespace Kiket.Infrastructure.Webhooks;

/// <summary>A request on its way out.</summary>
/// <param name="Body">What it says, or null for nothing.</param>
/// <param name="SecretHeaders">Names of headers whose values are not kept.</param>
internal sealed record OutgoingRequest(
    string Method, string Url, IReadOnlyDictionary<string, string> Headers, byte[]? Body, TimeSpan Timeout, IReadOnlyCollection<string> SecretHeaders)
{
    /// <summary>The address as it is kept.</summary>
    public string ShownUrl { get; init; } = Url;
}

/// <summary>What became of it.</summary>
internal sealed record SentRequest(AttemptOutcome Outcome, AttemptExchange Exchange, DateTimeOffset At, TimeSpan Duration)
{
    /// <summary>One that could not even be written.</summary>
    public static SentRequest Unsent(string url, string error, DateTimeOffset at) =>
        new(new(null, error), new(url, new Dictionary<string, string>(), new Dictionary<string, string>(), null), at, TimeSpan.Zero);
}

/// <summary>Sends one request and tells how it ended; it never throws for what a receiver does.</summary>
internal sealed class WebhookSender(IHttpClientFactory clients, TimeProvider time)
{
    private const string Hidden = "…";
    private const int MaxHeaderLength = 1_000;
    private const int MaxHeaders = 50;
    private static readonly string[] SecretAnswers = ["set-cookie", "authorization", "proxy-authenticate", "www-authenticate"];

    public async Task<SentRequest> SendAsync(OutgoingRequest request, CancellationToken ct)
    {
        var (at, begin) = (time.GetUtcNow(), time.GetTimestamp());
        var answer = Empty;
        AttemptOutcome outcome;
        using var patience = new CancellationTokenSource(request.Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        try
        {
            (outcome, answer) = await ExchangeAsync(request, both.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            outcome = new(null, string.Create(CultureInfo.InvariantCulture, $"delivery.timeout: no whole answer within {request.Timeout.TotalMilliseconds:0} ms"));
        }
        catch (Exception failure) when (IsBlocked(failure))
        {
            outcome = new(null, "delivery.validation: the address may not be called", IsBlocked: true);
        }
        catch (Exception failure) when (failure is HttpRequestException or SocketException or IOException or AuthenticationException or InvalidOperationException or UriFormatException)
        {
            outcome = new(null, Describe(failure));
        }

        return new(
            outcome,
            new(request.ShownUrl, request.Headers.ToDictionary(h => h.Key, h => Kept(h.Key, h.Value, request.SecretHeaders)), answer.Headers, answer.Body),
            at,
            time.GetElapsedTime(begin));
    }

    private static (IReadOnlyDictionary<string, string> Headers, string? Body) Empty => (new Dictionary<string, string>(), null);

    private async Task<(AttemptOutcome Outcome, (IReadOnlyDictionary<string, string> Headers, string? Body) Answer)> ExchangeAsync(
        OutgoingRequest request, CancellationToken ct)
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
        var headers = response.Headers.Concat(response.Content.Headers).Take(MaxHeaders)
            .ToDictionary(h => h.Key, h => Kept(h.Key, string.Join(", ", h.Value), SecretAnswers), StringComparer.OrdinalIgnoreCase);
        var answer = await ReadAsync(response.Content, ct);
        var status = (int)response.StatusCode;
        var error = status is >= 200 and < 300 ? null : string.Create(CultureInfo.InvariantCulture, $"answered {status}");
        return (new(status, error, RetryAfter: RetryAfterOf(response)), (headers, answer));
    }

    /// <summary>The beginning of a body, however long it is.</summary>
    private static async Task<string?> ReadAsync(HttpContent content, CancellationToken ct)
    {
        var buffer = new byte[WebhookAttempt.MaxBodyLength];
        await using var stream = await content.ReadAsStreamAsync(ct);
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        return length == 0 ? null : Encoding.UTF8.GetString(buffer, 0, length).Replace('\0', '\uFFFD'); // PostgreSQL stores no U+0000
    }

    private TimeSpan? RetryAfterOf(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date > time.GetUtcNow() ? date - time.GetUtcNow() : TimeSpan.Zero,
        _ => null,
    };

    private static bool IsBlocked(Exception failure) =>
        failure is AntiSSRFException or ArgumentException || failure.InnerException is { } inner && IsBlocked(inner);

    private static string Describe(Exception failure) => failure switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "the name of the host is unknown",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } or SocketException => "no connection",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } or AuthenticationException => "the TLS certificate is not valid",
        _ => "the connection broke",
    };

    private static string Kept(string name, string value, IReadOnlyCollection<string> secret) =>
        secret.Contains(name, StringComparer.OrdinalIgnoreCase) ? Hidden
        : UnicodeText.Cut(value, MaxHeaderLength).Replace('\0', '\uFFFD');
}
