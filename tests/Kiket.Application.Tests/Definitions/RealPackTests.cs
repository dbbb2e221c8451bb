using System.Text.Json;
using Kiket.Application.Definitions;
using Kiket.Application.Tests.Workflows;
using Kiket.Infrastructure.Definitions;
using Kiket.Infrastructure.Yaml;

namespace Kiket.Application.Tests.Definitions;

/// <summary>
/// The packs that the Kiket project publishes, our own example, and one that has everything: every key and every transition.
/// </summary>
public sealed class RealPackTests
{
    private static readonly DefinitionReader Reader = new();

    [Theory]
    [InlineData("ecommerce")]
    [InlineData("engineering")]
    [InlineData("kanban")]
    [InlineData("scrum")]
    [InlineData("support")]
    [InlineData("newsroom")]
    [InlineData("everything")]
    public void Every_key_is_read_or_reported_with_its_line(string pack)
    {
        var files = ExamplePack.FilesOf(pack);
        var whole = Read(files).Value;
        var before = Said(whole);
        List<string> lost = [];
        var keys = 0;
        foreach (var (path, text) in files.Where(f => !IsKeptOnly(whole, f.Path)))
        {
            foreach (var (entry, parents) in EntriesOf(YamlTree.Read(text).Root))
            {
                keys++;
                if (parents.Append(entry.Key).Any(key => IsReported(whole, path, key)))
                    continue;

                // A misspelt key is reported or kept in the result; another value of a correct key changes the result.
                var misspelt = Read(With(files, path, Rename(text, entry.Key)));
                var isNoted =
                    misspelt.IsRefused
                    || misspelt.Value.Warnings.Any(w => w.File == path && w.Line == entry.Key.Line)
                    || Said(misspelt.Value).Contains($"zz_{entry.Key.Value}", StringComparison.Ordinal);
                var isRead =
                    misspelt.IsRefused
                    || Said(misspelt.Value) != before
                    || (
                        Another(text, entry.Value) is { } other
                        && Read(With(files, path, other)) is var changed
                        && (
                            changed.IsRefused
                            || Said(changed.Value) != before
                            || changed.Value.Warnings.Any(w => w.File == path && w.Line == entry.Value.Line)
                        )
                    );
                if (!isNoted || !isRead)
                    lost.Add($"{path}:{entry.Key.Line} {entry.Key.Value}{(isRead ? " (misspelt)" : "")}");
            }
        }

        Assert.True(lost.Count == 0, string.Join('\n', lost));
        Assert.True(keys > 50, $"Only {keys} keys were tried.");
    }

    [Theory]
    [InlineData("ecommerce", 1, 9)]
    [InlineData("engineering", 2, 15)]
    [InlineData("kanban", 1, 5)]
    [InlineData("scrum", 1, 6)]
    [InlineData("support", 1, 8)]
    [InlineData("newsroom", 2, 14)]
    [InlineData("everything", 1, 12)]
    public void An_issue_goes_along_every_transition_and_along_none_while_anything_is_missing(
        string pack,
        int workflows,
        int transitions
    )
    {
        var read = Read(ExamplePack.FilesOf(pack)).Value;

        var violations = 0;
        foreach (var workflow in read.Workflows)
        {
            var driver = new WorkflowDriver(workflow.Definition);
            Assert.Empty(driver.DriveAll());
            violations += driver.Violations;

            // Each requirement was missing at least once.
            var asked = workflow.Definition.Transitions.Sum(t =>
                driver.DemandsOf(t).Count + workflow.Definition.ApprovalsOf(t).Count()
            );
            Assert.InRange(driver.Violations, asked, int.MaxValue);
        }

        Assert.Equal((workflows, transitions), (read.Workflows.Count, read.Workflows.Sum(w => w.Definition.Transitions.Count)));
        Assert.InRange(violations, 1, int.MaxValue);
    }

    private static Domain.Common.Result<DefinitionPack> Read(IReadOnlyList<(string Path, string Text)> files) =>
        Reader.Read([.. files.Select(f => new DefinitionText(f.Path, f.Text))], "PACK", null);

    /// <summary>The whole content of a pack, without its source text.</summary>
    private static string Said(DefinitionPack pack) =>
        JsonSerializer.Serialize(
            new
            {
                pack.Project,
                pack.Schema,
                pack.SlaDefinitions,
                Workflows = pack.Workflows.Select(w => new { w.Key, w.Definition }),
                Seeds = pack.Seeds.Select(s => new
                {
                    s.Type.Key,
                    s.Status,
                    s.Fields,
                }),
                Modules = pack.Modules.Select(m => new { m.Schema, Seeds = m.Seeds.Select(s => new { s.Table, s.Data }) }),
            }
        );

    private static bool IsKeptOnly(DefinitionPack pack, string path) =>
        pack.Warnings.Any(w => w.File == path && w.Message == "Files of this kind are kept but ignored.");

    private static bool IsReported(DefinitionPack pack, string path, YamlNode key) =>
        pack.Warnings.Any(w => w.File == path && w.Line == key.Line && w.Column == key.Column);

    private static IEnumerable<(YamlEntry Entry, IReadOnlyList<YamlNode> Parents)> EntriesOf(
        YamlNode? node,
        params IReadOnlyList<YamlNode> parents
    ) =>
        node switch
        {
            YamlMap map => map.Entries.SelectMany(e => EntriesOf(e.Value, [.. parents, e.Key]).Prepend((e, parents))),
            YamlList list => list.Items.SelectMany(i => EntriesOf(i, parents)),
            _ => [],
        };

    private static (string Path, string Text)[] With(IReadOnlyList<(string Path, string Text)> files, string path, string text) =>
        [.. files.Select(f => f.Path == path ? (path, text) : f)];

    private static string Rename(string text, YamlText key) =>
        Insert(text, key.Line, key.Column + (key.IsPlain ? 0 : 1), "zz_", 0);

    /// <summary>The text with another value, if that is possible on one line; otherwise null.</summary>
    private static string? Another(string text, YamlNode value)
    {
        if (value is not YamlText { Value.Length: > 0 } scalar)
            return null;
        var rest = text.Split('\n')[scalar.Line - 1][(scalar.Column - 1)..];
        return scalar.IsPlain
            ? rest.StartsWith(scalar.Value, StringComparison.Ordinal)
                ? Insert(text, scalar.Line, scalar.Column, "zz9", scalar.Value.Length)
                : null
            : rest[0] is '"' or '\''
                ? Insert(text, scalar.Line, scalar.Column + 1, "zz9", 0)
                : null;
    }

    private static string Insert(string text, int line, int column, string what, int replaced)
    {
        var lines = text.Split('\n');
        lines[line - 1] = lines[line - 1][..(column - 1)] + what + lines[line - 1][(column - 1 + replaced)..];
        return string.Join('\n', lines);
    }
}
