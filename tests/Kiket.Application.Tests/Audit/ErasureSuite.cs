using Kiket.Application.Ports;
using Kiket.Application.Tests.Persistence;
using Kiket.Application.Users;
using Kiket.Domain.Audit;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tests.Audit;

/// <summary>Erasing a user with more audit records than fit in a batch.</summary>
public abstract class ErasureSuite(TestDatabase database)
{
    private const int Records = 2_500;
    private const string Name = "Grace Hopper";

    [Fact]
    public async Task All_records_are_erased_in_one_transaction_with_the_record_of_it()
    {
        var workspace = await Workspace.NewAsync(database);
        var user = await workspace.AddUserAsync("grace@example.com");
        var other = await workspace.AddUserAsync("ada.lovelace@example.com");
        await using (var session = workspace.SignIn())
        {
            var left = new UserEdit { Deactivated = true };
            Assert.False((await session.SendAsync(new UpdateUserCommand(user.Id, left, default))).IsRefused);
        }

        await AddRecordsAsync(workspace, user, 1_000_000, Records);
        await AddRecordsAsync(workspace, other, 2_000_000, 1);

        await using (var session = workspace.SignIn())
        {
            var work = session.Get<IUnitOfWork>();
            var tried = await work.RehearseAsync(
                "erase_user",
                () => session.SendAsync(new EraseUserCommand(user.Id)),
                TestContext.Current.CancellationToken
            );
            Assert.False(tried.IsRefused);
        }

        Assert.Equal((Records + 1, 0), await CountAsync(workspace)); // nothing of it was committed before the end

        await using (var session = workspace.SignIn())
        {
            Assert.False((await session.SendAsync(new EraseUserCommand(user.Id))).IsRefused);
            Assert.Empty(session.Db.ChangeTracker.Entries());
        }

        Assert.Equal((1, 1), await CountAsync(workspace));
    }

    /// <summary>How many records name the person, and how many say that a user was erased.</summary>
    private static async Task<(int Named, int Erasures)> CountAsync(Workspace workspace)
    {
        await using var session = workspace.SignIn();
        return (
            await session.Db.AuditRecords.CountAsync(r => r.Details.Contains(Name)),
            await session.Db.AuditRecords.CountAsync(r => r.Action == "erase_user")
        );
    }

    private static async Task AddRecordsAsync(Workspace workspace, User user, long first, int count)
    {
        await using var session = workspace.SignIn();
        session.Db.AuditRecords.AddRange(
            Enumerable
                .Range(0, count)
                .Select(n => new AuditRecord
                {
                    OrganizationId = user.OrganizationId,
                    Sequence = first + n,
                    At = DateTimeOffset.UnixEpoch,
                    Action = "update_user",
                    ActorId = null,
                    Credential = "system",
                    SubjectType = "user",
                    SubjectId = user.Id.Value,
                    Details = $"\"type\":\"user\",\"id\":{user.Id},\"name\":\"{Name}\"",
                })
        );
        await session.Db.SaveChangesAsync();
    }
}

public sealed class SqliteErasureTests(SqliteDatabase database) : ErasureSuite(database);

public sealed class PostgreSqlErasureTests(PostgreSqlDatabase database) : ErasureSuite(database);
