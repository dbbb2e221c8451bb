using Kiket.Api.Tests.Infrastructure;

namespace Kiket.Api.Tests.Http;

/// <summary><c>HEAD</c> is <c>GET</c> without the body, on every route (RFC 9110, section 9.3.2).</summary>
public sealed class HeadTests(KiketServer server)
{
    [Fact]
    public async Task Every_read_answers_head_as_it_answers_get()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await tenant.AddIssueAsync();
        var differences = new List<string>();

        foreach (var route in ApiRoute.All(server).Where(r => r.Method == "GET" && r.Name != "StreamEvents"))
        {
            var address = route
                .Sample.Replace("/issues/1", "/issues/LEGAL-1", StringComparison.Ordinal)
                .Replace("/projects/1", "/projects/LEGAL", StringComparison.Ordinal);
            var get = await tenant.Admin.GetAsync(address);
            var head = await tenant.Admin.SendAsync(new(HttpMethod.Head, address));
            if (head.StatusCode != get.StatusCode)
                differences.Add($"{address}: {(int)get.StatusCode}, but HEAD {(int)head.StatusCode}");
            if (
                head.Headers.ETag?.Tag != get.Headers.ETag?.Tag
                || head.Content.Headers.ContentType?.ToString() != get.Content.Headers.ContentType?.ToString()
            )
                differences.Add($"{address}: other headers");
            if ((await head.Content.ReadAsByteArrayAsync()).Length > 0)
                differences.Add($"{address}: a body");
        }

        Assert.Empty(differences);
    }

    [Theory]
    [InlineData("/api/v1/events/stream", 200)]
    [InlineData("/api/v1/openapi.json", 200)]
    [InlineData("/health/live", 200)]
    [InlineData("/.well-known/jwks.json", 200)]
    [InlineData("/api/v1/nothing", 404)]
    [InlineData("/api/v1/issues/NONE-1", 404)]
    public async Task Head_ends_at_once_everywhere(string address, int status)
    {
        var tenant = await server.NewTenantAsync();

        var head = await tenant.Admin.SendAsync(new(HttpMethod.Head, address)).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(status, (int)head.StatusCode);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Head_of_something_that_has_not_changed_is_304()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var tag = (await tenant.Admin.GetAsync("/api/v1/projects/LEGAL")).Headers.ETag!;

        var head = await tenant.Admin.SendAsync(
            new(HttpMethod.Head, "/api/v1/projects/LEGAL") { Headers = { IfNoneMatch = { tag } } }
        );

        Assert.Equal(304, (int)head.StatusCode);
    }

    [Fact]
    public async Task A_route_without_get_has_no_head_and_one_with_get_allows_it()
    {
        var tenant = await server.NewTenantAsync();

        var refused = await tenant.Admin.SendAsync(new(HttpMethod.Head, "/api/v1/capacity/reassign"));
        var options = await tenant.Admin.SendAsync(new(HttpMethod.Options, "/api/v1/projects"));

        Assert.Equal(405, (int)refused.StatusCode);
        Assert.Equal(["POST"], refused.Content.Headers.Allow);
        Assert.Equal(["GET", "HEAD", "POST"], options.Content.Headers.Allow.Order());
    }
}
