using Kiket.Domain.Common;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Settings;
using Microsoft.Data.Sqlite;

namespace Kiket.Infrastructure.Startup;

/// <summary>
/// Copies a Sqlite database and the keys of its stored secrets to a folder, and back. The copy of the database is consistent even
/// while a server writes.
/// </summary>
internal sealed class SqliteBackup(KiketSettings settings, DatabaseOptions options)
{
    private const string DatabaseName = "kiket.db";
    private const string KeysName = "keys";
    private const string KeyFiles = "key-*.xml";

    private static readonly Error OtherDatabase = new(
        ErrorKind.Conflict,
        ErrorCodes.Conflict,
        "This command is for Sqlite. The README says how to back up PostgreSQL and SQL Server."
    );

    private string Database => Path.GetFullPath(new SqliteConnectionStringBuilder(options.Connection).DataSource);

    /// <summary>Writes a backup to a folder that does not exist yet, or is empty.</summary>
    public async Task<Result<string>> WriteAsync(string folder, CancellationToken ct)
    {
        if (options.Provider is not DatabaseProvider.Sqlite)
            return OtherDatabase;
        if (!File.Exists(Database))
            return Refused($"There is no database '{Database}'.");
        folder = Path.GetFullPath(folder);
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            return Refused($"'{folder}' is not empty.");

        CreatePrivate(folder);
        var copy = Path.Combine(folder, DatabaseName);
        await using (var source = new SqliteConnection(WithoutPool(options.Connection)))
        await using (var target = new SqliteConnection(WithoutPool($"Data Source={copy}")))
        {
            await source.OpenAsync(ct);
            await target.OpenAsync(ct);
            source.BackupDatabase(target);
            await using var check = target.CreateCommand();
            check.CommandText = "PRAGMA quick_check(1)";
            if (await check.ExecuteScalarAsync(ct) is not "ok")
                return Refused($"The copy '{copy}' is damaged; do not use it.");
        }

        // After the database, so that the keys cover everything in the copy.
        CopyKeys(settings.KeyRing.Folder, Path.Combine(folder, KeysName));
        return $"The backup is in '{folder}'. Its keys open the stored secrets, so keep it as safe as the server.";
    }

    /// <summary>Restores a backup to the database and the key folder of the settings. Overwrites nothing.</summary>
    public Result<string> Restore(string folder)
    {
        if (options.Provider is not DatabaseProvider.Sqlite)
            return OtherDatabase;
        folder = Path.GetFullPath(folder);
        var copy = Path.Combine(folder, DatabaseName);
        if (!File.Exists(copy))
            return Refused($"There is no backup in '{folder}'.");

        string[] existing = [Database, $"{Database}-wal", $"{Database}-journal"];
        if (Array.Find(existing, File.Exists) is { } old)
            return Refused($"'{old}' exists. Stop the server and move it away first.");

        CopyKeys(Path.Combine(folder, KeysName), settings.KeyRing.Folder);
        Directory.CreateDirectory(Path.GetDirectoryName(Database)!);
        var unfinished = $"{Database}.restoring";
        File.Copy(copy, unfinished, overwrite: true);
        File.Move(unfinished, Database);
        return $"Restored to '{Database}'.";
    }

    private static Error Refused(string message) => new(ErrorKind.Conflict, ErrorCodes.Conflict, message);

    private static string WithoutPool(string connection) =>
        new SqliteConnectionStringBuilder(connection) { Pooling = false }.ToString();

    /// <summary>Existing keys are identical, because a key never changes.</summary>
    private static void CopyKeys(string from, string to)
    {
        CreatePrivate(to);
        foreach (var key in Directory.Exists(from) ? Directory.EnumerateFiles(from, KeyFiles) : [])
        {
            var copy = Path.Combine(to, Path.GetFileName(key));
            if (!File.Exists(copy))
                File.Copy(key, copy);
        }
    }

    private static void CreatePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
