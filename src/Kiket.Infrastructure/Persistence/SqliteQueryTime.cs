using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using SQLitePCL;

namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// Ends a query on Sqlite together with its request, or after a time. The driver does neither: it reads synchronously, and its
/// command timeout only covers locks. Writes run to their end, because Sqlite would roll back their whole transaction.
/// </summary>
internal sealed class SqliteQueryTime(TimeSpan limit) : DbCommandInterceptor
{
    /// <summary>The steps of Sqlite's virtual machine between two checks; together less than a millisecond.</summary>
    private const int Steps = 10_000;

    private const int Continue = 0;
    private const int Interrupt = 1;

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<DbDataReader> result,
        CancellationToken cancellationToken = default
    )
    {
        if (eventData.CommandSource is CommandSource.LinqQuery or CommandSource.FromSqlQuery)
        {
            var until = Environment.TickCount64 + (long)limit.TotalMilliseconds;
            Watch(
                command,
                _ => cancellationToken.IsCancellationRequested || Environment.TickCount64 > until ? Interrupt : Continue
            );
        }

        return ValueTask.FromResult(result);
    }

    public override InterceptionResult DataReaderDisposing(
        DbCommand command,
        DataReaderDisposingEventData eventData,
        InterceptionResult result
    )
    {
        Watch(command, null); // the next user of the connection may be another request
        return result;
    }

    public override Task CommandFailedAsync(
        DbCommand command,
        CommandErrorEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        Watch(command, null);
        return Task.CompletedTask;
    }

    public override Task CommandCanceledAsync(
        DbCommand command,
        CommandEndEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        Watch(command, null);
        return Task.CompletedTask;
    }

    private static void Watch(DbCommand command, delegate_progress? check)
    {
        if (command.Connection is SqliteConnection { Handle: { } handle })
            raw.sqlite3_progress_handler(handle, Steps, check, null);
    }
}
