using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.SqlClient;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Kiket.Application.Tests.Persistence.SqlServer;

/// <summary>
/// Takes the place of a SQL Server: it parses every statement as T-SQL and answers reads from the transcript of another database,
/// so that a handler takes the same path through its code.
/// </summary>
internal sealed class ParsingSqlServer(Transcript transcript) : DbConnection
{
    private long lastId = 1_000_000;
    private ConnectionState state;

    public List<string> Statements { get; } = [];

    [AllowNull]
    public override string ConnectionString { get; set; } = "";

    public override string Database => "kiket";

    public override string DataSource => "none";

    public override string ServerVersion => "16.0";

    public override ConnectionState State => state;

    public override void Open() => state = ConnectionState.Open;

    public override void Close() => state = ConnectionState.Closed;

    public override void ChangeDatabase(string databaseName) => throw new NotSupportedException();

    public DbDataReader Read(string sql)
    {
        var statements = Parse(sql);
        return new RowReader(
            statements.Any(s => s is SelectStatement || IsCounter(s))
                ? transcript.NextRows()
                : new Rows([.. statements.OfType<DataModificationStatement>().Select(Answer).OfType<IReadOnlyList<object[]>>()])
        );
    }

    public int Execute(string sql) => Parse(sql).Any(s => s is DataModificationStatement) ? transcript.NextCount() : 0;

    protected override DbCommand CreateDbCommand() => new Command(this);

    protected override DbTransaction BeginDbTransaction(System.Data.IsolationLevel isolationLevel) => new Transaction(this);

    private List<TSqlStatement> Parse(string sql)
    {
        Statements.Add(sql);
        return [.. TSql.Parse(sql).Batches.SelectMany(b => b.Statements)];
    }

    /// <summary>Whether an update asks for a value that it has set; a save asks for a 1.</summary>
    private static bool IsCounter(TSqlStatement statement) =>
        statement is UpdateStatement update
        && update.UpdateSpecification.OutputClause?.SelectColumns
            is [SelectScalarExpression { Expression: ColumnReferenceExpression }];

    /// <summary>The answer to a save: the ids of new rows, and a 1 for each row with the expected version.</summary>
    private List<object[]>? Answer(DataModificationStatement statement) =>
        statement switch
        {
            InsertStatement { InsertSpecification: { OutputClause: not null, InsertSource: ValuesInsertSource source } } =>
            [
                .. source.RowValues.Select(_ => new object[] { ++lastId }),
            ],
            MergeStatement { MergeSpecification: { OutputClause: not null, TableReference: InlineDerivedTable source } } =>
            [
                .. source.RowValues.Select((_, position) => new object[] { ++lastId, position }),
            ],
            UpdateStatement { UpdateSpecification.OutputClause: not null }
            or DeleteStatement { DeleteSpecification.OutputClause: not null } =>
            [
                [1],
            ],
            _ => null,
        };

    private sealed class Command(ParsingSqlServer server) : DbCommand
    {
        [AllowNull]
        public override string CommandText { get; set; } = "";

        public override int CommandTimeout { get; set; }

        public override CommandType CommandType { get; set; }

        public override bool DesignTimeVisible { get; set; }

        public override UpdateRowSource UpdatedRowSource { get; set; }

        protected override DbConnection? DbConnection { get; set; } = server;

        protected override DbParameterCollection DbParameterCollection { get; } = new SqlCommand().Parameters;

        protected override DbTransaction? DbTransaction { get; set; }

        public override int ExecuteNonQuery() => server.Execute(CommandText);

        public override object? ExecuteScalar() => throw new NotSupportedException();

        public override void Cancel() { }

        public override void Prepare() { }

        protected override DbParameter CreateDbParameter() => new SqlParameter();

        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => server.Read(CommandText);
    }

    private sealed class Transaction(ParsingSqlServer server) : DbTransaction
    {
        public override System.Data.IsolationLevel IsolationLevel => System.Data.IsolationLevel.ReadCommitted;

        protected override DbConnection DbConnection => server;

        public override void Commit() { }

        public override void Rollback() { }
    }
}
