using Kiket.Application.Issues;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Kiket.Application.Tests.Persistence;

/// <summary>A database with row-level security, on which the server has an ordinary role.</summary>
public sealed class ProtectedDatabase : PostgreSqlDatabase
{
    private readonly string role = $"kiket_role_{Guid.NewGuid():N}";

    protected override IReadOnlyDictionary<string, string?> Settings => RowLevelSecurityTests.On;

    /// <summary>The same database, for a superuser.</summary>
    internal string Superuser { get; private set; } = "";

    protected override async Task<string> ConnectAsync(NpgsqlConnectionStringBuilder database)
    {
        Superuser = database.ToString();
        await OnServerAsync($"CREATE ROLE {role} LOGIN PASSWORD '{role}'");
        await OnServerAsync($"ALTER DATABASE {database.Database} OWNER TO {role}");
        (database.Username, database.Password) = (role, role);
        return database.ToString();
    }

    protected override async Task StopAsync()
    {
        await base.StopAsync();
        if (Unavailable is null)
            await OnServerAsync($"DROP ROLE {role}");
    }
}

/// <summary>The rows that PostgreSQL shows and accepts without the query filter.</summary>
public sealed class RowLevelSecurityTests(ProtectedDatabase database) : IClassFixture<ProtectedDatabase>
{
    internal static readonly Dictionary<string, string?> On = new() { ["Database:RowLevelSecurity"] = "true" };

    /// <summary>The tables without a policy, each with the reason.</summary>
    private static readonly Dictionary<string, string> WithoutPolicy = new()
    {
        ["__EFMigrationsHistory"] = "the schema",
        ["data_upgrades"] = "the schema",
        ["signing_keys"] = "the server signs for all organizations",
        ["hangfire.*"] = "the job storage; jobs name rows only by their ids",
        ["oauth_authorizations"] = OpenIddict,
        ["oauth_clients"] = OpenIddict,
        ["oauth_tokens"] = OpenIddict,
    };

    private const string OpenIddict =
        "read by the hash of a secret or the id of a client (docs/decisions/0076-row-level-security.md)";

