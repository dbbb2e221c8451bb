using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Kiket.Api.Events;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Events;

/// <summary>An open stream sends nothing to callers whose credential is no longer valid.</summary>
public sealed class StreamCredentialTests(KiketServer server)
{
    /// <summary>How soon a revocation must be seen.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_stream_ends_soon_after_its_token_is_revoked()
    {
        var tenant = await server.NewTenantAsync();
        var token = await tenant.Admin.PostJsonAsync("/api/v1/personal_access_tokens", new { name = "stream" }).CreatedAsync();

        await EndsAsync(
            tenant,
            (string)token["token"]!,
            () => tenant.Admin.DeleteAsync($"/api/v1/personal_access_tokens/{token["id"]}").OkAsync()
        );
    }

    [Fact]
    public async Task A_stream_ends_soon_after_its_user_is_deactivated()
    {
        var tenant = await server.NewTenantAsync();
        var (id, client) = await tenant.AddUserAsync(OrganizationRole.Developer);

        await EndsAsync(
            tenant,
            client.DefaultRequestHeaders.Authorization!.Parameter!,
            () => tenant.Admin.PatchJsonAsync($"/api/v1/users/{id}", new { user = new { deactivated = true } }).OkAsync()
        );
    }

    [Fact]
    public async Task A_stream_whose_client_does_not_read_ends_soon_after_its_token_is_revoked()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var issue = await tenant.AddIssueAsync();
        var comments = $"/api/v1/issues/{issue["id"]}/comments";
        for (var i = 0; i < 60; i++) // one page of events, and more than the buffers of both sides hold
            await tenant.Admin.PostJsonAsync(comments, new { comment = new { body = new string('a', 65_000) } }).CreatedAsync();
        await tenant.Admin.PostJsonAsync(comments, new { comment = new { body = "The last secret" } }).CreatedAsync();
        var token = await tenant.Admin.PostJsonAsync("/api/v1/personal_access_tokens", new { name = "stream" }).CreatedAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var client = new TcpClient();
        await client.ConnectAsync(server.Address.Host, server.Address.Port, patience.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                "GET /api/v1/events/stream?after=0 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                    + $"Authorization: Bearer {token["token"]}\r\n\r\n"
            ),
            patience.Token
        );
        var beginning = new byte[12];
        await stream.ReadExactlyAsync(beginning, patience.Token);
        Assert.Equal("HTTP/1.1 200", Encoding.ASCII.GetString(beginning));
        await Task.Delay(TimeSpan.FromSeconds(1), patience.Token);

        await tenant.Admin.DeleteAsync($"/api/v1/personal_access_tokens/{token["id"]}").OkAsync();
        await Task.Delay(Soon, patience.Token);

        Assert.DoesNotContain("The last secret", await ReadAsync(stream, patience.Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_from_before_a_deactivation_stays_void_after_it()
    {
        var tenant = await server.NewTenantAsync();
        var (id, client) = await tenant.AddUserAsync(OrganizationRole.Developer);
        foreach (var deactivated in new[] { true, false })
            await tenant.Admin.PatchJsonAsync($"/api/v1/users/{id}", new { user = new { deactivated } }).OkAsync();

        await client.GetAsync("/api/v1/me").RefusedAsync(401, "AUTH_INVALID_TOKEN");
    }

    [Fact]
    public async Task A_credential_holds_a_limited_number_of_streams_and_gets_a_place_back_when_one_ends()
    {
        var tenant = await server.NewTenantAsync();
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        List<HttpResponseMessage> open = [];
        for (var i = 0; i < EventStream.MaxPerCredential; i++)
            open.Add(await OpenAsync(tenant.Admin, stop.Token));
        Assert.All(open, r => Assert.Equal(HttpStatusCode.OK, r.StatusCode));

        var refused = await OpenAsync(tenant.Admin, stop.Token);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(
            "RATE_LIMIT_EXCEEDED",
            (string?)JsonNode.Parse(await refused.Content.ReadAsStringAsync(stop.Token))!["code"]
        );
        Assert.Equal(HttpStatusCode.OK, (await OpenAsync(await tenant.WithScopesAsync(), stop.Token)).StatusCode);

        open[0].Dispose();
        while ((await OpenAsync(tenant.Admin, stop.Token)).StatusCode is not HttpStatusCode.OK)
            await Task.Delay(100, stop.Token);
    }

    private static async Task EndsAsync(Tenant tenant, string token, Func<Task> revoke)
    {
        await tenant.AddProjectAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var response = await OpenAsync(tenant.Server.NewClient(token), patience.Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await revoke();
        await Task.Delay(Soon, patience.Token);

        await tenant.AddIssueAsync(title: "A later secret");

        Assert.DoesNotContain(
            "A later secret",
            await response.Content.ReadAsStringAsync(patience.Token),
            StringComparison.Ordinal
        );
    }

    /// <summary>Everything until the connection ends.</summary>
    private static async Task<string> ReadAsync(NetworkStream stream, CancellationToken ct)
    {
        using var read = new MemoryStream();
        try
        {
            await stream.CopyToAsync(read, ct);
        }
        catch (IOException)
        {
            // The server has cut it off.
        }

        return Encoding.UTF8.GetString(read.ToArray());
    }

    private static Task<HttpResponseMessage> OpenAsync(HttpClient client, CancellationToken ct) =>
        client.GetAsync("/api/v1/events/stream", HttpCompletionOption.ResponseHeadersRead, ct);
}
