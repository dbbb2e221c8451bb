using System.ComponentModel;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kiket.Api.Tests.Infrastructure;

namespace Kiket.Api.Tests.Extensions;

/// <summary>The sample extension in Node with a server as an operator starts it.</summary>
[Trait("Database", "Sqlite")]
public sealed partial class SampleExtensionTests
{
    private const string Token = "kpat_of_the_sample_extension_test";

    private static string Sample =>
        Path.Combine(
            typeof(SampleExtensionTests)
                .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
                .Single(a => a.Key == "RepositoryRoot")
                .Value!,
            "samples/node-extension"
        );

    [Fact]
    public async Task It_installs_itself_hears_signed_events_calls_back_counts_and_guards()
    {
        await using var server = KiketProcess.Start(
            settings: [("Bootstrap__AdminToken", Token), ("Webhooks__AllowedNetworks__0", "127.0.0.1/32")]
        );
        using var client = await server.ListeningAsync();
        client.DefaultRequestHeaders.Authorization = new("Bearer", Token);
        await client
            .PostJsonAsync(
                "/api/v1/projects",
                new
                {
                    project = new
                    {
                        name = "Sample",
                        project_key = "SAM",
                        visibility = "team",
                    },
                }
            )
            .CreatedAsync();
        await using var extension = StartNode(client.BaseAddress!);
        await extension.SaysAsync(Installed());

        await client
            .PostJsonAsync(
                "/api/v1/issues",
                new { project_key = "SAM", issue = new { title = "Described", description = "What it is about." } }
            )
            .CreatedAsync();
        await client.PostJsonAsync("/api/v1/issues", new { project_key = "SAM", issue = new { title = "Bare" } }).CreatedAsync();
        string[] comments = [await CommentAsync(client, "SAM-1"), await CommentAsync(client, "SAM-2")];
        foreach (var to in (string[])["in_progress", "review"])
        {
            await client.PostJsonAsync("/api/v1/issues/SAM-1/transition", new { to }).OkAsync();
            await client.PostJsonAsync("/api/v1/issues/SAM-2/transition", new { to }).OkAsync();
        }

        await client.PostJsonAsync("/api/v1/issues/SAM-1/transition", new { to = "done" }).OkAsync();
        var refusal = await client
            .PostJsonAsync("/api/v1/issues/SAM-2/transition", new { to = "done" })
            .RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED");

        Assert.Equal(
            ["Welcome! This is issue number 1 that I have seen.", "Welcome! This is issue number 2 that I have seen."],
            comments.Order()
        );
        Assert.Contains("SAM-2 needs a description before it is done.", refusal.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("", extension.Errors.Trim());
    }

    private static RunningProgram StartNode(Uri server)
    {
        try
        {
            return new(
                "node",
                ["extension.mjs"],
                Sample,
                new Dictionary<string, string>
                {
                    ["KIKET"] = new Uri(server, "api/v1").ToString(),
                    ["KIKET_TOKEN"] = Token,
                    ["PORT"] = "0",
                }
            );
        }
        catch (Win32Exception)
        {
            Assert.Skip("node is not on the path.");
            throw;
        }
    }

    /// <summary>Waits for the extension's comment on an issue.</summary>
    private static async Task<string> CommentAsync(HttpClient client, string issue)
    {
        for (var deadline = DateTime.UtcNow.AddMinutes(1); DateTime.UtcNow < deadline; await Task.Delay(100))
        {
            JsonNode page = await client.GetAsync($"/api/v1/issues/{issue}/comments").OkAsync();
            if (page["comments"]!.AsArray() is [{ } comment])
                return (string)comment["body"]!;
        }

        throw new TimeoutException($"Nothing was said about {issue}.");
    }

    [GeneratedRegex(@"Installed as \d+\.")]
    private static partial Regex Installed();
}
