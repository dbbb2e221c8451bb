using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kiket.Api.Tests.Infrastructure;

/// <summary>Sends JSON and reads the contract's answers.</summary>
internal static class Http
{
    public static Task<HttpResponseMessage> PostJsonAsync(this HttpClient client, string path, object body) =>
        client.PostAsync(path, JsonContent.Create(body, options: JsonSerializerOptions.Default));

    /// <summary>Sends a body that the server may reject for its size before it was sent completely.</summary>
    public static Task<HttpResponseMessage> PostLargeJsonAsync(this HttpClient client, string path, object body) =>
        client.SendAsync(
            new(HttpMethod.Post, path)
            {
                Content = new StringContent(JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json"),
                Headers = { ExpectContinue = true },
            }
        );

    public static Task<HttpResponseMessage> PatchJsonAsync(
        this HttpClient client,
        string path,
        object body,
        string? ifMatch = null
    )
    {
        var request = new HttpRequestMessage(HttpMethod.Patch, path)
        {
            Content = JsonContent.Create(body, options: JsonSerializerOptions.Default),
        };
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return client.SendAsync(request);
    }

    public static Task<JsonNode> CreatedAsync(this Task<HttpResponseMessage> sent) => sent.ReadAsync(HttpStatusCode.Created);

    public static Task<JsonNode> OkAsync(this Task<HttpResponseMessage> sent) => sent.ReadAsync(HttpStatusCode.OK);

    public static async Task<JsonNode> ReadAsync(this Task<HttpResponseMessage> sent, HttpStatusCode expected)
    {
        var response = await sent;
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(
            expected == response.StatusCode,
            $"expected {(int)expected}, got {(int)response.StatusCode}: {text} "
                + $"{(response.StatusCode >= HttpStatusCode.InternalServerError ? KiketServer.Errors : "")}"
        );
        return JsonNode.Parse(text)!;
    }

    /// <summary>Reads a refusal and checks the whole error body.</summary>
    public static async Task<JsonNode> RefusedAsync(
        this Task<HttpResponseMessage> sent,
        int status,
        string code,
        string? field = null
    )
    {
        var response = await sent;
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status == (int)response.StatusCode, $"expected {status}, got {(int)response.StatusCode}: {text}");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        var body = JsonNode.Parse(text)!;
        Assert.Equal(code, (string?)body["code"]);
        Assert.False(string.IsNullOrWhiteSpace((string?)body["error"]));
        Assert.Equal((string?)body["error"], (string?)body["message"]);
        Assert.Equal(Assert.Single(response.Headers.GetValues("X-Request-Id")), (string?)body["request_id"]);
        Assert.NotNull(body["details"]);
        Assert.Equal(status == 422, body["errors"] is not null);
        if (field is not null)
            Assert.Contains(field, body["details"]!.AsArray().Select(d => (string?)d!["field"]));
        return body;
    }
}
