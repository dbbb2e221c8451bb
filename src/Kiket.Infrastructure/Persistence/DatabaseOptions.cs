namespace Kiket.Infrastructure.Persistence;

internal enum DatabaseProvider
{
    Sqlite,
    PostgreSql,
    SqlServer,
}

/// <summary>Settings under <c>Database</c>; the connection string is <c>ConnectionStrings:Kiket</c>.</summary>
internal sealed record DatabaseOptions
{
    public const string ConnectionName = "Kiket";
    public const string DefaultSqliteConnection = "Data Source=data/kiket.db";

    public DatabaseProvider Provider { get; set; } = DatabaseProvider.Sqlite;

    public string Connection { get; set; } = DefaultSqliteConnection;

    /// <summary>How long a start waits for an unavailable database server.</summary>
    public int StartTimeoutSeconds { get; set; } = 30;

    /// <summary>Whether migrations apply at start; null means yes on Sqlite and no elsewhere.</summary>
    public bool? MigrateOnStart { get; set; }

    /// <summary>
    /// How long a request waits for its turn to write (Sqlite), or for a connection (PostgreSQL, unless the connection string
    /// says otherwise), before it is answered with 503.
    /// </summary>
    public int BusyTimeoutSeconds { get; set; } = 10;

    /// <summary>
    /// How long a statement may run before its request is answered with 503, unless the connection string says otherwise; on
    /// Sqlite this holds for queries.
    /// </summary>
    public int QueryTimeoutSeconds { get; set; } = 30;

    public TimeSpan QueryTimeout => TimeSpan.FromSeconds(QueryTimeoutSeconds);

    /// <summary>Whether PostgreSQL isolates the rows of organizations, as a second barrier behind the query filter.</summary>
    public bool RowLevelSecurity { get; set; }

    public bool MigratesOnStart => MigrateOnStart ?? Provider is DatabaseProvider.Sqlite;
}
