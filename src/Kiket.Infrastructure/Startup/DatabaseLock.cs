using System.Data.Common;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Settings;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Kiket.Infrastructure.Startup;

/// <summary>
/// Lets one process at a time prepare a database, even if several nodes start. It belongs to an open file or connection, so it
/// ends with its process, even after a crash.
/// </summary>
internal static class DatabaseLock
{
    private const long PostgreSqlKey = 0x4B494B4554; // "KIKET"
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Notice = TimeSpan.FromSeconds(5);

    /// <param name="timeout">How long to wait for its holder.</param>
    /// <param name="onWaiting">Called every few seconds while another process holds it.</param>
    /// <returns>The lock, to be disposed of by the caller; null when another process held it until the timeout.</returns>
    public static async Task<IAsyncDisposable?> AcquireAsync(
        DatabaseOptions options,
        TimeSpan timeout,
        Action onWaiting,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var (begin, noticed) = (time.GetTimestamp(), time.GetTimestamp());
        while (true)
        {
            if (await TryAcquireAsync(options, ct) is { } acquired)
                return acquired;
            if (time.GetElapsedTime(begin) >= timeout)
                return null;
            if (time.GetElapsedTime(noticed) >= Notice)
            {
                onWaiting();
                noticed = time.GetTimestamp();
            }

            await Task.Delay(Pause, time, ct);
        }
    }

    private static Task<IAsyncDisposable?> TryAcquireAsync(DatabaseOptions options, CancellationToken ct) =>
        options.Provider switch
        {
            DatabaseProvider.Sqlite => Task.FromResult<IAsyncDisposable?>(TryOpen(LockFileOf(options.Connection))),
            DatabaseProvider.PostgreSql => TryAcquireAsync(
                new NpgsqlConnection(new NpgsqlConnectionStringBuilder(options.Connection) { Pooling = false }.ToString()),
                $"SET LOCAL idle_in_transaction_session_timeout = 0; SELECT pg_try_advisory_xact_lock({PostgreSqlKey})",
                answer => answer is true,
                ct
            ),
            _ => TryAcquireAsync(
                new SqlConnection(new SqlConnectionStringBuilder(options.Connection) { Pooling = false }.ToString()),
                """
                DECLARE @result int;
                EXEC @result = sp_getapplock @Resource = 'Kiket', @LockMode = 'Exclusive', @LockOwner = 'Transaction',
                    @LockTimeout = 0;
                SELECT @result
                """,
                answer => answer is >= 0,
                ct
            ),
        };

    /// <summary>
    /// A transaction lock instead of a session lock, because poolers keep transactions on one connection, but not sessions.
    /// </summary>
    private static async Task<IAsyncDisposable?> TryAcquireAsync(
        DbConnection connection,
        string sql,
        Func<object?, bool> isAcquired,
        CancellationToken ct
    )
    {
        DbConnection? unused = connection;
        try
        {
            await connection.OpenAsync(ct);
            await using var command = connection.CreateCommand();
            command.Transaction = await connection.BeginTransactionAsync(ct); // ends with its connection
            command.CommandText = sql;
            if (!isAcquired(await command.ExecuteScalarAsync(ct)))
                return null;
            unused = null;
            return connection;
        }
        finally
        {
            if (unused is not null)
                await unused.DisposeAsync();
        }
    }

    /// <summary>Beside the target of a symbolic link, so that a database has the same lock under all its names.</summary>
    private static string LockFileOf(string connection)
    {
        var file = Path.GetFullPath(new SqliteConnectionStringBuilder(connection).DataSource);
        return (File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file) + ".lock";
    }

    private static FileStream? TryOpen(string file)
    {
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException failure) when (File.Exists(file) && failure is not PathTooLongException)
        {
            return null; // another process holds it; the file itself always stays
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            var reason = SettingsReader.OneLine(failure.Message).TrimEnd('.');
            throw new SettingsException(
                $"{ConnectionSettings.Name} names a database, but '{file}' beside it cannot be written ({reason}).",
                failure
            );
        }
    }
}
