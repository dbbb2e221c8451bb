namespace Kiket.Architecture.Tests;

/// <summary>Folders of one project use each other in one direction only (house style, section 11).</summary>
public sealed class FolderTests
{
    /// <summary>The layers of the domain, from the bottom up. A folder uses its own layer and those below it.</summary>
    private static readonly string[][] DomainOrder =
    [
        ["Common"],
        ["Audit", "Workflows", "Calendars", "Capacity", "Guards"],
        ["Users", "Tokens", "Organizations", "Actions", "Projects"],
        ["OAuth", "Milestones", "Issues"],
        ["Approvals", "Checklists", "Comments", "Sla", "Events", "Notifications"],
        ["Webhooks", "Extensions", "CustomData", "Definitions"],
    ];

    /// <summary>Folders that the domain does not have: those of hosts, stores and tests.</summary>
    private static readonly string[] Technical =
    [
        "Authentication",
        "Authorization",
        "Behaviors",
        "Cors",
        "Dashboard",
        "Health",
        "Http",
        "Idempotency",
        "Infrastructure",
        "Jobs",
        "Observability",
        "OpenApi",
        "Operations",
        "Persistence",
        "Ports",
        "Properties",
        "RateLimits",
        "Readme",
        "Secrets",
        "Settings",
        "SignIn",
        "Snapshots",
        "Startup",
        "Yaml",
    ];

    [Theory]
    [InlineData("src/Kiket.Application")]
    [InlineData("src/Kiket.Infrastructure")]
    [InlineData("src/Kiket.Api")]
    [InlineData("tests/Kiket.Domain.Tests")]
    [InlineData("tests/Kiket.Application.Tests")]
    [InlineData("tests/Kiket.Api.Tests")]
    public void A_noun_has_the_same_folder_as_in_the_domain(string project) =>
        Assert.Empty(FoldersOf(project).Except(FoldersOf("src/Kiket.Domain")).Except(Technical));

    [Fact]
    public void Each_noun_of_the_domain_has_a_folder_in_the_application() =>
        Assert.Empty(FoldersOf("src/Kiket.Domain").Except(FoldersOf("src/Kiket.Application")));

    [Theory]
    [InlineData("Kiket.Domain")]
    [InlineData("Kiket.Application")]
    [InlineData("Kiket.Infrastructure")]
    [InlineData("Kiket.Api")]
    public void No_folders_of_a_project_use_each_other_in_a_circle(string project)
    {
        var circles = GraphOf(project).Circles();

        Assert.True(circles.Count == 0, string.Join('\n', circles));
    }

    [Fact]
    public void Folders_of_the_domain_use_only_those_before_them()
    {
        var graph = GraphOf("Kiket.Domain");

        Assert.Equal(graph.Folders, DomainOrder.SelectMany(storey => storey).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(graph.Uses, use => StoreyOf(use.From) < StoreyOf(use.To));
    }

    [Theory]
    [InlineData("src/Kiket.Domain/README.md")]
    [InlineData("docs/architecture.md")]
    public void The_documents_draw_the_folders_of_the_domain(string document)
    {
        var drawn = File.ReadAllLines(Path.Combine(Sources.Root, document))
            .SkipWhile(line => !line.StartsWith("    Common", StringComparison.Ordinal))
            .TakeWhile(line => line.Length > 0);

        Assert.Equal(
            string.Join(" ← ", DomainOrder.Select(storey => string.Join(", ", storey))),
            string.Join(' ', drawn.SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        );
    }

    [Fact]
    public void A_circle_is_found_and_named_with_its_files()
    {
        var graph = FolderGraph.Of(
            "Kiket.Domain",
            [
                new(
                    "Issues/Issue.cs",
                    "using Kiket.Domain.Common;\nusing Kiket.Domain.Workflows;\nnamespace Kiket.Domain.Issues;\nclass Issue;"
                ),
                new(
                    "Workflows/Engine.cs",
                    "using System;\nusing Kiket.Domain.Common;\nnamespace Kiket.Domain.Workflows;\nclass Engine;"
                ),
                new("Workflows/Facts.cs", "using Kiket.Domain.Issues;\nnamespace Kiket.Domain.Workflows;\nclass Facts;"),
                new("Common/Result.cs", "namespace Kiket.Domain.Common;\nclass Result;"),
            ]
        );

        Assert.Equal(
            ["Issues, Workflows: Issues → Workflows (Issues/Issue.cs); Workflows → Issues (Workflows/Facts.cs)"],
            graph.Circles()
        );
    }

    [Fact]
    public void A_circle_of_three_is_found_and_what_only_leads_to_it_is_left_out()
    {
        var graph = FolderGraph.Of(
            "Kiket.Api",
            [
                new("A/One.cs", "using Kiket.Api.B;"),
                new("B/Two.cs", "using Kiket.Api.C;"),
                new("C/Three.cs", "using Kiket.Api.A;\nusing Kiket.Api.D;"),
                new("D/Four.cs", ""),
                new("E/Five.cs", "using Kiket.Api.A;"),
                new("Program.cs", "using Kiket.Api.A;\nusing Kiket.Api.E;"),
            ]
        );

        Assert.Equal(["A, B, C: A → B (A/One.cs); B → C (B/Two.cs); C → A (C/Three.cs)"], graph.Circles());
    }

    [Theory]
    [InlineData("using Kiket.Domain.Sla;")]
    [InlineData("using static Kiket.Domain.Sla.Clock;")]
    [InlineData("using Watch = Kiket.Domain.Sla.Clock;")]
    [InlineData("class X { Domain.Sla.Clock? clock; }")]
    [InlineData("class X { global::Kiket.Domain.Sla.Clock? clock; }")]
    [InlineData("class X { Sla.Clock? clock; }")]
    [InlineData("class X { string Name => $\"http://{Sla.Clock.Name}\"; }")]
    public void A_use_is_found_in_each_of_its_forms(string text) => Assert.Equal(["Issues → Sla (Issues/X.cs)"], UsesIn(text));

    [Theory]
    [InlineData("using Kiket.Application.Sla;")]
    [InlineData("class X { Application.Sla.Clock? clock; }")]
    [InlineData("class X { object? Of(X x) => x.Sla.Clock; }")]
    [InlineData("class X { int Count => Sla.Count; }")]
    [InlineData("// Sla.Clock does it.")]
    [InlineData("/* Kiket.Domain.Sla.Clock */")]
    public void Text_that_only_looks_like_a_use_is_ignored(string text) => Assert.Empty(UsesIn(text));

    private static IEnumerable<string> UsesIn(string text) =>
        FolderGraph
            .Of(
                "Kiket.Domain",
                [new("Issues/X.cs", text), new("Sla/Clock.cs", "namespace Kiket.Domain.Sla;\npublic sealed class Clock;")]
            )
            .Uses.Select(use => use.ToString());

    private static IEnumerable<string> FoldersOf(string project)
    {
        var folder = Path.Combine(Sources.Root, project);
        return Sources
            .Files(folder)
            .Select(file => Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar))
            .Where(parts => parts.Length > 1)
            .Select(parts => parts[0])
            .Distinct();
    }

    private static FolderGraph GraphOf(string project)
    {
        var folder = Path.Combine(Sources.Root, "src", project);
        return FolderGraph.Of(
            project,
            [
                .. Sources
                    .Files(folder)
                    .Select(file => new SourceFile(
                        Path.GetRelativePath(folder, file).Replace('\\', '/'),
                        File.ReadAllText(file)
                    )),
            ]
        );
    }

    private static int StoreyOf(string folder) => Array.FindIndex(DomainOrder, storey => storey.Contains(folder));
}
