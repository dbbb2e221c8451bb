using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// The PostgreSQL policies that limit a connection to the rows of the organization that it has set
/// (<see cref="RowLevelSecurity"/>): one for each table of the model whose rows belong to organizations. They are forced, so that
/// they also apply to the owner of the tables, which is usually the server.
/// </summary>
internal sealed class RowPolicies(KiketDbContext db, DatabaseOptions options)
{
    internal const string Name = "organization";

    /// <summary>Whether the policies of the tables match the setting.</summary>
    public async Task<bool> AreCurrentAsync(CancellationToken ct) =>
        !db.Database.IsNpgsql() || (await ReadAsync(ct)).SetEquals(Wanted.Select(t => t.Name));

    public async Task ApplyAsync(CancellationToken ct)
    {
        if (!db.Database.IsNpgsql())
            return;
        var existing = await ReadAsync(ct);
        var sql = db.GetService<ISqlGenerationHelper>();
        var statements = existing
            .Except(Wanted.Select(t => t.Name))
            .Select(sql.DelimitIdentifier)
            .Select(t => $"ALTER TABLE {t} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY; DROP POLICY {Name} ON {t};")
            .Concat(
                Wanted.Where(t => !existing.Contains(t.Name)).Select(t => Protect(sql.DelimitIdentifier(t.Name), t.Organization))
            );
        if (string.Join('\n', statements) is { Length: > 0 } changes)
            await db.Database.ExecuteSqlRawAsync(changes, ct);
    }

    /// <summary>
    /// Whether the policies, if enabled, apply to the role of this connection: they do not apply to superusers and roles with
    /// <c>BYPASSRLS</c>.
    /// </summary>
    public async Task<bool> HoldAsync(CancellationToken ct) =>
        !options.RowLevelSecurity
        || await db.Database.SqlQueryRaw<bool>("SELECT row_security_active('users') AS \"Value\"").SingleAsync(ct);

    private IEnumerable<(string Name, string Organization)> Wanted =>
        from type in options.RowLevelSecurity ? db.Model.GetEntityTypes() : []
        let organization = OrganizationOf(type)
        where organization is not null
        select (type.GetTableName()!, organization);

    /// <summary>
    /// The organization of a row, as an SQL expression; null if the rows of the table belong to none. An organization belongs to
    /// itself, and an idempotency key to the organization of its user. Requests without a user see all rows.
    /// </summary>
    private string? OrganizationOf(IEntityType type)
    {
        var sql = db.GetService<ISqlGenerationHelper>();
        if (type.GetProperties().SingleOrDefault(p => p.ClrType == typeof(OrganizationId)) is { } own)
            return $"{sql.DelimitIdentifier(own.GetColumnName())}::text";
        if (type.ClrType != typeof(IdempotencyRecord))
            return null;
        var (users, keys) = (StoredTable.Of<User>(db), StoredTable.Of<IdempotencyRecord>(db));
        return $"(SELECT u.{users.Column(nameof(User.OrganizationId))}::text FROM {users.Name} u "
            + $"WHERE u.{users.Column(nameof(User.Id))} = {keys.Name}.{keys.Column(nameof(IdempotencyRecord.UserId))})";
    }

    private static string Protect(string table, string organization) =>
        $"""
            DROP POLICY IF EXISTS {Name} ON {table};
            CREATE POLICY {Name} ON {table}
                USING (current_setting('{RowLevelSecurity.Setting}', true) IN ({organization}, '{RowLevelSecurity.All}'));
            ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            """;

    private async Task<HashSet<string>> ReadAsync(CancellationToken ct) =>
        await db
            .Database.SqlQueryRaw<string>(
                """
                SELECT c.relname::text AS "Value" FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid
                WHERE p.polname = {0} AND c.relrowsecurity AND c.relforcerowsecurity AND pg_table_is_visible(c.oid)
                """,
                Name
            )
            .ToHashSetAsync(ct);
}
