using System.Data.Common;
using System.Net.Sockets;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Settings;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Kiket.Infrastructure.Startup;

/// <summary>Waits at start for an unavailable database server; problems that waiting cannot solve fail immediately.</summary>
internal static class DatabaseReach
{
    private const int SqlServerNoSuchDatabase = 4060;
    private static readonly int[] SqlServerRefusals = [18456, 18452, 18470, 18487, 18488];
    private static readonly TimeSpan LongestAttempt = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Notice = TimeSpan.FromSeconds(3);

    /// <param name="onWaiting">Called every few seconds, with the reason.</param>
    /// <exception cref="DatabaseAwayException">It did not answer in time.</exception>
    /// <exception cref="SettingsException">It refuses the connection string, or the file is not a database.</exception>
    public static async Task WaitAsync(DatabaseOptions options, Action<string> onWaiting, TimeProvider time, CancellationToken ct)
    {
        if (options.Provider is DatabaseProvider.Sqlite)
            MakeFolder(new SqliteConnectionStringBuilder(options.Connection).DataSource);
        var (begin, noticed) = (time.GetTimestamp(), time.GetTimestamp() - (long)(Notice.TotalSeconds * time.TimestampFrequency));
        while (await AttemptAsync(options, ct) is { } reason)
        {
            if (time.GetElapsedTime(begin).TotalSeconds >= options.StartTimeoutSeconds)
                throw new DatabaseAwayException($"its database at {PlaceOf(options)} cannot be reached ({reason}).");
            if (time.GetElapsedTime(noticed) >= Notice)
            {
                onWaiting($"Waiting for the database at {PlaceOf(options)} ({reason}).");
                noticed = time.GetTimestamp();
            }

            await Task.Delay(Pause, time, ct);
        }
    }

    private static void MakeFolder(string file)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SettingsException(
                $"{ConnectionSettings.Name} names the file '{file}', but its folder cannot be created ({ReasonOf(failure)}).",
                failure
            );
        }
    }

    /// <returns>Null when the database answers, or why it does not.</returns>
    private static async Task<string?> AttemptAsync(DatabaseOptions options, CancellationToken ct)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(LongestAttempt);
        await using var connection = ConnectionOf(options);
        try
        {
            await connection.OpenAsync(timeout.Token);
            if (options.Provider is DatabaseProvider.Sqlite)
            {
                await using var command = connection.CreateCommand();
                command.CommandText = "PRAGMA schema_version"; // reads the file, because opening it is not enough
                await command.ExecuteScalarAsync(timeout.Token);
            }

            return null;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return "it does not answer";
        }
        catch (Exception failure) when (failure is DbException or SocketException or IOException or TimeoutException)
        {
            if (IsMissing(failure))
                return null;
            var reason = ReasonOf(failure);
            if (IsRefusal(failure))
                throw new SettingsException(
                    $"{ConnectionSettings.Name} does not lead to a usable database at {PlaceOf(options)} ({reason}).",
                    failure
                );
            return reason;
        }
    }

    /// <summary>The server answers; a missing database may be created later.</summary>
    private static bool IsMissing(Exception failure) =>
        failure
            is PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName }
                or SqlException { Number: SqlServerNoSuchDatabase };

    private static bool IsRefusal(Exception failure) =>
        failure switch
        {
            SqliteException => true,
            PostgresException e => !e.IsTransient,
            SqlException e => SqlServerRefusals.Contains(e.Number),
            // Such as a missing password.
            NpgsqlException { IsTransient: false, InnerException: null } => true,
            _ => false,
        };

    private static string ReasonOf(Exception failure) => SettingsReader.OneLine(failure.Message).TrimEnd('.');

    private static DbConnection ConnectionOf(DatabaseOptions options) =>
        options.Provider switch
        {
            DatabaseProvider.Sqlite => new SqliteConnection(
                new SqliteConnectionStringBuilder(options.Connection) { Pooling = false }.ToString()
            ),
            DatabaseProvider.PostgreSql => new NpgsqlConnection(
                new NpgsqlConnectionStringBuilder(options.Connection) { Pooling = false }.ToString()
            ),
            _ => new SqlConnection(new SqlConnectionStringBuilder(options.Connection) { Pooling = false }.ToString()),
        };

    /// <summary>The server or file, without anything secret.</summary>
    public static string PlaceOf(DatabaseOptions options)
    {
        using var connection = ConnectionOf(options);
        return connection.DataSource;
    }
}
