using System.Data.Common;
using System.Net.Sockets;
using System.Reflection;
using Kiket.Infrastructure.Persistence;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Kiket.Api.Tests.Infrastructure;

/// <summary>Injects typical failures into the database of a server.</summary>
internal sealed class DatabaseFaults : IDbConnectionInterceptor, IDbTransactionInterceptor, IDbCommandInterceptor
{
    /// <summary>Whether no connection can be made.</summary>
    public bool IsAway { get; set; }

    /// <summary>Whether it rejects writes, as on a full disk.</summary>
    public bool IsReadOnly { get; set; }

    /// <summary>How many commits still end as the victim of a deadlock.</summary>
    public int Deadlocks { get; set; }

    /// <summary>How many commits succeed before that.</summary>
    public int SparedCommits { get; set; }

    /// <summary>The number of deadlocks, injected and real.</summary>
    public int DeadlocksSeen { get; private set; }

    /// <summary>How many changes of the endpoints still fail.</summary>
    public int FailingWebhookUpdates { get; set; }

    /// <summary>A statement that each connection begins with.</summary>
    public string? FirstStatement { get; set; }

    public Action<IServiceCollection> Services =>
        services =>
        {
            services.ConfigureDbContext<SqliteKiketDbContext>(options => options.AddInterceptors(this));
            services.ConfigureDbContext<PostgreSqlKiketDbContext>(options => options.AddInterceptors(this));
        };

    /// <summary>The exception of SQL Server's driver.</summary>
    public static SqlException SqlServer(int number)
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

    public ValueTask<InterceptionResult> ConnectionOpeningAsync(
        DbConnection connection,
        ConnectionEventData eventData,
        InterceptionResult result,
        CancellationToken cancellationToken = default
    ) =>
        !IsAway
            ? ValueTask.FromResult(result)
            : throw (
                connection is SqliteConnection
                    ? new SqliteException("unable to open database file", 14)
                    : new NpgsqlException("Failed to connect", new SocketException((int)SocketError.ConnectionRefused))
            );

    public async Task ConnectionOpenedAsync(
        DbConnection connection,
        ConnectionEndEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        if (FirstStatement is not null)
            await RunAsync(connection, FirstStatement);
        await RunAsync(
            connection,
            connection is SqliteConnection
                ? $"PRAGMA query_only = {(IsReadOnly ? 1 : 0)}"
                : $"SET default_transaction_read_only = {(IsReadOnly ? "on" : "off")}"
        );
    }

    public ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction,
        TransactionEventData eventData,
        InterceptionResult result,
        CancellationToken cancellationToken = default
    )
    {
        if (Deadlocks <= 0 || SparedCommits-- > 0)
            return ValueTask.FromResult(result);
        Deadlocks--;
        DeadlocksSeen++;
        throw new InvalidOperationException(
            "An exception has been raised that is likely due to a transient failure.",
            SqlServer(1205)
        );
    }

    public ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<int> result,
        CancellationToken cancellationToken = default
    )
    {
        if (
            FailingWebhookUpdates > 0
            && command.CommandText.Contains("webhooks", StringComparison.Ordinal)
            && command.CommandText.Contains("claimed_until", StringComparison.Ordinal)
            && !command.CommandText.Contains("queued_until", StringComparison.Ordinal)
        )
        {
            FailingWebhookUpdates--;
            throw new TimeoutException("The database does not answer.");
        }

        return ValueTask.FromResult(result);
    }

    public Task CommandFailedAsync(
        DbCommand command,
        CommandErrorEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        if (eventData.Exception is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected })
            DeadlocksSeen++;
        return Task.CompletedTask;
    }

    private static async Task RunAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
