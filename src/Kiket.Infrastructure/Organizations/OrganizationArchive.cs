using System.Data;
using System.Data.Common;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Secrets;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Infrastructure.Organizations;

/// <param name="Slug">The organization.</param>
/// <param name="Rows">How many rows were written or read.</param>
/// <param name="UnreadableSecrets">How many secrets could not be decrypted, because their key is lost.</param>
internal sealed record ArchivedOrganization(string Slug, long Rows, int UnreadableSecrets);

/// <summary>
/// Writes an organization to a file of JSON lines, and reads it into an empty database, of whatever kind
/// (docs/decisions/0082-export-of-an-organization.md). Both go row by row, so memory does not depend on how much there is.
/// </summary>
internal sealed class OrganizationArchive(KiketDbContext db, IUnitOfWork work, ISecretProtector protector, TimeProvider time)
{
    public const int MinPassphraseLength = KeyRingPassphrase.MinLength;

    /// <summary>Keeps an insert below the 2,100 parameters that SQL Server takes.</summary>
    private const int MaxValues = 2_000;

    /// <summary>How many characters of JSON an insert may have; a single row may have more.</summary>
    private const int MaxCharacters = 1024 * 1024;

    private static readonly string Product = typeof(OrganizationArchive)
        .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
        .InformationalVersion.Split('+')[0];

    /// <summary>The same for all databases, whose migrations are numbered differently.</summary>
    private string Schema => db.Database.GetMigrations().Last().Split('_', 2)[1];

