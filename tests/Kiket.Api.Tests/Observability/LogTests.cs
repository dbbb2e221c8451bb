using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Kiket.Api.Observability;
using Kiket.Api.Tests.Infrastructure;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kiket.Api.Tests.Observability;

/// <summary>
/// The log of a server in a separate process: expected refusals are not errors, and entries for operators exist.
/// </summary>
[Trait("Database", "Sqlite")]
public sealed class LogTests
{
    private const string Token = "kpat_operator_who_reads_the_log";

    [Fact]
    public async Task Replays_and_refused_duplicates_are_not_errors()
    {
        await using var server = KiketProcess.Start(settings: ("Bootstrap__AdminToken", Token));
        var client = await server.ListeningAsync();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        object body = new
        {
            project = new
            {
                name = "Log",
                project_key = "LOG",
                visibility = "team",
            },
        };

        foreach (var key in new[] { "one", "one", "two" })
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/projects")
            {
                Content = JsonContent.Create(body),
                Headers = { { "Idempotency-Key", key } },
            };
            await client.SendAsync(request);
        }

        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ =>
                    client.PostJsonAsync(
                        "/api/v1/projects",
                        new
                        {
                            project = new
                            {
                                name = "Race",
                                project_key = "RACE",
                                visibility = "team",
                            },
                        }
                    )
                )
        );
        await client.PostJsonAsync(
            "/api/v1/users/invite",
            new { user = new { email = "admin@kiket.local", role = "developer" } }
        );

        await EndAsync(server);
        Assert.All(EntriesOf(server), e => Assert.Contains((string?)e["level"], (string[])["information", "warning"]));
    }

    [Fact]
    public async Task A_failed_sign_in_is_logged_with_address_method_and_path_on_one_line()
    {
        await using var server = KiketProcess.Start();
        var client = await server.ListeningAsync();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "kpat_nobody_has_this_token");

        var refused = await client.DeleteAsync("/api/v1/issues/NEWS-1%0Afail:%20forged");

        await server.SaysAsync(new("Sign-in from (::ffff:)?127.0.0.1 failed: DELETE /api/v1/issues/NEWS-1%0Afail:%20forged"));
        await EndAsync(server);
        var entry = EntriesOf(server).Single(e => ((string)e["message"]!).StartsWith("Sign-in", StringComparison.Ordinal));
        var requestId = refused.Headers.GetValues("X-Request-Id").Single();
        Assert.Equal((requestId, requestId), ((string?)entry["request_id"], (string?)entry["trace_id"]));
        Assert.Equal("DELETE", (string?)entry["fields"]!["Method"]);
        Assert.DoesNotContain("kpat_nobody_has_this_token", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_formatter_that_the_operator_has_chosen_is_used()
    {
        await using var server = KiketProcess.Start(settings: ("Logging__Console__FormatterName", "simple"));
        var client = await server.ListeningAsync();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "kpat_nobody_has_this_token");

        await client.GetAsync("/api/v1/issues");

        await server.SaysAsync(new("warn: .*\n.*Sign-in from"));
    }

    [Fact]
    public void An_entry_names_its_organization_and_keeps_its_exception_on_the_line()
    {
        using var request = new Activity("Microsoft.AspNetCore.Hosting.HttpRequestIn")
            .SetTag("kiket.organization.id", 7L)
            .Start();
        using var inner = new Activity("send webhook").Start();
        using var written = new StringWriter();

        new JsonLogFormatter(TimeProvider.System).Write(
            new LogEntry<string>(
                LogLevel.Error,
                "Kiket",
                default,
                "text",
                new InvalidOperationException("two\nlines"),
                (text, _) => text
            ),
            null,
            written
        );

        var line = Assert.Single(written.ToString().TrimEnd().Split('\n'));
        var entry = JsonNode.Parse(line)!;
        Assert.Equal(("error", "text", 7), ((string?)entry["level"], (string?)entry["message"], (int?)entry["organization_id"]));
        Assert.Equal(request.TraceId.ToString(), (string?)entry["request_id"]);
        Assert.Equal(inner.SpanId.ToString(), (string?)entry["span_id"]);
        Assert.Contains("two\nlines", (string?)entry["exception"], StringComparison.Ordinal);
    }

    /// <summary>The entries of the log; the lines for the operator at the console are not JSON.</summary>
    private static List<JsonNode> EntriesOf(KiketProcess server)
    {
        var entries = server
            .Output.Split('\n')
            .Where(line => line.StartsWith('{'))
            .Select(line => JsonNode.Parse(line)!)
            .ToList();
        Assert.NotEmpty(entries);
        return entries;
    }

    private static async Task EndAsync(KiketProcess server)
    {
        server.Terminate();
        Assert.Equal(0, await server.ExitCodeAsync());
    }
}
