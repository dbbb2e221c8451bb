using System.Data.Common;
using System.Runtime.CompilerServices;
using Kiket.Application.Guards;
using Kiket.Application.Tokens;
using Kiket.Domain.Extensions;
using Kiket.Domain.OAuth;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// Clears the caches of this process when a commit changes their data. New credentials affect no cache, because misses are not
/// cached.
/// </summary>
internal sealed class MemoryRefresh(KnownCredentials credentials, KnownGuards guards)
    : SaveChangesInterceptor,
        IDbTransactionInterceptor
{
    /// <summary>The contexts with uncommitted changes.</summary>
    private readonly ConditionalWeakTable<DbContext, Outdated> changed = [];

    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData,
        InterceptionResult<int> result,
        CancellationToken cancellationToken = default
    )
    {
        var context = eventData.Context!;
        foreach (var entry in context.ChangeTracker.Entries())
        {
            if (entry.State is EntityState.Modified or EntityState.Deleted && IsCredential(entry.Entity))
                changed.GetOrCreateValue(context).Credentials = true;
            if (entry.State is not EntityState.Unchanged && entry.Entity is Webhook)
                changed.GetOrCreateValue(context).Guards = true;
        }

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

    /// <summary>Also after a failed commit, which the database may have completed.</summary>
    public Task TransactionFailedAsync(
        DbTransaction transaction,
        TransactionErrorEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        Forget(eventData.Context!);
        return Task.CompletedTask;
    }

    private static bool IsCredential(object entity) =>
        entity is AccessToken or User or Extension or OAuthApplication or OAuthToken { Status: not Statuses.Valid };

    private void ForgetOutsideTransaction(DbContext context)
    {
        if (context.Database.CurrentTransaction is null)
            Forget(context);
    }

    private void Forget(DbContext context)
    {
        if (!changed.TryGetValue(context, out var outdated))
            return;
        changed.Remove(context);
        if (outdated.Credentials)
            credentials.Refresh();
        if (outdated.Guards)
            guards.Refresh();
    }

    /// <summary>The caches to clear.</summary>
    private sealed class Outdated
    {
        public bool Credentials { get; set; }

        public bool Guards { get; set; }
    }
}
