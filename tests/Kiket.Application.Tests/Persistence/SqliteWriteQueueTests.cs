using Kiket.Domain.Common;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Application.Tests.Persistence;

/// <summary>Ways in which a writer can end. None of them may block the others.</summary>
public sealed class SqliteWriteQueueTests(SqliteDatabase database)
{
    [Fact]
    public Task A_commit_ends_the_turn() =>
        NextComeToTurnAfterAsync(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            await WriteAsync(db);
            await transaction.CommitAsync();
        });

    [Fact]
    public Task A_disposal_ends_the_turn_also_while_the_connection_stays_open() =>
        NextComeToTurnAfterAsync(async db =>
        {
            await db.Database.OpenConnectionAsync();
            await using var transaction = await db.Database.BeginTransactionAsync();
            await WriteAsync(db);
        });

    [Fact]
    public Task A_context_that_returns_to_its_pool_ends_the_turn() =>
        NextComeToTurnAfterAsync(async db =>
        {
            await db.Database.BeginTransactionAsync();
            await WriteAsync(db);
        });

    [Fact]
    public Task An_open_reader_does_not_keep_the_turn() =>
        NextComeToTurnAfterAsync(async db =>
        {
            await db.Database.BeginTransactionAsync();
            await db.Users.IgnoreQueryFilters().AsAsyncEnumerable().GetAsyncEnumerator().MoveNextAsync();
            await WriteAsync(db);
        });

    [Fact]
    public Task A_closed_connection_does_not_keep_the_turn() =>
        NextComeToTurnAfterAsync(async db =>
        {
            await db.Database.BeginTransactionAsync();
            await WriteAsync(db);
            await db.Database.CloseConnectionAsync();
        });

    [Fact]
    public Task A_writer_that_gives_up_does_not_keep_the_turn()
    {
        var number = 0;
        return NextComeToTurnAfterAsync(async db =>
        {
            using var limit = new CancellationTokenSource(
                TimeSpan.FromMicroseconds(100 * (Interlocked.Increment(ref number) % 30))
            );
            try
            {
                await using var transaction = await db.Database.BeginTransactionAsync(limit.Token);
                await WriteAsync(db, limit.Token);
                await transaction.CommitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                // Wherever it was.
            }
        });
    }

    [Fact]
    public Task A_bulk_change_without_a_transaction_has_a_turn_of_its_own() => NextComeToTurnAfterAsync(db => WriteAsync(db));

    /// <summary>Several writers repeat it; one that does not get its turn in time throws.</summary>
    private Task NextComeToTurnAfterAsync(Func<KiketDbContext, Task> writeAsync) =>
        Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        for (var i = 0; i < 20; i++)
                        {
                            await using var scope = database.Services.CreateAsyncScope();
                            await writeAsync(scope.ServiceProvider.GetRequiredService<KiketDbContext>());
                        }
                    })
                )
        );

    private static Task<int> WriteAsync(KiketDbContext db, CancellationToken ct = default) =>
        db
            .Users.IgnoreQueryFilters()
            .Where(u => u.Id == new UserId(-1))
            .ExecuteUpdateAsync(set => set.SetProperty(u => u.Name, "Nobody"), ct);
}
