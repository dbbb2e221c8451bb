using System.Text.Json;
using System.Text.RegularExpressions;

namespace Kiket.Architecture.Tests;

/// <summary>Files that operators copy refer only to settings and commands that exist.</summary>
public sealed partial class DeploymentTests
{
    [Fact]
    public void Files_for_deployment_and_the_handbook_set_only_settings_that_exist()
    {
        var known = SettingInTable()
            .Matches(File.ReadAllText(Path.Combine(Sources.Root, "README.md")))
            .Select(m => m.Value.Replace(":", "__", StringComparison.Ordinal))
            .ToHashSet(StringComparer.Ordinal);

        var used = Directory
            .EnumerateFiles(Path.Combine(Sources.Root, "deploy"), "*", SearchOption.AllDirectories)
            .Where(file =>
                !Path.GetRelativePath(Sources.Root, file).Split(Path.DirectorySeparatorChar).Any(p => p is "bin" or "obj")
            )
            .Append(Path.Combine(Sources.Root, "docs", "operations.md"))
            .SelectMany(file => Variable().Matches(File.ReadAllText(file)))
            .Select(m => m.Value)
            .Distinct()
            .ToList();

        Assert.NotEmpty(used);
        Assert.Empty(used.Except(known));
    }

    [Fact]
    public void The_schema_of_the_chart_describes_each_of_its_values_and_no_other()
    {
        var chart = Path.Combine(Sources.Root, "deploy", "helm", "kiket");
        using var schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(chart, "values.schema.json")));

        var described = schema.RootElement.GetProperty("properties").EnumerateObject().Select(p => p.Name).Except(["global"]);

        var values = TopLevelKey().Matches(File.ReadAllText(Path.Combine(chart, "values.yaml"))).Select(m => m.Value);
        Assert.Equal(described.Order(StringComparer.Ordinal), values.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_handbook_lists_each_command()
    {
        var handbook = File.ReadAllText(Path.Combine(Sources.Root, "docs", "operations.md"));

        var commands = Sources
            .Files("src/Kiket.Api/Startup")
            .Where(file => file.EndsWith("Command.cs", StringComparison.Ordinal))
            .Select(file => Command().Match(File.ReadAllText(file)).Groups["name"].Value)
            .ToList();

        Assert.All(commands, Assert.NotEmpty);
        Assert.All(commands, command => Assert.Matches($"\\| [^|\n]*`{command}[` ]", handbook));
    }

    [GeneratedRegex(@"(?<=`)\w+:\w+(?=`)")]
    private static partial Regex SettingInTable();

    [GeneratedRegex(@"\b[A-Z][A-Za-z]+__[A-Z][A-Za-z]+")]
    private static partial Regex Variable();

    [GeneratedRegex(@"^\w+(?=:)", RegexOptions.Multiline)]
    private static partial Regex TopLevelKey();

    [GeneratedRegex(@"^/// (<summary>)?<c>(?<name>[a-z-]+)", RegexOptions.Multiline)]
    private static partial Regex Command();
}