    /// <summary>Writes an organization, as it is at one instant, to a new file. The audit log says so first.</summary>
    public async Task<Result<ArchivedOrganization>> ExportAsync(string slug, string file, string passphrase, CancellationToken ct)
    {
        if (Weakness(passphrase) is { } weak)
            return weak;
        if (File.Exists(file))
            return Refused($"'{file}' exists.");
        var audited = await work.RunAsync<OrganizationId>(
            "export_organization",
            async () =>
            {
                if (await db.Organizations.SingleOrDefaultAsync(o => o.Slug == slug, ct) is not { } organization)
                    return Refused($"There is no organization {slug}.");
                work.Audit(organization, "exported");
                return organization.Id;
            },
            ct
        );
        if (audited.Error is { } error)
            return error;

        var unfinished = $"{file}.unfinished";
        try
        {
            var written = await WriteAsync(slug, audited.Value, unfinished, passphrase, ct);
            File.Move(unfinished, file);
            return written;
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    /// <summary>Reads an organization into a database that has none, all of it or nothing.</summary>
    public async Task<Result<ArchivedOrganization>> ImportAsync(string file, string passphrase, CancellationToken ct)
    {
        if (!File.Exists(file))
            return Refused($"There is no file '{file}'.");
        try
        {
            var opened = await OpenAsync(file, passphrase, ct);
            if (opened.Error is { } error)
                return error;
            using var key = opened.Value;
            return await work.RunAsync("import_organization", () => ReadAsync(file, key, ct), ct);
        }
        catch (JsonException malformed)
        {
            return Refused($"'{file}' is not an export of an organization ({malformed.Message.TrimEnd('.')}).");
        }
    }

    private async Task<ArchivedOrganization> WriteAsync(
        string slug,
        OrganizationId organization,
        string file,
        string passphrase,
        CancellationToken ct
    )
    {
        var salt = RandomNumberGenerator.GetBytes(ArchiveKey.SaltSize);
        using var key = new ArchiveKey(passphrase, salt, PassphraseKey.Iterations);
        var secrets = new ArchiveSecrets(protector, key);
        await using var lines = new ArchiveWriter(file, key);
        await lines.WriteAsync(
            new ArchiveHeader(
                ArchiveHeader.KiketFormat,
                ArchiveHeader.CurrentVersion,
                Product,
                Schema,
                slug,
                time.GetUtcNow(),
                PassphraseKey.Iterations,
                Convert.ToBase64String(salt),
                Convert.ToBase64String(key.Check)
            )
        );
        await using var snapshot = await BeginSnapshotAsync(organization, ct);
        long rows = 0;
        var lastIds = new Dictionary<string, long>();
        foreach (var table in ArchiveTable.Of(db))
        {
            await using var query = CommandIn(snapshot, table.Select(organization));
            await using var reader = await query.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                var row = table.Read(reader);
                secrets.Seal(table, row);
                await lines.WriteAsync(table, row);
                rows++;
            }
        }

        foreach (var table in ArchiveTable.Of(db).Where(t => t.HasSequence))
        {
            await using var query = CommandIn(snapshot, table.SelectLastId);
            if (await query.ExecuteScalarAsync(ct) is > 0L and long last)
                lastIds[table.Name] = last;
        }

        await lines.WriteAsync(new ArchiveLastIds(lastIds));
        await lines.EndAsync(rows);
        return new(slug, rows, secrets.Unreadable);
    }

    /// <summary>
    /// All rows as they are now, while others write. SQL Server has snapshots only where they are allowed, so it lets writers of
    /// what was read wait.
    /// </summary>
    private async Task<DbTransaction> BeginSnapshotAsync(OrganizationId organization, CancellationToken ct)
    {
        await db.Database.OpenConnectionAsync(ct);
        var connection = db.Database.GetDbConnection();
        if (connection is SqliteConnection file)
            return file.BeginTransaction(deferred: true); // it would lock writers out otherwise
        var isPostgres = db.Database.IsNpgsql();
        var snapshot = await connection.BeginTransactionAsync(
            isPostgres ? IsolationLevel.RepeatableRead : IsolationLevel.Serializable,
            ct
        );
        if (isPostgres)
        {
            await using var tell = CommandIn(
                snapshot,
                $"SELECT set_config('{RowLevelSecurity.Setting}', '{organization}', true)"
            );
            await tell.ExecuteNonQueryAsync(ct);
        }

        return snapshot;
    }

    private static DbCommand CommandIn(DbTransaction transaction, string sql)
    {
        var command = transaction.Connection!.CreateCommand();
        (command.Transaction, command.CommandText, command.CommandTimeout) = (transaction, sql, 0);
        return command;
    }

    /// <summary>Reads the whole file once before anything of it is believed.</summary>
    /// <returns>The key that opens its secrets; the caller disposes of it.</returns>
    private async Task<Result<ArchiveKey>> OpenAsync(string file, string passphrase, CancellationToken ct)
    {
        await using var lines = File.ReadLinesAsync(file, ct).GetAsyncEnumerator(ct);
        if (
            !await lines.MoveNextAsync()
            || ReadLine<ArchiveHeader>(lines.Current) is not { Format: ArchiveHeader.KiketFormat } header
        )
            return Refused($"'{file}' is not an export of an organization.");
        if (header.Version != ArchiveHeader.CurrentVersion || header.Schema != Schema)
            return Refused(
                $"'{file}' was written by Kiket {header.Product} with the schema {header.Schema}, and this is {Product} with "
                    + $"{Schema}. Import it with the version that has written it, and upgrade then."
            );

        var key = new ArchiveKey(passphrase, Convert.FromBase64String(header.Salt), header.Iterations);
        ArchiveKey? unused = key;
        try
        {
            if (!CryptographicOperations.FixedTimeEquals(key.Check, Convert.FromBase64String(header.Check)))
                return Refused("The passphrase is wrong.");
            using var digest = key.BeginDigest();
            var last = lines.Current;
            while (await lines.MoveNextAsync())
            {
                digest.Append(last);
                last = lines.Current;
            }

            if (
                !last.StartsWith("{\"rows\":", StringComparison.Ordinal)
                || !CryptographicOperations.FixedTimeEquals(
                    digest.GetHashAndReset(),
                    Convert.FromBase64String(ReadLine<ArchiveTrailer>(last).Digest)
                )
            )
                return Refused($"'{file}' is incomplete, or was changed.");
            unused = null;
            return key;
        }
        finally
        {
            unused?.Dispose();
        }
    }

    private async Task<Result<ArchivedOrganization>> ReadAsync(string file, ArchiveKey key, CancellationToken ct)
    {
        if (await db.Organizations.AnyAsync(ct))
            return Refused(
                "The database has an organization already. An import keeps all ids, because events, links and the audit log name "
                    + "them, so it needs a database without any: run migrate and import before the first start of a server."
            );

        var tables = ArchiveTable.Of(db).ToDictionary(t => t.Name);
        var secrets = new ArchiveSecrets(protector, key);
        List<object?[]> batch = [];
        var (batchTable, characters, rows) = ((ArchiveTable?)null, 0, 0L);
        await foreach (var line in File.ReadLinesAsync(file, ct))
        {
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.TryGetProperty(ArchiveLine.Table, out var name))
            {
                var table = tables[name.GetString()!];
                if (table != batchTable || (batch.Count + 1) * table.Width > MaxValues || characters > MaxCharacters)
                    await InsertAsync();
                var row = table.Read(json.RootElement.GetProperty(ArchiveLine.Row));
                secrets.Open(table, row);
                batch.Add(row);
                (batchTable, characters, rows) = (table, characters + line.Length, rows + 1);
            }
            else if (json.RootElement.TryGetProperty("last_ids", out _))
            {
                await InsertAsync();
                foreach (var (table, last) in ReadLine<ArchiveLastIds>(line).LastIds)
                    await tables[table].GoOnAfterAsync(last, ct);
            }
        }

        var organization = await db.Organizations.SingleAsync(ct);
        work.Audit(organization, "imported");
        return new ArchivedOrganization(organization.Slug, rows, 0);

        async Task InsertAsync()
        {
            if (batchTable is not null)
                await batchTable.InsertAsync(batch, ct);
            batch.Clear();
            (batchTable, characters) = (null, 0);
        }
    }

    private static T ReadLine<T>(string line) => JsonSerializer.Deserialize<T>(line, ArchiveLine.Options)!;

    private static Error? Weakness(string passphrase) =>
        passphrase.Length < MinPassphraseLength
            ? Refused($"The passphrase must have at least {MinPassphraseLength} characters.")
            : null;

    private static Error Refused(string message) => new(ErrorKind.Conflict, ErrorCodes.Conflict, message);
}
