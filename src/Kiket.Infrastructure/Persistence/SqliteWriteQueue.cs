using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// Lets the writers of this process have a Sqlite file one after the other, in the order in which they ask. Left to themselves they would
/// poll for the file, each blocking a thread, and the unlucky ones would wait until the driver gives up. Reads do not queue.
/// </summary>
/// <remarks>A turn begins before <c>BEGIN</c> and ends with the transaction, or with the connection where a transaction is merely disposed of.</remarks>
internal sealed class SqliteWriteQueue(TimeSpan timeout) : IDbTransactionInterceptor, IDbCommandInterceptor, IDbConnectionInterceptor
{
    /// <summary>How often a waiting writer looks whether the turn was lost.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>Holds the one turn there is, or nothing while somebody writes; its readers are served in order.</summary>
    private readonly Channel<bool> turn = NewTurn();
    private readonly ConcurrentDictionary<DbConnection, bool> holders = new(ReferenceEqualityComparer.Instance);

    public async ValueTask<InterceptionResult<DbTransaction>> TransactionStartingAsync(
        DbConnection connection, TransactionStartingEventData eventData, InterceptionResult<DbTransaction> result, CancellationToken cancellationToken = default)
    {
        await EnterAsync(connection, cancellationToken);
        return result;
    }

    public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default) =>
        LeaveAsync(eventData);

    public Task TransactionRolledBackAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default) =>
        LeaveAsync(eventData);

    /// <summary>A bulk change is a transaction of its own where none is open.</summary>
    public async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        if (IsAlone(eventData))
            await EnterAsync(eventData.Connection, cancellationToken);
        return result;
    }

    public ValueTask<int> NonQueryExecutedAsync(DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        if (IsAlone(eventData))
            Leave(eventData.Connection);
        return ValueTask.FromResult(result);
    }

    public Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        if (IsAlone(eventData))
            Leave(eventData.Connection);
        return Task.CompletedTask;
    }

    public Task CommandCanceledAsync(DbCommand command, CommandEndEventData eventData, CancellationToken cancellationToken = default)
    {
        if (IsAlone(eventData))
            Leave(eventData.Connection);
        return Task.CompletedTask;
    }

    public void ConnectionClosed(DbConnection connection, ConnectionEndEventData eventData) => Leave(connection);

    public Task ConnectionClosedAsync(DbConnection connection, ConnectionEndEventData eventData)
    {
        Leave(connection);
        return Task.CompletedTask;
    }

    public void ConnectionDisposed(DbConnection connection, ConnectionEndEventData eventData) => Leave(connection);

    public Task ConnectionDisposedAsync(DbConnection connection, ConnectionEndEventData eventData)
    {
        Leave(connection);
        return Task.CompletedTask;
    }

    private static bool IsAlone(CommandEventData command) => command.Context?.Database.CurrentTransaction is null;

    private async Task EnterAsync(DbConnection connection, CancellationToken ct)
    {
        if (holders.ContainsKey(connection))
            return;
        var begun = Stopwatch.GetTimestamp();
        while (!await TryEnterAsync(connection, ct))
        {
            // A turn whose connection was closed in a way that no event tells of must not stop all writers for good.
            foreach (var holder in holders.Keys.Where(h => h.State is ConnectionState.Closed))
                Leave(holder);
            if (Stopwatch.GetElapsedTime(begun) >= timeout)
                throw new DatabaseBusyException($"Other writers have held the database for {timeout.TotalSeconds:0} seconds.");
        }
    }

    private async Task<bool> TryEnterAsync(DbConnection connection, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Look < timeout ? Look : timeout);
        try
        {
            holders[connection] = await turn.Reader.ReadAsync(limit.Token);
            return true;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return false;
        }
    }

    private Task LeaveAsync(TransactionEndEventData ended)
    {
        if (ended.Context is { } context)
            Leave(context.Database.GetDbConnection());
        return Task.CompletedTask;
    }

    private void Leave(DbConnection connection)
    {
        if (holders.TryRemove(connection, out _))
            turn.Writer.TryWrite(true);
    }

    private static Channel<bool> NewTurn()
    {
        var channel = Channel.CreateBounded<bool>(1);
        channel.Writer.TryWrite(true);
        return channel;
    }
}
