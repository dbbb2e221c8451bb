using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;
using Kiket.Infrastructure.Events;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Kiket.Application.Tests.Persistence;

/// <summary>
/// An earlier version marked each event when it was fanned out and processed. After the upgrade, exactly the remaining work is
/// done, once.
/// </summary>
public abstract class EventCursorUpgradeSuite
{
    private const string Before = "StartDate";

    [Fact]
    public async Task What_waits_at_the_upgrade_is_done_once_and_nothing_else()
    {
        await using var database = NewDatabase();
        await database.InitializeAsync();
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        await AddWebhookAsync(workspace);
        for (var i = 0; i < 6; i++)
            await workspace.AddIssueAsync(new() { Title = $"Issue {i}" });
        var first = await OnAsync(workspace, db => db.Events.Where(e => e.IssueId != null).MinAsync(e => e.Sequence));
        await OnAsync(workspace, db => MigrateAsync(db, Before));

        // The first three are fanned out; every other one is processed. One has failed and waits, and one was given up.
        await ChangeAsync(workspace, $"UPDATE events SET fanned_out_at = occurred_at WHERE sequence < {first + 3}");
        await ChangeAsync(
            workspace,
            $"UPDATE events SET processed_at = occurred_at WHERE sequence IN ({first}, {first + 2}, {first + 5})"
        );
        await ChangeAsync(workspace, $"UPDATE events SET attempts = 3, last_error = 'y' WHERE sequence = {first + 1}");
        await ChangeAsync(workspace, $"UPDATE events SET attempts = 10, last_error = 'x' WHERE sequence = {first + 5}");
        await OnAsync(workspace, db => MigrateAsync(db, null));

        await using var session = workspace.SignIn();
        var postponed = await session.Db.Set<PostponedEvent>().OrderBy(e => e.EventId).ToListAsync();
        var handedOut = await session.Get<WebhookFanOut>().RunAsync(default);
        var processed = await session.Get<OutboxProcessor>().RunAsync(default);
        var again = (
            await session.Get<WebhookFanOut>().RunAsync(default),
            await session.Get<OutboxProcessor>().RunAsync(default)
        );

        Assert.Equal((3, 3), (handedOut, processed));
        Assert.Equal((0, 0), again);
        Assert.Equal([3, 0, 0, 10], postponed.Select(e => e.Attempts));
        Assert.Equal(["y", null, null, "x"], postponed.Select(e => e.LastError));
        Assert.Equal([false, false, false, true], postponed.Select(e => e.NextAttemptAt is null));
        Assert.Equal(
            [first + 3, first + 4, first + 5],
            await session
                .Db.WebhookDeliveries.Join(session.Db.Events, d => d.LoggedEventId, e => e.Id, (_, e) => e.Sequence)
                .OrderBy(s => s)
                .ToListAsync()
        );
        Assert.Equal(10, Assert.Single(await session.Db.Set<PostponedEvent>().ToListAsync()).Attempts);

        await workspace.AddIssueAsync(new() { Title = "Later" });
        Assert.Equal(
            (1, 1),
            (await session.Get<WebhookFanOut>().RunAsync(default), await session.Get<OutboxProcessor>().RunAsync(default))
        );
    }

    [Fact]
    public async Task The_way_back_marks_what_was_done()
    {
        await using var database = NewDatabase();
        await database.InitializeAsync();
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        await workspace.AddIssueAsync(new() { Title = "Done" });
        await using (var session = workspace.SignIn())
        {
            await session.Get<WebhookFanOut>().RunAsync(default);
            await session.Get<OutboxProcessor>().RunAsync(default);
        }

        await workspace.AddIssueAsync(new() { Title = "Waits" });
        await OnAsync(workspace, db => MigrateAsync(db, Before));

        Assert.Equal(1, await CountAsync(workspace, $"""SELECT COUNT(*) AS "Value" FROM events WHERE fanned_out_at IS NULL"""));
        Assert.Equal(1, await CountAsync(workspace, $"""SELECT COUNT(*) AS "Value" FROM events WHERE processed_at IS NULL"""));
    }

    protected abstract TestDatabase NewDatabase();

    private static Task<int> CountAsync(Workspace workspace, FormattableString count) =>
        OnAsync(workspace, db => db.Database.SqlQuery<int>(count).SingleAsync());

    private static Task<int> ChangeAsync(Workspace workspace, FormattableString change) =>
        OnAsync(workspace, db => db.Database.ExecuteSqlAsync(change));

    private static async Task<int> MigrateAsync(KiketDbContext db, string? to)
    {
        await db.GetService<IMigrator>().MigrateAsync(to);
        return 0;
    }

    private static async Task<T> OnAsync<T>(Workspace workspace, Func<KiketDbContext, Task<T>> work)
    {
        await using var session = workspace.SignIn();
        return await work(session.Db);
    }

    private static async Task AddWebhookAsync(Workspace workspace)
    {
        await using var session = workspace.SignIn();
        var (db, organization) = (session.Db, workspace.Admin.OrganizationId);
        var user = User.ForExtension(organization, "Example", DateTimeOffset.UnixEpoch);
        db.Users.Add(user);
        await db.SaveChangesAsync();
        var manifest = new ExtensionManifest { Id = "com.example.e", Name = "Example" };
        var extension = Extension.Install(
            user,
            null,
            manifest,
            "https://example.com",
            TokenSecret.Generate(Extension.KeyLabel),
            workspace.Admin.UserId,
            DateTimeOffset.UnixEpoch
        );
        db.Extensions.Add(extension);
        await db.SaveChangesAsync();
        db.Webhooks.Add(
            Webhook.For(
                organization,
                null,
                extension.Id,
                WebhookKind.Subscription,
                new(
                    "https://example.com",
                    true,
                    new Dictionary<string, string>(),
                    SignatureScheme.Timestamp,
                    DeliveryOrdering.None,
                    Webhook.MinTimeoutMs
                ),
                [new("issue.created")],
                null,
                DateTimeOffset.UnixEpoch
            )
        );
        await db.SaveChangesAsync();
    }
}

public sealed class SqliteEventCursorUpgradeTests : EventCursorUpgradeSuite
{
    protected override TestDatabase NewDatabase() => new SqliteDatabase();
}

public sealed class PostgreSqlEventCursorUpgradeTests : EventCursorUpgradeSuite
{
    protected override TestDatabase NewDatabase() => new PostgreSqlDatabase();
}

public sealed class SqlServerEventCursorUpgradeTests : EventCursorUpgradeSuite
{
    protected override TestDatabase NewDatabase() => new SqlServerDatabase();
}
