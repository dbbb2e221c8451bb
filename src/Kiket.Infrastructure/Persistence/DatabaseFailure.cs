using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Kiket.Infrastructure.Persistence;

/// <summary>Tells what a database refused and why, in the numbers of each.</summary>
public static class DatabaseFailure
{
    private const int SqliteForeignKey = 787;
    private const int SqlitePrimaryKey = 1555;
    private const int SqliteUnique = 2067;
    private const int SqlServerForeignKey = 547;
    private const int SqlServerUniqueIndex = 2601;
    private const int SqlServerUniqueConstraint = 2627;
    private const int SqlServerDeadlock = 1205;

    /// <summary>A row with the same unique values is there already.</summary>
    public static bool IsUniqueViolation(Exception failure) => CauseOf(failure) switch
    {
        PostgresException e => e.SqlState == PostgresErrorCodes.UniqueViolation,
        SqliteException e => e.SqliteExtendedErrorCode is SqliteUnique or SqlitePrimaryKey,
        SqlException e => e.Number is SqlServerUniqueIndex or SqlServerUniqueConstraint,
        _ => false,
    };

    /// <summary>Another writer changed, took or removed what this one had read, or each waited for the other.</summary>
    public static bool IsLostRace(Exception failure) => failure is DbUpdateConcurrencyException || IsUniqueViolation(failure) || CauseOf(failure) switch
    {
        PostgresException e => e.SqlState is PostgresErrorCodes.ForeignKeyViolation or PostgresErrorCodes.DeadlockDetected,
        SqliteException e => e.SqliteExtendedErrorCode == SqliteForeignKey,
        SqlException e => e.Number is SqlServerForeignKey or SqlServerDeadlock,
        _ => false,
    };

    // A save wraps the database's exception; a bulk change throws it as it is.
    private static Exception? CauseOf(Exception failure) => failure is DbUpdateException ? failure.InnerException : failure;
}
