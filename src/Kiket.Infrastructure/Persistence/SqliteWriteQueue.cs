using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// Queues the writers of this process for a Sqlite file in the order of their requests. Without it they would poll for the file,
/// each blocking a thread, and some would wait until the driver gives up. Reads do not queue.
/// </summary>
/// <remarks>
/// A turn begins before <c>BEGIN</c> and ends with the transaction. A bulk change outside a transaction takes a separate turn.
/// </remarks>
internal sealed class SqliteWriteQueue(TimeSpan timeout) : IDbTransactionInterceptor, IDbCommandInterceptor
{
    /// <summary>Contains the single write turn, or nothing during a write; its readers are served in order.</summary>
    private readonly Channel<bool> turn = NewTurn();

    private readonly Lock gate = new();

    /// <summary>The transaction or command whose turn it is.</summary>
    private Guid holder;

    [SuppressMessage("Reliability", "CA2000", Justification = "EF owns the transaction that is passed to it.")]
    public async ValueTask<InterceptionResult<DbTransaction>> TransactionStartingAsync(
        DbConnection connection,
        TransactionStartingEventData eventData,
        InterceptionResult<DbTransaction> result,
        CancellationToken cancellationToken = default
    )
    {
        await EnterAsync(eventData.TransactionId, cancellationToken);
        try
        {
            // Started here because EF raises no event when BEGIN fails.
            return InterceptionResult<DbTransaction>.SuppressWithResult(
                await connection.BeginTransactionAsync(eventData.IsolationLevel, cancellationToken)
            );
        }
        catch
        {
            Leave(eventData.TransactionId);
            throw;
        }
    }

    public Task TransactionCommittedAsync(
        DbTransaction transaction,
        TransactionEndEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        Leave(eventData.TransactionId);
        return Task.CompletedTask;
    }

    /// <summary>Observes disposed transactions, however they ended; interceptors do not.</summary>
    public void TransactionDisposed(EventData disposed) => Leave(((TransactionEventData)disposed).TransactionId);

    public async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<int> result,
        CancellationToken cancellationToken = default
    )
    {
        if (command.Transaction is null)
            await EnterAsync(eventData.CommandId, cancellationToken);
        return result;
    }

    public ValueTask<int> NonQueryExecutedAsync(
        DbCommand command,
        CommandExecutedEventData eventData,
        int result,
        CancellationToken cancellationToken = default
    )
    {
        Leave(eventData.CommandId);
        return ValueTask.FromResult(result);
    }

    public Task CommandFailedAsync(
        DbCommand command,
        CommandErrorEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        Leave(eventData.CommandId);
        return Task.CompletedTask;
    }

    public Task CommandCanceledAsync(
        DbCommand command,
        CommandEndEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        Leave(eventData.CommandId);
        return Task.CompletedTask;
    }

    private async Task EnterAsync(Guid writer, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(timeout);
        try
        {
            await turn.Reader.ReadAsync(limit.Token);
            lock (gate)
                holder = writer;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new DatabaseBusyException($"Other writers have held the database for {timeout.TotalSeconds:0} seconds.");
        }
    }

    /// <summary>Ends the turn of this writer; does nothing for others or if it has already ended.</summary>
    private void Leave(Guid writer)
    {
        lock (gate)
        {
            if (holder != writer)
                return;
            holder = default;
        }

        turn.Writer.TryWrite(true);
    }

    private static Channel<bool> NewTurn()
    {
        var channel = Channel.CreateBounded<bool>(1);
        channel.Writer.TryWrite(true);
        return channel;
    }
}
