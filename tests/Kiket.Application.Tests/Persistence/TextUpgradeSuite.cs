using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tests.Persistence;

/// <summary>Rows that an earlier version has written.</summary>
public abstract class TextUpgradeSuite(TestDatabase database)
{
    [Fact]
    public async Task Old_rows_are_converted_to_the_form_of_this_version_without_visible_changes()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        var issue = await workspace.AddIssueAsync(new() { Title = "ΟΔΟΣ café", Labels = new[] { "a" } });
        await using (var old = workspace.SignIn())
        {
            await old
                .Db.Issues.Where(i => i.Id == issue.Id)
                .ExecuteUpdateAsync(set =>
                    set.SetProperty(i => i.SortKey, "")
                        .SetProperty(i => i.TypeSortKey, "")
                        .SetProperty(i => i.StatusSortKey, "")
                        .SetProperty(i => i.SearchText, "")
                        .SetProperty(i => i.Title, "ΟΔΟΣ cafe\u0301")
                        .SetProperty(i => i.Labels, new[] { "cafe\u0301", "café" })
                );
            await old.Db.DataUpgrades.ExecuteDeleteAsync();
            await old.Get<DatabaseSchema>().MigrateAsync(default);
        }

        await using var reader = workspace.SignIn();
        var read = await reader.Db.Issues.AsNoTracking().SingleAsync(i => i.Id == issue.Id);
        Assert.Equal(
            ("ΟΔΟΣ café", "οδοσ cafe", read.IssueType.Value.ToLowerInvariant()),
            (read.Title, read.SortKey, read.TypeSortKey)
        );
        Assert.Equal(read.Status.Value, read.StatusSortKey);
        Assert.Contains("οδοσ", read.SearchText, StringComparison.Ordinal);
        Assert.Equal(["café"], read.Labels);
        Assert.Equal(issue.Version, read.Version);
    }
}

public sealed class SqliteTextUpgradeTests(SqliteDatabase database) : TextUpgradeSuite(database);

public sealed class PostgreSqlTextUpgradeTests(PostgreSqlDatabase database) : TextUpgradeSuite(database);

public sealed class SqlServerTextUpgradeTests(SqlServerDatabase database) : TextUpgradeSuite(database);
