using Kiket.Application.Common;
using Kiket.Application.Notifications;
using Kiket.Domain.Notifications;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tests.Persistence;

/// <summary>Bulk changes of any number of rows go in batches.</summary>
public abstract class BatchSuite(TestDatabase database)
{
    [Fact]
    public async Task All_notifications_are_marked_read_in_statements_of_bounded_size()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        var issue = await workspace.AddIssueAsync(new() { Title = "An issue" });
        const int count = (2 * Batches.Size) + 1;
        await using var session = workspace.SignIn();
        var row = await session.Db.Issues.SingleAsync(i => i.Id == issue.Id);
        session.Db.Notifications.AddRange(
            Enumerable
                .Range(0, count)
                .Select(n =>
                    Notification.About(
                        row,
                        workspace.Admin.UserId,
                        $"Number {n}",
                        NotificationLevel.Info,
                        DateTimeOffset.UnixEpoch
                    )
                )
        );
        await session.Db.SaveChangesAsync();
        var statements = database.Statements.Begin();

        Assert.Null((await session.SendAsync(new ReadAllNotificationsCommand())).Error);

        Assert.Equal(3, statements.Count(s => s.Sql.Contains("UPDATE", StringComparison.OrdinalIgnoreCase)));
        Assert.False(await session.Db.Notifications.AnyAsync(n => n.UserId == workspace.Admin.UserId && n.ReadAt == null));
        Assert.Equal(
            count,
            await session.Db.Notifications.Where(n => n.UserId == workspace.Admin.UserId).DeleteInBatchesAsync(default)
        );
    }
}

public sealed class SqliteBatchTests(SqliteDatabase database) : BatchSuite(database);

public sealed class PostgreSqlBatchTests(PostgreSqlDatabase database) : BatchSuite(database);
