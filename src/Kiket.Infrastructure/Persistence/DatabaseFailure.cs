using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// Classifies database errors by their numbers. EF Core wraps the same failure differently in a query, a save and a commit, so
/// the whole chain of inner exceptions is searched for the database's own.
/// </summary>
internal static class DatabaseFailure
{
    private const string IdleInTransactionTimeout = "25P03";
    private const string TransactionTimeout = "25P04"; // PostgreSQL 17
    private const int SqliteForeignKey = 787;
    private const int SqlitePrimaryKey = 1555;
    private const int SqliteUnique = 2067;
    private const int SqliteBusySnapshot = 517;
    private const int SqlServerForeignKey = 547;
    private const int SqlServerUniqueIndex = 2601;
    private const int SqlServerUniqueConstraint = 2627;
    private const int SqlServerDeadlock = 1205;
    private const int SqlServerSnapshotConflict = 3960;

    /// <summary>From this severity on, the server closes the connection.</summary>
    private const int SqlServerFatal = 20;

    /// <summary>BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, FULL, CANTOPEN and PROTOCOL.</summary>
    private static readonly int[] SqliteUnavailable = [5, 6, 7, 8, 9, 10, 13, 14, 15];

    /// <summary>
    /// Classes of SQLSTATE: connection, insufficient resources (a full disk, too many connections), operator intervention (a
    /// shutdown, a statement that took too long), system error, and a rejected sign-in.
    /// </summary>
    private static readonly string[] PostgresUnavailable = ["08", "28", "53", "57", "58"];

    /// <summary>
    /// Timeouts and broken connections; a refused sign-in or a database that is closed, starting or read-only; full files, logs
    /// and memory; locks that were not granted in time; I/O errors; and the throttling of Azure. On Linux the number of a failed
    /// connection may be 0 (dotnet/SqlClient#1773).
    /// </summary>
    private static readonly int[] SqlServerUnavailable =
    [
        0,
        -2,
        -1,
        2,
        20,
        53,
        64,
        121,
        233,
        258,
        10053,
        10054,
        10060,
        10061,
        11001,
        18456,
        4060,
        921,
        922,
        927,
        942,
        3906,
        6005,
        9001,
        17142,
        18401,
        701,
        802,
        1101,
        1105,
        9002,
        1203,
        1204,
        1222,
        8645,
        823,
        824,
        10928,
        10929,
        40197,
        40501,
        40613,
        49918,
        49919,
        49920,
    ];

    /// <summary>A row with the same unique values already exists.</summary>
    public static bool IsUniqueViolation(Exception failure) =>
        CauseOf(failure) switch
        {
            PostgresException e => e.SqlState == PostgresErrorCodes.UniqueViolation,
            SqliteException e => e.SqliteExtendedErrorCode is SqliteUnique or SqlitePrimaryKey,
            SqlException e => e.Number is SqlServerUniqueIndex or SqlServerUniqueConstraint,
            _ => false,
        };

    /// <summary>
    /// The database rolled back this transaction because of a deadlock, or because another one committed first. On SQL Server not
    /// even its savepoints are left.
    /// </summary>
    public static bool IsDeadlock(Exception failure) =>
        CauseOf(failure) switch
        {
            PostgresException e => e.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure,
            SqliteException e => e.SqliteExtendedErrorCode == SqliteBusySnapshot,
            SqlException e => e.Number is SqlServerDeadlock or SqlServerSnapshotConflict,
            _ => false,
        };

    /// <summary>Another writer changed, claimed or removed rows that this one had read, or they deadlocked.</summary>
    public static bool IsLostRace(Exception failure) =>
        ChainOf(failure).Any(e => e is DbUpdateConcurrencyException)
        || IsUniqueViolation(failure)
        || IsDeadlock(failure)
        || CauseOf(failure) switch
        {
            PostgresException e => e.SqlState is PostgresErrorCodes.ForeignKeyViolation,
            SqliteException e => e.SqliteExtendedErrorCode == SqliteForeignKey,
            SqlException e => e.Number is SqlServerForeignKey,
            _ => false,
        };

    /// <summary>
    /// The database cannot be reached, is too busy, took too long, or cannot write now; the same request may succeed a little
    /// later.
    /// </summary>
    public static bool IsUnavailable(Exception failure) =>
        !IsDeadlock(failure)
        && CauseOf(failure) switch
        {
            PostgresException e => PostgresUnavailable.Contains(e.SqlState[..2])
                || e.SqlState
                    is PostgresErrorCodes.InvalidCatalogName
                        or IdleInTransactionTimeout
                        or TransactionTimeout
                        or PostgresErrorCodes.ReadOnlySqlTransaction
                        or PostgresErrorCodes.LockNotAvailable,
            NpgsqlException => true, // not reported by the server: no connection, an exhausted pool, or a lost connection
            SqliteException e => SqliteUnavailable.Contains(e.SqliteErrorCode),
            SqlException e => SqlServerUnavailable.Contains(e.Number) || e.Class >= SqlServerFatal,
            _ => ChainOf(failure)
                .Any(e =>
                    e is DatabaseBusyException or InvalidOperationException { Source: "Microsoft.Data.SqlClient" }
                    || e is SocketException or TimeoutException && IsOfNpgsql(e)
                ),
        };

    /// <summary>The driver does not wrap what goes wrong while it looks up the name of the host (npgsql/npgsql#5606).</summary>
    private static bool IsOfNpgsql(Exception failure) =>
        failure.StackTrace?.Contains($" {nameof(Npgsql)}.", StringComparison.Ordinal) == true;

    private static DbException? CauseOf(Exception failure) => ChainOf(failure).OfType<DbException>().FirstOrDefault();

    private static IEnumerable<Exception> ChainOf(Exception failure)
    {
        for (var e = failure; e is not null; e = e.InnerException)
            yield return e;
    }
}

/// <summary>The database did not serve a request within the limit of <see cref="DatabaseOptions.BusyTimeoutSeconds"/>.</summary>
internal sealed class DatabaseBusyException(string message) : Exception(message);
