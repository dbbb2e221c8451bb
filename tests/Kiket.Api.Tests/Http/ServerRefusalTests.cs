using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Http;

/// <summary>
/// Requests that are refused before routing, and bodies that are too large, for a client that reads only after sending
/// everything.
/// </summary>
[Trait("Database", "Sqlite")]
public sealed class ServerRefusalTests(KiketServer server)
{
    [Theory]
    [InlineData("nonsense\r\n\r\n", 400, "BAD_REQUEST")]
    [InlineData("GET / HTTP/1.1\r\nbad header\r\n\r\n", 400, "BAD_REQUEST")]
    [InlineData("GET / HTTP/1.1\r\n\r\n", 400, "BAD_REQUEST")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "BAD_REQUEST")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400, "BAD_REQUEST")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, "BAD_REQUEST")]
    [InlineData("GET / HTTP/7.7\r\n\r\n", 505, "HTTP_VERSION_NOT_SUPPORTED")]
    [InlineData("GET * HTTP/1.1\r\nHost: a\r\n\r\n", 405, "METHOD_NOT_ALLOWED")]
    [InlineData("GET example.com:80 HTTP/1.1\r\nHost: example.com:80\r\n\r\n", 405, "METHOD_NOT_ALLOWED")]
    [InlineData("POST / HTTP/1.0\r\n\r\nx", 400, "BAD_REQUEST")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 400, "BAD_REQUEST")]
    public async Task A_malformed_request_is_refused_in_the_usual_body(string request, int status, string code) =>
        await CheckAsync(await SendAsync(Encoding.ASCII.GetBytes(request)), status, code);

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a")]
    [InlineData(
        "POST /api/v1/issues HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {0}\r\nContent-Type: "
            + "application/json\r\nContent-Length: 1000\r\n\r\n{{"
    )]
    [InlineData(
        "POST /api/v1/issues HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {0}\r\nContent-Type: "
            + "application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{{\"a\""
    )]
    [InlineData(
        "PUT /api/v1/workflows/a HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {0}\r\nContent-Type: "
            + "application/yaml\r\nContent-Length: 1000\r\n\r\na:"
    )]
    public async Task A_client_that_sends_too_slowly_is_refused_in_the_usual_body(string beginning)
    {
        await using var impatient = new KiketServer
        {
            TestServices = services =>
                services.Configure<KestrelServerOptions>(kestrel =>
                {
                    kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(1);
                    kestrel.Limits.MinRequestBodyDataRate = new(1000, TimeSpan.FromSeconds(1.1));
                }),
        };
        await impatient.InitializeAsync();
        var token = (await impatient.NewTenantAsync()).AdminToken;

        await CheckAsync(
            await SendAsync(Encoding.ASCII.GetBytes(string.Format(null, beginning, token)), impatient),
            408,
            "REQUEST_TIMEOUT"
        );
    }

    [Fact]
    public async Task An_address_that_is_too_long_is_refused_in_the_usual_body() =>
        await CheckAsync(
            await SendAsync(Encoding.ASCII.GetBytes($"GET /{new string('x', 20_000)} HTTP/1.1\r\nHost: a\r\n\r\n")),
            414,
            "URI_TOO_LONG"
        );

    [Fact]
    public async Task Headers_that_are_too_long_or_too_many_are_refused_in_the_usual_body()
    {
        var many = string.Concat(Enumerable.Range(0, 200).Select(i => $"X-{i}: 1\r\n"));

        await CheckAsync(
            await SendAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nX: {new string('x', 40_000)}\r\n\r\n")),
            431,
            "HEADERS_TOO_LARGE"
        );
        await CheckAsync(await SendAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\n{many}\r\n")), 431, "HEADERS_TOO_LARGE");
    }

    [Fact]
    public async Task A_second_request_on_a_connection_that_is_malformed_is_answered_after_the_first()
    {
        var answer = await SendAsync("GET /api/v1/health HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n"u8.ToArray());

        Assert.StartsWith("HTTP/1.1 200 OK", answer, StringComparison.Ordinal);
        await CheckAsync(answer[answer.LastIndexOf("HTTP/1.1", StringComparison.Ordinal)..], 400, "BAD_REQUEST");
    }

    [Theory]
    [InlineData("/api/v1/issues", 1)]
    [InlineData("/api/v1/issues", 5)]
    [InlineData("/api/v1/issues", 40)]
    [InlineData("/api/v1/definitions/import", 6)]
    [InlineData("/api/v1/workflows/validate", 5)]
    public async Task A_client_that_sends_all_of_a_body_over_the_limit_reads_the_refusal(string path, int megabytes)
    {
        var tenant = await server.NewTenantAsync();
        var body = Encoding.ASCII.GetBytes($$"""{"title": "{{new string('x', megabytes * 1024 * 1024)}}"}""");
        var head =
            $"POST {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {tenant.AdminToken}\r\nContent-Type: "
            + $"application/json\r\nContent-Length: {body.Length}\r\n\r\n";

        for (var i = 0; i < 5; i++)
            await CheckAsync(await SendAsync([.. Encoding.ASCII.GetBytes(head), .. body]), 413, "PAYLOAD_TOO_LARGE");
    }

    [Fact]
    public async Task A_body_in_chunks_over_the_limit_is_refused_too()
    {
        var tenant = await server.NewTenantAsync();
        var chunk = Encoding.ASCII.GetBytes($"10000\r\n{new string('x', 0x10000)}\r\n");
        var head =
            $"POST /api/v1/issues HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {tenant.AdminToken}\r\nContent-Type: "
            + "application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
        var request = Encoding
            .ASCII.GetBytes(head + "1\r\n\"\r\n")
            .Concat(Enumerable.Repeat(chunk, 80).SelectMany(c => c))
            .Concat("1\r\n\"\r\n0\r\n\r\n"u8.ToArray())
            .ToArray();

        await CheckAsync(await SendAsync(request), 413, "PAYLOAD_TOO_LARGE");
    }

    [Fact]
    public async Task A_body_without_a_credential_is_refused_readably_whatever_its_size()
    {
        var body = new string('x', 3 * 1024 * 1024);

        await CheckAsync(
            await SendAsync(
                Encoding.ASCII.GetBytes(
                    $"POST /api/v1/issues HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "
                        + $"{body.Length}\r\n\r\n{body}"
                )
            ),
            401,
            "AUTH_INVALID_TOKEN"
        );
    }

    /// <summary>Sends everything, and only then reads until the connection is closed or the answer is complete.</summary>
    private async Task<string> SendAsync(byte[] request, KiketServer? other = null)
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync((other ?? server).Address.Host, (other ?? server).Address.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(request);
        var answer = new StringBuilder();
        var buffer = new byte[16 * 1024];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await stream.ReadAsync(buffer, patience.Token) is var read and > 0)
        {
            answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
            var last = answer.ToString()[Math.Max(0, answer.ToString().LastIndexOf("HTTP/1.1 ", StringComparison.Ordinal))..];
            if (
                !last.StartsWith("HTTP/1.1 2", StringComparison.Ordinal)
                && (last.EndsWith('}') || last.EndsWith("0\r\n\r\n", StringComparison.Ordinal))
            )
                break;
        }

        return answer.ToString();
    }

    private static Task CheckAsync(string answer, int status, string code)
    {
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/json; charset=utf-8", answer, StringComparison.Ordinal);
        var start = answer.IndexOf('{', StringComparison.Ordinal);
        var body = JsonNode.Parse(answer[start..(answer.LastIndexOf('}') + 1)])!;
        Assert.Equal(code, (string?)body["code"]);
        Assert.Contains("X-Content-Type-Options: nosniff", answer, StringComparison.Ordinal);
        Assert.Contains("Referrer-Policy: no-referrer", answer, StringComparison.Ordinal);
        Assert.Contains("Content-Security-Policy: default-src 'none'", answer, StringComparison.Ordinal);
        Assert.Matches("Cache-Control: .*no-store", answer);
        Assert.Equal(status == 405, answer.Contains("Allow: ", StringComparison.Ordinal));
        Assert.Contains($"X-Request-Id: {body["request_id"]}", answer, StringComparison.Ordinal);
        return Task.CompletedTask;
    }
}
