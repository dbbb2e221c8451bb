using System.Net.Sockets;
using System.Reflection;
using Kiket.Infrastructure.Persistence;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Kiket.Application.Tests.Persistence;

public sealed class DatabaseFailureTests
{
    private static readonly Func<Exception, Exception>[] Wrappings =
    [
        failure => failure,
        failure => new DbUpdateException("A save.", failure),
        failure => new InvalidOperationException(
            "An exception has been raised that is likely due to a transient failure.",
            failure
        ),
        failure => new InvalidOperationException("A query.", new DbUpdateException("A save.", failure)),
    ];

    public static TheoryData<string> Deadlocks =>
        ["postgres 40P01", "postgres 40001", "sqlserver 1205", "sqlserver 3960", "sqlite 517"];

    public static TheoryData<string> Outages =>
        [
            "postgres 57P01",
            "postgres 57P03",
            "postgres 53300",
            "postgres 53100",
            "postgres 08006",
            "postgres 25006",
            "postgres 58030",
            "postgres 25P03",
            "postgres 25P04",
            "npgsql",
            "sqlite 5",
            "sqlite 6",
            "sqlite 8",
            "sqlite 10",
            "sqlite 13",
            "sqlite 14",
            "sqlite 261",
            "sqlite 778",
            "sqlserver -2",
            "sqlserver 1105",
            "sqlserver 9002",
            "sqlserver 4060",
            "sqlserver 10054",
            "sqlserver 0",
            "sqlserver 1204",
            "sqlserver 1222",
            "sqlserver 3906",
            "queue",
        ];

    public static TheoryData<string> Bugs => ["postgres 42601", "postgres 23502", "sqlite 1", "sqlserver 102", "socket", "other"];

    [Theory]
    [MemberData(nameof(Deadlocks))]
    public void A_deadlock_is_a_lost_race_however_it_is_wrapped(string name) =>
        Assert.All(
            Wrappings,
            wrap =>
            {
                var failure = wrap(Failure(name));

                Assert.True(DatabaseFailure.IsDeadlock(failure));
                Assert.True(DatabaseFailure.IsLostRace(failure));
                Assert.False(DatabaseFailure.IsUnavailable(failure));
            }
        );

    [Theory]
    [MemberData(nameof(Outages))]
    public void An_outage_is_recognised_however_it_is_wrapped(string name) =>
        Assert.All(
            Wrappings,
            wrap =>
            {
                var failure = wrap(Failure(name));

                Assert.True(DatabaseFailure.IsUnavailable(failure));
                Assert.False(DatabaseFailure.IsLostRace(failure));
            }
        );

    [Fact]
    public async Task A_host_whose_name_is_not_known_is_an_outage_however_it_is_wrapped()
    {
        await using var connection = new NpgsqlConnection("Host=kiket.invalid;Username=kiket");

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => connection.OpenAsync(TestContext.Current.CancellationToken));

        Assert.All(Wrappings, wrap => Assert.True(DatabaseFailure.IsUnavailable(wrap(failure)), failure.ToString()));
    }

    [Theory]
    [MemberData(nameof(Bugs))]
    public void A_bug_is_neither(string name) =>
        Assert.All(
            Wrappings,
            wrap =>
            {
                var failure = wrap(Failure(name));

                Assert.False(DatabaseFailure.IsUnavailable(failure));
                Assert.False(DatabaseFailure.IsLostRace(failure));
            }
        );

    private static Exception Failure(string name) =>
        name.Split(' ') switch
        {
            ["postgres", var state] => new PostgresException("It failed.", "ERROR", "ERROR", state),
            ["npgsql"] => new NpgsqlException("Failed to connect", new SocketException((int)SocketError.ConnectionRefused)),
            ["sqlite", var code] => new SqliteException("It failed.", int.Parse(code, null) & 0xff, int.Parse(code, null)),
            ["sqlserver", var number] => SqlServer(int.Parse(number, null)),
            ["socket"] => new SocketException((int)SocketError.ConnectionRefused), // of another system
            ["queue"] => new DatabaseBusyException("It took too long."),
            _ => new ArgumentException(name),
        };

    private static SqlException SqlServer(int number)
    {
        const BindingFlags hidden = BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;
        var errors = (SqlErrorCollection)Activator.CreateInstance(typeof(SqlErrorCollection), nonPublic: true)!;
        var error = typeof(SqlError)
            .GetConstructors(hidden)
            .Where(c => c.GetParameters() is [{ ParameterType: var first }, ..] && first == typeof(int))
            .OrderBy(c => c.GetParameters().Length)
            .First();
        var values = error
            .GetParameters()
            .Select(
                (p, i) =>
                    i == 0 ? number
                    : p.ParameterType == typeof(string) ? ""
                    : p.ParameterType.IsValueType ? Activator.CreateInstance(p.ParameterType)
                    : null
            );
        typeof(SqlErrorCollection).GetMethod("Add", hidden)!.Invoke(errors, [error.Invoke([.. values])]);
        var create = typeof(SqlException).GetMethod("CreateException", hidden, [typeof(SqlErrorCollection), typeof(string)])!;
        return (SqlException)create.Invoke(null, [errors, "16.0"])!;
    }
}
