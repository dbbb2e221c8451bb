using System.Net;
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

    private static Task<HttpResponseMessage> OpenAsync(HttpClient client, CancellationToken ct) =>
        client.GetAsync("/api/v1/events/stream", HttpCompletionOption.ResponseHeadersRead, ct);
}
