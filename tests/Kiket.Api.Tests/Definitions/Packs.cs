using System.Reflection;
using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;

namespace Kiket.Api.Tests.Definitions;

/// <summary>Definition packs on disk and in code, and how they are sent.</summary>
internal static class Packs
{
    private static readonly string Repository = Assembly
        .GetExecutingAssembly()
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == "RepositoryRoot")
        .Value!;

    public static string Example { get; } = Path.Combine(Repository, "examples", "newsroom");

    /// <summary>The folder of real packs, which is beside the repository on some machines.</summary>
    public static string Shared()
    {
        var folder = Path.GetFullPath(Path.Combine(Repository, "..", "shared", "definitions"));
        Assert.SkipUnless(Directory.Exists(folder), $"The real packs are not at {folder}.");
        return folder;
    }

    public static JsonArray FilesOf(string folder) =>
        [
            .. Directory
                .EnumerateFiles(Path.Combine(folder, ".kiket"), "*.y*ml", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(f => File(Path.GetRelativePath(folder, f).Replace('\\', '/'), System.IO.File.ReadAllText(f))),
        ];

    public static JsonObject File(string path, string content) => new() { ["path"] = path, ["content"] = content };

    /// <summary>A pack of a project, two types, two workflows and two issues.</summary>
    public static JsonArray Small() =>
        [
            File(
                ".kiket/project.yaml",
                """
                project:
                  key: LEGAL
                  name: Legal
                  seed_data:
                    issues:
                      - {title: Lease, issue_type: contract, status: review, priority: high, labels: [lease]}
                      - {title: Question, issue_type: task}
                """
            ),
            File(".kiket/issue_types.yaml", "issue_types:\n  - key: contract\n    workflow: contract\n  - key: task\n"),
            File(
                ".kiket/workflows/main.yaml",
                "workflow: main\nstates: [open, done]\ntransitions:\n  - {from: open, to: done}\n"
            ),
            File(".kiket/workflows/contract.yaml", Contract),
        ];

    public const string Contract = """
        workflow: {id: contract, name: Contract}
        states: [intake, review, signed]
        transitions:
          - {from: intake, to: review}
          - {from: review, to: signed, name: Sign}
        """;

    public static Task<HttpResponseMessage> ImportAsync(
        this HttpClient client,
        JsonArray files,
        string? projectKey = null,
        bool dryRun = false
    )
    {
        var body = new JsonObject { ["files"] = files.DeepClone() };
        if (projectKey is not null)
            body["project_key"] = projectKey;
        if (dryRun)
            body["dry_run"] = true;
        return client.PostLargeJsonAsync("/api/v1/definitions/import", body);
    }

    public static string[] Texts(this JsonNode answer, string list) => [.. answer[list]!.AsArray().Select(t => (string)t!)];
}
