using System.Data.Common;
using System.Threading.Channels;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Kiket.Infrastructure.Outbox;

/// <summary>Wakes the outbox of this process after a commit. Several wake-ups before it looks are one.</summary>
public sealed class OutboxSignal
{
    private TaskCompletionSource committed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<bool> channel = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Wake()
    {
        channel.Writer.TryWrite(true);
        Interlocked.Exchange(ref committed, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    /// <summary>Ends with the next commit of this process that has events, for any number of listeners.</summary>
    public Task CommittedAsync() => Volatile.Read(ref committed).Task;

    public ValueTask<bool> WaitAsync(CancellationToken ct) => channel.Reader.ReadAsync(ct);
}

/// <summary>Tells the context of each commit, whoever began the transaction.</summary>
internal sealed class OutboxInterceptor : DbTransactionInterceptor
{
    public static OutboxInterceptor Instance { get; } = new();

    public override async ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is KiketDbContext db)
            await db.OnCommittingAsync(cancellationToken);
        return result;
    }

    public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        (eventData.Context as KiketDbContext)?.OnCommitted();
        return Task.CompletedTask;
    }
}
