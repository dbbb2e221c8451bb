using Kiket.Api.Tests.Infrastructure;

namespace Kiket.Api.Tests.Startup;

/// <summary>Every way to configure the addresses of ASP.NET Core.</summary>
[Trait("Database", "Sqlite")]
public sealed class ListenAddressTests
{
    private const string Token = "kpat_operator_of_the_address_tests";

    [Theory]
    [InlineData("Urls", "http://127.0.0.1:0")]
    [InlineData("ASPNETCORE_URLS", "http://127.0.0.1:0")]
    [InlineData("ASPNETCORE_HTTP_PORTS", "0")]
    [InlineData("Kestrel__Endpoints__Main__Url", "http://127.0.0.1:0")]
    public async Task A_variable_says_where_the_server_listens(string name, string value)
    {
        await using var server = KiketProcess.Start(settings: [("Urls", ""), (name, value)]);

        var client = await server.ListeningAsync();

        Assert.NotEqual(5080, client.BaseAddress!.Port);
        await client.GetAsync("/health/live").OkAsync();
    }

    [Fact]
    public async Task The_command_line_says_where_the_server_listens_and_wins()
    {
        await using var server = KiketProcess.Run(["--urls", "http://127.0.0.1:0"], settings: ("Urls", "http://127.0.0.1:1"));

        await (await server.ListeningAsync()).GetAsync("/health/live").OkAsync();
    }

    [Theory]
    [InlineData("Urls", "5080")]
    [InlineData("Urls", "ftp://127.0.0.1:5080")]
    [InlineData("Urls", "http://127.0.0.1:abc")]
    [InlineData("Urls", "http://127.0.0.1:99999")]
    [InlineData("Urls", "http://192.0.2.1:5080")]
    [InlineData("Urls", "http://999.1.1.1:5080")]
    [InlineData("Urls", "http://127.0.0.1:0/kiket")]
    [InlineData("ASPNETCORE_HTTP_PORTS", "eighty")]
    public async Task An_address_that_cannot_be_listened_on_is_refused_before_anything_is_touched(string name, string value)
    {
        await using var server = KiketProcess.Start(settings: [("Urls", ""), (name, value)]);

        Assert.Equal(78, await server.ExitCodeAsync());
        Assert.Contains($"'{value}'", Assert.Single(server.Errors.Trim().Split('\n')), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(server.Folder));
    }

    [Fact]
    public async Task Links_follow_the_address_of_the_request_unless_the_public_one_is_set()
    {
        await using var plain = KiketProcess.Start(settings: [("Bootstrap__AdminToken", Token), ("Bootstrap__Demo", "true")]);
        await using var proxied = KiketProcess.Start(
            settings:
            [
                ("Bootstrap__AdminToken", Token),
                ("Bootstrap__Demo", "true"),
                ("Kiket__PublicUrl", "https://kiket.example/"),
            ]
        );
        var (direct, behind) = (await plain.ListeningAsync(), await proxied.ListeningAsync());

        Assert.Equal($"{direct.BaseAddress}api/v1/issues/NEWS-1", await UrlAsync(direct, null));
        Assert.Equal("http://tracker.example:8080/api/v1/issues/NEWS-1", await UrlAsync(direct, "tracker.example:8080"));
        Assert.Equal("https://kiket.example/api/v1/issues/NEWS-1", await UrlAsync(behind, "tracker.example:8080"));
    }

    private static async Task<string> UrlAsync(HttpClient client, string? host)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/issues/NEWS-1");
        request.Headers.Authorization = new("Bearer", Token);
        request.Headers.Host = host;
        return (await client.SendAsync(request).OkAsync())["url"]!.GetValue<string>();
    }
}
