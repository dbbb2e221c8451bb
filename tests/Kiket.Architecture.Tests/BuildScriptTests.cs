using System.Management.Automation.Language;

namespace Kiket.Architecture.Tests;

/// <summary>PowerShell does not run everywhere that Kiket is built, so its own parser reads the script.</summary>
public sealed class BuildScriptTests
{
    [Fact]
    public void The_build_script_parses_and_restores_builds_tests_and_packs()
    {
        var script = Parser.ParseFile(Path.Combine(Sources.Root, "build.ps1"), out _, out var errors);

        Assert.Empty(errors.Select(e => $"line {e.Extent.StartLineNumber}: {e.Message}"));
        var words = script
            .FindAll(node => node is StringConstantExpressionAst, searchNestedScriptBlocks: true)
            .Select(node => ((StringConstantExpressionAst)node).Value);
        Assert.Equal(["restore", "build", "test", "pack"], words.Where(word => word is "restore" or "build" or "test" or "pack"));
    }

    [Fact]
    public void A_script_with_an_error_is_refused()
    {
        Parser.ParseInput("foreach ($step in $steps) { & dotnet @step", out _, out var errors);

        Assert.NotEmpty(errors);
    }
}