    [Fact]
    public async Task Each_table_has_a_policy_or_a_reason_to_have_none()
    {
        await using var session = (await NewWorkspaceAsync()).SignIn();

        var bare = await session
            .Db.Database.SqlQueryRaw<string>(
                """
                SELECT DISTINCT CASE n.nspname WHEN 'public' THEN t.relname ELSE n.nspname || '.*' END AS "Value"
                FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace
                WHERE t.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
                AND NOT (t.relrowsecurity AND t.relforcerowsecurity AND EXISTS (SELECT 1 FROM pg_policy WHERE polrelid = t.oid))
                """
            )
            .ToListAsync(Ct);

        Assert.Equal(WithoutPolicy.Keys.Order(StringComparer.Ordinal), bare.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Organizations_and_idempotency_keys_of_others_are_hidden()
    {
        var (own, other) = (await NewWorkspaceAsync(), await NewWorkspaceAsync());
        await using var worker = new Session(database.Services, null);
        await using var session = own.SignIn();
        foreach (var user in (UserId[])[own.Admin.UserId, other.Admin.UserId])
            worker.Db.IdempotencyRecords.Add(new() { UserId = user, KeyHash = $"{Guid.NewGuid():N}" });
        await worker.Db.SaveChangesAsync(Ct);

        Assert.Equal([own.Admin.OrganizationId], await session.Db.Organizations.Select(o => o.Id).ToListAsync(Ct));
        Assert.Equal([own.Admin.UserId], await session.Db.IdempotencyRecords.Select(r => r.UserId).ToListAsync(Ct));
        Assert.Equal(0, await RenameAsync(session.Db));
        Assert.Equal(1, await RenameAsync(worker.Db));
        session.Db.IdempotencyRecords.Add(new() { UserId = other.Admin.UserId, KeyHash = "taken" });
        await Assert.ThrowsAsync<DbUpdateException>(() => session.Db.SaveChangesAsync(Ct));

        Task<int> RenameAsync(KiketDbContext db) =>
            db
                .Organizations.Where(o => o.Id == other.Admin.OrganizationId)
                .ExecuteUpdateAsync(set => set.SetProperty(o => o.Name, "Renamed"), Ct);
    }

    [Fact]
    public async Task Queries_without_the_filter_see_no_row_of_others()
    {
        var (own, other) = (await NewWorkspaceAsync(), await NewWorkspaceAsync());
        await using var session = own.SignIn();
        var tables = await session
            .Db.Database.SqlQueryRaw<string>(
                """
                SELECT table_name::text AS "Value" FROM information_schema.columns
                WHERE table_schema = 'public' AND column_name = 'organization_id'
                """
            )
            .ToListAsync(Ct);

        var issues = await session.Db.Issues.IgnoreQueryFilters().Select(i => i.OrganizationId).ToListAsync(Ct);
        Assert.Equal(own.Admin.OrganizationId, Assert.Single(issues));
        foreach (var table in tables)
            Assert.Equal(0, await ForeignAsync(session.Db, table, own));

        // There are such rows.
        await using var all = KiketServices.On(DatabaseProvider.PostgreSql, database.Superuser);
        await using var scope = all.CreateAsyncScope();
        var bypassing = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var filled = 0;
        foreach (var table in tables)
            filled += await ForeignAsync(bypassing, table, own) > 0 ? 1 : 0;
        Assert.InRange(filled, 9, tables.Count);
    }

    [Fact]
    public async Task Writes_without_the_filter_reach_no_row_of_others()
    {
        var (own, other) = (await NewWorkspaceAsync(), await NewWorkspaceAsync());
        await using var session = own.SignIn();
        var db = session.Db;

        var updated = await db
            .Issues.IgnoreQueryFilters()
            .Where(i => i.OrganizationId == other.Admin.OrganizationId)
            .ExecuteUpdateAsync(set => set.SetProperty(i => i.Title, "Taken"), Ct);
        var stolen = await db.Database.ExecuteSqlAsync(
            $"UPDATE projects SET name = 'Taken' WHERE organization_id = {other.Admin.OrganizationId.Value}",
            Ct
        );
        var deleted = await db.Database.ExecuteSqlAsync(
            $"DELETE FROM users WHERE organization_id = {other.Admin.OrganizationId.Value}",
            Ct
        );

        Assert.Equal((0, 0, 0), (updated, stolen, deleted));
    }

    [Fact]
    public async Task A_row_cannot_be_given_to_another_organization()
    {
        var (own, other) = (await NewWorkspaceAsync(), await NewWorkspaceAsync());
        await using var session = own.SignIn();
        session.Db.Users.Add(
            User.Join(other.Admin.OrganizationId, "spy@example.com", OrganizationRole.Admin, null, default).Value
        );

        var added = await Assert.ThrowsAsync<DbUpdateException>(() => session.Db.SaveChangesAsync(Ct));
        var moved = await Assert.ThrowsAsync<PostgresException>(() =>
            session.Db.Database.ExecuteSqlAsync($"UPDATE users SET organization_id = {other.Admin.OrganizationId.Value}", Ct)
        );

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, Assert.IsType<PostgresException>(added.InnerException).SqlState);
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, moved.SqlState);
    }

    [Fact]
    public async Task Queries_of_all_organizations_see_all_also_between_others_and_in_a_transaction()
    {
        var (own, other) = (await NewWorkspaceAsync(), await NewWorkspaceAsync());
        OrganizationId[] both = [own.Admin.OrganizationId, other.Admin.OrganizationId];
        await using var session = own.SignIn();
        await using var transaction = await session.Db.Database.BeginTransactionAsync(Ct);

        Assert.Equal(1, await session.Db.Issues.CountAsync(Ct));
        Assert.Equal(2, await session.Db.AcrossTenants<Issue>().CountAsync(i => both.Contains(i.OrganizationId), Ct));
        Assert.Equal(1, await session.Db.Issues.IgnoreQueryFilters().CountAsync(i => both.Contains(i.OrganizationId), Ct));
    }

    [Fact]
    public async Task A_bulk_change_reaches_all_organizations_before_a_sign_in_only()
    {
        var (own, other) = (await NewWorkspaceAsync(), await NewWorkspaceAsync());
        OrganizationId[] both = [own.Admin.OrganizationId, other.Admin.OrganizationId];
        await using var session = own.SignIn();
        await using var worker = new Session(database.Services, null);

        Assert.Equal(1, await ChangeAsync(session.Db));
        Assert.Equal(2, await ChangeAsync(worker.Db));

        Task<int> ChangeAsync(KiketDbContext db) =>
            db.AcrossTenants<Issue>()
                .Where(i => both.Contains(i.OrganizationId))
                .ExecuteUpdateAsync(set => set.SetProperty(i => i.Title, "Changed"), Ct);
    }

