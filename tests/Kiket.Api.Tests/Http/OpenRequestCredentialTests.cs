using System.Net.Sockets;
using System.Text;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Http;

/// <summary>A long request ends soon after its credential.</summary>
public sealed class OpenRequestCredentialTests(KiketServer server)
{
    [Fact]
    public async Task A_request_ends_soon_after_its_token_is_revoked()
    {
        var tenant = await server.NewTenantAsync();
        var token = await tenant.Admin.PostJsonAsync("/api/v1/workspace_api_tokens", new { name = "slow" }).CreatedAsync();

        await EndsAsync(
            (string)token["token"]!,
            () => tenant.Admin.DeleteAsync($"/api/v1/workspace_api_tokens/{token["id"]}").OkAsync()
        );
    }

    [Fact]
    public async Task A_request_ends_soon_after_its_user_is_deactivated()
    {
        var tenant = await server.NewTenantAsync();
        var (id, client) = await tenant.AddUserAsync(OrganizationRole.Developer);

        await EndsAsync(
            client.DefaultRequestHeaders.Authorization!.Parameter!,
            () => tenant.Admin.PatchJsonAsync($"/api/v1/users/{id}", new { user = new { deactivated = true } }).OkAsync()
        );
    }

    [Fact]
    public async Task A_request_ends_soon_after_its_token_expires()
    {
        var tenant = await server.NewTenantAsync();
        var token = await tenant.Admin.PostJsonAsync("/api/v1/workspace_api_tokens", new { name = "slow" }).CreatedAsync();

        await EndsAsync(
            (string)token["token"]!,
            () => tenant.Admin.PostJsonAsync($"/api/v1/tokens/{token["id"]}/rotate", new { overlap_seconds = 1 }).CreatedAsync()
        );
    }

    /// <summary>Sends an endless body until there is an answer, which comes when the credential ends.</summary>
    private async Task EndsAsync(string token, Func<Task> end)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(server.Address.Host, server.Address.Port, patience.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"POST /api/v1/projects HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n"
                    + "Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n"
            ),
            patience.Token
        );
        using var answered = CancellationTokenSource.CreateLinkedTokenSource(patience.Token);
        var sending = DripAsync(stream, answered.Token);
        using var reader = new StreamReader(stream);
        var status = reader.ReadLineAsync(patience.Token).AsTask();
        await Task.Delay(TimeSpan.FromSeconds(2), patience.Token);
        Assert.False(status.IsCompleted, status.IsCompleted ? await status : null);

        await end();

        var took = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal("HTTP/1.1 401 Unauthorized", await status);
        Assert.InRange(took.Elapsed.TotalSeconds, 0, 20); // five on a machine that does nothing else
        await answered.CancelAsync();
        await sending;
        string? line;
        do
        {
            line = await reader.ReadLineAsync(patience.Token);
            Assert.NotNull(line);
        } while (!line.Contains("AUTH_INVALID_TOKEN", StringComparison.Ordinal));
    }

    /// <summary>White space, faster than the slowest client that the server accepts.</summary>
    private static async Task DripAsync(NetworkStream stream, CancellationToken ct)
    {
        try
        {
            while (true)
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes(new string(' ', 400)), ct);
                await Task.Delay(100, ct);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or IOException)
        {
            // The answer has come.
        }
    }
}
