using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Kiket.Application.Tests.Persistence;

/// <summary>A statement as it went to the database.</summary>
internal sealed record Statement(string Sql, IReadOnlyDictionary<string, object?> Parameters);

/// <summary>Records the statements of one test, but not of others on the same database.</summary>
internal sealed class StatementLog : DbCommandInterceptor
{
    private readonly AsyncLocal<Listener?> current = new();

    /// <param name="before">Runs before each statement, to let another writer act at a chosen moment.</param>
    public List<Statement> Begin(Func<string, Task>? before = null)
    {
        current.Value = new([], before);
        return current.Value.Statements;
    }

    public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<DbDataReader> result,
        CancellationToken cancellationToken = default
    )
    {
        await KeepAsync(command);
        return result;
    }

    public override async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<int> result,
        CancellationToken cancellationToken = default
    )
    {
        await KeepAsync(command);
        return result;
    }

    private async Task KeepAsync(DbCommand command)
    {
        if (current.Value is not { } listener)
            return;
        if (listener.Before is { } before)
            await before(command.CommandText);
        listener.Statements.Add(
            new(command.CommandText, command.Parameters.Cast<DbParameter>().ToDictionary(p => p.ParameterName, p => p.Value))
        );
    }

    private sealed record Listener(List<Statement> Statements, Func<string, Task>? Before);
}
