using System.Net.Http.Headers;
using System.Net.Http.Json;
using Kiket.Api.Tests.Infrastructure;

namespace Kiket.Api.Tests.Startup;

/// <summary>
/// The log of a server in a process of its own: what is expected is not an error in it, and what an operator looks for is
/// there.
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
        Assert.DoesNotContain("fail:", server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_sign_in_is_logged_with_address_method_and_path_on_one_line()
    {
        await using var server = KiketProcess.Start();
        var client = await server.ListeningAsync();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "kpat_nobody_has_this_token");

        await client.DeleteAsync("/api/v1/issues/NEWS-1%0Afail:%20forged");

        await server.SaysAsync(new("Sign-in from (::ffff:)?127.0.0.1 failed: DELETE /api/v1/issues/NEWS-1%0Afail:%20forged"));
        await EndAsync(server);
        Assert.DoesNotContain("kpat_nobody_has_this_token", server.Output, StringComparison.Ordinal);
    }

    private static async Task EndAsync(KiketProcess server)
    {
        server.Terminate();
        Assert.Equal(0, await server.ExitCodeAsync());
    }
}
