using Kiket.Application.Guards;
using Microsoft.Extensions.Time.Testing;

namespace Kiket.Application.Tests.Persistence;

/// <summary>Moves do not query guards again shortly after none were found.</summary>
public abstract class KnownGuardSuite(TestDatabase database)
{
    [Fact]
    public async Task Guards_are_looked_for_once_in_two_seconds_and_again_after_a_change_of_endpoints()
    {
        var workspace = await Workspace.NewAsync(database);
        var clock = new FakeTimeProvider();
        var guards = new KnownGuards(clock);
        await using var session = workspace.SignIn();
        var organization = workspace.Admin.OrganizationId;

        var statements = database.Statements.Begin();
        Assert.False(await guards.HasAnyAsync(session.Db, organization, default));
        clock.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(await guards.HasAnyAsync(session.Db, organization, default));
        Assert.Single(statements);

        guards.Refresh();
        Assert.False(await guards.HasAnyAsync(session.Db, organization, default));
        Assert.Equal(2, statements.Count);

        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.False(await guards.HasAnyAsync(session.Db, organization, default));
        Assert.Equal(3, statements.Count);
    }
}

public sealed class SqliteKnownGuardTests(SqliteDatabase database) : KnownGuardSuite(database);

public sealed class PostgreSqlKnownGuardTests(PostgreSqlDatabase database) : KnownGuardSuite(database);
