using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Kiket.Api.Tests.Infrastructure;

namespace Kiket.Api.Tests.Startup;

[Trait("Database", "Sqlite")]
public sealed partial class ServingTests
{
    [Fact]
    public async Task The_first_start_says_where_the_server_is_and_shows_a_token_that_works()
    {
        await using var server = KiketProcess.Start();
        var client = await server.ListeningAsync();

        var token = (await server.SaysAsync(Token())).Groups["token"].Value;
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        await client.GetAsync("/api/v1/projects").OkAsync();

        var address = client.BaseAddress!.ToString();
        Assert.Contains($"API            {address}api/v1", server.Output, StringComparison.Ordinal);
        Assert.Contains($"API reference  {address}api/v1/docs", server.Output, StringComparison.Ordinal);
        Assert.Contains($"Jobs           {address}hangfire", server.Output, StringComparison.Ordinal);
        var link = (await server.SaysAsync(PasswordLink())).Groups["link"].Value;
        Assert.StartsWith(address, link, StringComparison.Ordinal);
        Assert.Contains("<h1>Set your password</h1>", await client.GetStringAsync(link), StringComparison.Ordinal);
        Assert.Single(Regex.Matches(server.Output, Regex.Escape(token)));
        Assert.Empty(server.Errors);
    }

    [Fact]
    public async Task A_second_start_shows_no_token()
    {
        await using var first = KiketProcess.Start();
        await first.ListeningAsync();
        first.Kill();
        await first.ExitCodeAsync();

        await using var second = KiketProcess.Start(first.Folder);
        await second.ListeningAsync();

        Assert.DoesNotContain("Token of", second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Link to", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_was_chosen_is_not_shown()
    {
        await using var server = KiketProcess.Start(settings: ("Bootstrap__AdminToken", "kpat_chosen_by_the_operator"));
        await server.ListeningAsync();

        Assert.DoesNotContain("kpat_", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_listens_everywhere_names_an_address_that_a_browser_can_open()
    {
        await using var server = KiketProcess.Start(settings: ("Urls", "http://0.0.0.0:0"));

        var client = await server.ListeningAsync();

        Assert.Equal("localhost", client.BaseAddress!.Host);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_reported_in_one_sentence_and_the_first_token_is_not_lost()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        await using var server = KiketProcess.Start(settings: ("Urls", $"http://127.0.0.1:{port}"));

        Assert.Equal(1, await server.ExitCodeAsync());
        AssertOneSentence(server, $"127.0.0.1:{port}");
        Assert.Matches(Token(), server.Output);
    }

    [Fact]
    public async Task A_silent_database_server_is_reported_in_one_sentence_without_the_password()
    {
        using var nobody = new TcpListener(IPAddress.Loopback, 0);
        nobody.Start();
        var port = ((IPEndPoint)nobody.LocalEndpoint).Port;
        nobody.Stop();

        await using var server = KiketProcess.Start(
            settings:
            [
                ("Database__Provider", "PostgreSql"),
                ("ConnectionStrings__Kiket", $"Host=127.0.0.1;Port={port};Username=kiket;Password=secret-word;Database=kiket"),
                ("Database__StartTimeoutSeconds", "8"),
            ]
        );

        Assert.Equal(1, await server.ExitCodeAsync());
        AssertOneSentence(server, $"{port}");
        Assert.InRange(Regex.Count(server.Output, "Waiting for the database"), 2, 8);
        Assert.DoesNotContain("secret-word", server.Errors + server.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a folder")]
    [InlineData("no database")]
    public async Task A_database_file_that_cannot_be_read_is_reported_in_one_sentence(string what)
    {
        var folder = Directory.CreateTempSubdirectory("kiket-process-").FullName;
        var file = Path.Combine(folder, "kiket.db");
        if (what == "a folder")
            Directory.CreateDirectory(file);
        else
            await File.WriteAllTextAsync(file, string.Concat(Enumerable.Repeat("This is not a database. ", 500)));

        await using var server = KiketProcess.Start(folder);

        Assert.Equal(78, await server.ExitCodeAsync());
        AssertOneSentence(server, file);
    }

    [Theory]
    [InlineData("Databse__Provider", "PostgreSql", "Did you mean Database:Provider")]
    [InlineData("Database__Provider", "Oracle", "'Oracle'")]
    [InlineData("ConnectionStrings__Kiket", "Data Source=/proc/nowhere/kiket.db", "/proc/nowhere/kiket.db")]
    [InlineData("DataProtection__KeysPath", "/proc/nowhere", "DataProtection:KeysPath is '/proc/nowhere'")]
    [InlineData("Definitions__Path", "nowhere", "Definitions:Path is 'nowhere'")]
    [InlineData("Definitions__Path", ".", "Definitions:Path is '.'")]
    public async Task A_wrong_setting_is_reported_in_one_sentence_and_nothing_is_half_started(
        string name,
        string value,
        string about
    )
    {
        await using var server = KiketProcess.Start(settings: [("DataProtection__KeysPath", Path.GetTempPath()), (name, value)]);

        Assert.Equal(78, await server.ExitCodeAsync());
        AssertOneSentence(server, about);
        Assert.Empty(Directory.GetFileSystemEntries(server.Folder));
    }

    [Fact]
    public async Task A_database_without_migrations_is_reported_in_one_sentence()
    {
        await using var server = KiketProcess.Start(settings: ("Database__MigrateOnStart", "false"));

        Assert.Equal(1, await server.ExitCodeAsync());
        AssertOneSentence(server, "migrate");
    }

    private static void AssertOneSentence(KiketProcess server, string about)
    {
        var sentence = Assert.Single(
            server.Errors.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        );
        Assert.StartsWith("Kiket does not start: ", sentence, StringComparison.Ordinal);
        Assert.Contains(about, sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\"level\":\"error\"", server.Output, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"Link to set the first administrator's password, once and within 24 hours:\s+(?<link>\S+)")]
    private static partial Regex PasswordLink();

    [GeneratedRegex(@"Token of the first administrator, shown only once:\s+(?<token>\S+)")]
    private static partial Regex Token();
}
