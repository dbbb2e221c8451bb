using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Kiket.Benchmarks.Cluster;

/// <summary>An answer that is not a failure.</summary>
/// <param name="IsAccepted">Whether it is not a 429.</param>
/// <param name="WindowEnd">When the window ends in which the request was counted, in Unix seconds.</param>
internal sealed record Answer(bool IsAccepted, JsonNode Body, long WindowEnd, bool IsReplayed);

/// <summary>A request that failed, or got no answer.</summary>
/// <param name="Status">Null without an answer.</param>
internal sealed record Failure(DateTimeOffset From, DateTimeOffset Until, int? Status, string Description);

/// <summary>Sends requests with a token to the balancer, and remembers those that fail.</summary>
internal sealed class ClusterClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly HttpClient http;

    public ClusterClient(Uri address, string token)
    {
        http = new HttpClient { BaseAddress = address, Timeout = Patience };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public ConcurrentQueue<Failure> Failures { get; } = new();

    /// <returns>Null after a failure.</returns>
    public Task<Answer?> TryGetAsync(string path) =>
        TrySendAsync(new HttpRequestMessage(HttpMethod.Get, path), DateTimeOffset.UtcNow);

    /// <param name="firstTry">
    /// When the write was first sent. A node that is killed keeps its key reserved for up to a minute, and 409 says so.
    /// </param>
    /// <returns>Null after a failure.</returns>
    public Task<Answer?> TryPostAsync(string path, object body, string? idempotencyKey, DateTimeOffset firstTry)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        return TrySendAsync(request, firstTry);
    }

    public async Task<JsonNode> GetAsync(string path)
    {
        using var response = await http.GetAsync(path);
        return await ReadAsync(response);
    }

    public async Task<JsonNode> PostAsync(string path, HttpContent body)
    {
        using var response = await http.PostAsync(path, body);
        return await ReadAsync(response);
    }

    public void Dispose() => http.Dispose();

    private async Task<Answer?> TrySendAsync(HttpRequestMessage request, DateTimeOffset firstTry)
    {
        var from = DateTimeOffset.UtcNow;
        int? status = null;
        string reason;
        try
        {
            using var response = await http.SendAsync(request);
            status = (int)response.StatusCode;
            var text = await response.Content.ReadAsStringAsync();
            if (response.IsSuccessStatusCode || status is 429)
            {
                var window = long.Parse(response.Headers.GetValues("X-RateLimit-Reset").Single(), CultureInfo.InvariantCulture);
                return new(status is not 429, JsonNode.Parse(text)!, window, response.Headers.Contains("Idempotent-Replayed"));
            }

            reason = text;
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            reason = failure.GetBaseException().Message;
        }

        var description = $"{request.Method} {request.RequestUri}: {status} {reason.ReplaceLineEndings(" ")}";
        Failures.Enqueue(new(status is 409 ? firstTry : from, DateTimeOffset.UtcNow, status, description));
        return null;
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? JsonNode.Parse(text)!
            : throw new InvalidOperationException($"{response.RequestMessage!.RequestUri}: {(int)response.StatusCode} {text}");
    }
}
