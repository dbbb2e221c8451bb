using System.Management.Automation.Language;

namespace Kiket.Architecture.Tests;

/// <summary>PowerShell does not run everywhere that Kiket is built, so its own parser reads the script.</summary>
public sealed class BuildScriptTests
{
    private const string Steps = ".ci/steps";

    [Fact]
    public void The_build_script_parses_and_takes_the_steps_that_decide_about_a_change()
    {
        var script = Parser.ParseFile(Path.Combine(Sources.Root, "build.ps1"), out _, out var errors);

        Assert.Empty(errors.Select(e => $"line {e.Extent.StartLineNumber}: {e.Message}"));
        var words = script
            .FindAll(node => node is StringConstantExpressionAst, searchNestedScriptBlocks: true)
            .Select(node => ((StringConstantExpressionAst)node).Value);
        Assert.Contains(Steps, words);
        Assert.Contains($"grep '^[^#]' {Steps}", File.ReadAllText(Path.Combine(Sources.Root, ".ci", "run")));
    }

    [Fact]
    public void The_steps_check_the_format_build_test_and_pack()
    {
        var steps = File.ReadLines(Path.Combine(Sources.Root, Steps)).Where(line => !line.StartsWith('#'));

        Assert.Equal(
            ["tool", "restore", "csharpier", "format", "build", "test", "pack"],
            steps.Select(step => step.Split(' ')[0])
        );
    }

    [Fact]
    public void A_script_with_an_error_is_refused()
    {
        Parser.ParseInput("foreach ($step in $steps) { & dotnet @step", out _, out var errors);

        Assert.NotEmpty(errors);
    }
}