    [Fact]
    public async Task A_setting_after_a_savepoint_is_sent_again()
    {
        var own = await NewWorkspaceAsync();
        await using var session = own.SignIn();
        await using var transaction = await session.Db.Database.BeginTransactionAsync(Ct);
        await transaction.CreateSavepointAsync("part", Ct);
        Assert.Equal(1, await session.Db.Issues.CountAsync(Ct));

        await transaction.RollbackToSavepointAsync("part", Ct);

        Assert.Equal(1, await session.Db.Issues.CountAsync(Ct));
    }

    [Fact]
    public async Task A_connection_in_the_pool_knows_no_organization()
    {
        var own = await NewWorkspaceAsync();
        var single = new NpgsqlConnectionStringBuilder(database.Connection) { MaxPoolSize = 1, ApplicationName = "single" };
        await using var services = Collect(single.ToString(), On).BuildServiceProvider(validateScopes: true);
        var workspace = own with { Services = services };
        await using (var session = workspace.SignIn())
        {
            Assert.Equal(1, await session.Db.Issues.CountAsync(Ct));
            await using var transaction = await session.Db.Database.BeginTransactionAsync(Ct);
            Assert.Equal(1, await session.Db.Issues.CountAsync(Ct));
            await transaction.CommitAsync(Ct);
            await Assert.ThrowsAsync<PostgresException>(() => session.Db.Database.ExecuteSqlRawAsync("SELECT 1 / 0", Ct));
        }

        await using var next = workspace.SignIn();
        await next.Db.Database.OpenConnectionAsync(Ct);
        await using var untold = next.Db.Database.GetDbConnection().CreateCommand();
        untold.CommandText = "SELECT count(*) FROM issues";
        Assert.Equal(0L, await untold.ExecuteScalarAsync(Ct));
    }

    [Fact]
    public async Task A_statement_that_fails_leaves_its_connection_usable()
    {
        var own = await NewWorkspaceAsync();
        await using var session = own.SignIn();
        await session.Db.Database.OpenConnectionAsync(Ct);

        await Assert.ThrowsAsync<PostgresException>(() =>
            session.Db.Database.SqlQueryRaw<int>("SELECT 1 / 0 AS \"Value\"").ToListAsync(Ct)
        );

        Assert.Equal(1, await session.Db.Issues.CountAsync(Ct));
    }

    [Fact]
    public async Task Policies_hold_for_ordinary_roles_and_not_for_superusers()
    {
        await NewWorkspaceAsync();

        Assert.True(await HoldAsync(database.Connection));
        Assert.False(await HoldAsync(database.Superuser));
    }

    [Fact]
    public async Task Migrate_removes_the_policies_when_the_setting_is_off_and_makes_them_again()
    {
        Assert.SkipWhen(database.Unavailable is not null, database.Unavailable ?? "");
        var copy = new PostgreSqlDatabase();
        await copy.InitializeAsync();
        try
        {
            await using var on = Collect(copy.Connection, On).BuildServiceProvider();
            await using var off = Collect(copy.Connection, new Dictionary<string, string?>()).BuildServiceProvider();

            Assert.False(await IsCurrentAsync(on));
            await MigrateAsync(on);
            Assert.True(await IsCurrentAsync(on));
            Assert.False(await IsCurrentAsync(off));
            await MigrateAsync(off);
            Assert.True(await IsCurrentAsync(off));
        }
        finally
        {
            await copy.DisposeAsync();
        }
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A workspace with a project and an issue.</summary>
    private async Task<Workspace> NewWorkspaceAsync()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        await workspace.AddIssueAsync(new() { Title = "Review the contract" });
        return workspace;
    }

    private static IServiceCollection Collect(string connection, IReadOnlyDictionary<string, string?> settings) =>
        KiketServices.Collect(DatabaseProvider.PostgreSql, connection, settings);

    private static Task<int> ForeignAsync(KiketDbContext db, string table, Workspace own)
    {
        var count = $"SELECT count(*)::int AS \"Value\" FROM {table} WHERE organization_id <> {{0}}";
        return db.Database.SqlQueryRaw<int>(count, own.Admin.OrganizationId.Value).SingleAsync(Ct);
    }

    private static async Task<bool> HoldAsync(string connection)
    {
        await using var services = Collect(connection, On).BuildServiceProvider();
        await using var scope = services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<RowPolicies>().HoldAsync(Ct);
    }

    private static async Task<bool> IsCurrentAsync(IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<DatabaseSchema>().IsCurrentAsync(Ct);
    }

    private static async Task MigrateAsync(IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<DatabaseSchema>().MigrateAsync(Ct);
    }
}
