using System.Data.Common;
using System.Runtime.CompilerServices;
using Kiket.Application.Tokens;
using Kiket.Domain.Extensions;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// Forgets what this process keeps in memory when a commit changes it. New rows change nothing that is kept, because what was
/// not found is not kept.
/// </summary>
internal sealed class MemoryRefresh(KnownCredentials credentials) : SaveChangesInterceptor, IDbTransactionInterceptor
{
    /// <summary>The contexts with changes that are not yet committed.</summary>
    private readonly ConditionalWeakTable<DbContext, object> changed = [];

    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData,
        InterceptionResult<int> result,
        CancellationToken cancellationToken = default
    )
    {
        var context = eventData.Context!;
        if (
            context
                .ChangeTracker.Entries()
                .Any(e => e.State is EntityState.Modified or EntityState.Deleted && e.Entity is AccessToken or User or Extension)
        )
            changed.AddOrUpdate(context, credentials);
        return ValueTask.FromResult(result);
    }

    public override ValueTask<int> SavedChangesAsync(
        SaveChangesCompletedEventData eventData,
        int result,
        CancellationToken cancellationToken = default
    )
    {
        ForgetOutsideTransaction(eventData.Context!);
        return ValueTask.FromResult(result);
    }

    public override Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        ForgetOutsideTransaction(eventData.Context!);
        return Task.CompletedTask;
    }

    public Task TransactionCommittedAsync(
        DbTransaction transaction,
        TransactionEndEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        Forget(eventData.Context!);
        return Task.CompletedTask;
    }

    /// <summary>Also after a failed commit: whether the database has it may be unknown.</summary>
    public Task TransactionFailedAsync(
        DbTransaction transaction,
        TransactionErrorEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        Forget(eventData.Context!);
        return Task.CompletedTask;
    }

    private void ForgetOutsideTransaction(DbContext context)
    {
        if (context.Database.CurrentTransaction is null)
            Forget(context);
    }

    private void Forget(DbContext context)
    {
        if (changed.Remove(context))
            credentials.Refresh();
    }
}
