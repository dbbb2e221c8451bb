using System.Text.RegularExpressions;

namespace Kiket.Architecture.Tests;

/// <summary>A class called <c>…Queries</c> only reads (house style, section 11).</summary>
public sealed partial class QueriesTests
{
    [Fact]
    public void A_class_called_Queries_only_reads()
    {
        var files = Sources.Files("src").Where(file => Queries().IsMatch(File.ReadAllText(file))).ToList();

        Assert.NotEmpty(files);
        Assert.Empty(
            files.SelectMany(file => Writes(File.ReadAllText(file)).Select(statement => $"{Path.GetFileName(file)}: {statement}"))
        );
    }

    [Theory]
    [InlineData("db.Issues.Where(i => i.Id == 1).ExecuteUpdateAsync(set => set, ct)", true)]
    [InlineData("db.Issues.ExecuteDeleteAsync(ct)", true)]
    [InlineData("db.Issues.UpdateInBatchesAsync(set => set, ct)", true)]
    [InlineData("db.ExtensionAuditEntries.Add(entry)", true)]
    [InlineData("db\n    .Issues\n    .AddRange(issues)", true)]
    [InlineData("await work.FlushAsync(ct)", true)]
    [InlineData("await db.LockAsync(module.Id, ct)", true)]
    [InlineData("roles.Add(role)", false)]
    [InlineData("db.Issues.Where(i => i.Id == 1)", false)]
    public void A_write_is_found(string text, bool isSeen) => Assert.Equal(isSeen, Writes(text).Any());

    private static IEnumerable<string> Writes(string text) => Write().Matches(text).Select(match => match.Value);

    [GeneratedRegex(@"\bclass \w+Queries\b")]
    private static partial Regex Queries();

    [GeneratedRegex(
        @"\.(ExecuteUpdate|ExecuteDelete|UpdateInBatches|DeleteInBatches|Flush|FlushBatch|Lock|SaveChanges)Async\("
            + @"|\bdb\s*\.\s*\w+\s*\.\s*(Add|Attach|Remove|Update)(Range)?\("
    )]
    private static partial Regex Write();
}
