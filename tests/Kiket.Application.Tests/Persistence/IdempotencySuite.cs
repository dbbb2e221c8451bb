using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Idempotency;
using Kiket.Infrastructure.Jobs;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Settings;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;

namespace Kiket.Application.Tests.Persistence;

/// <summary>The life of an idempotency key: reserved, answered, released, taken over, expired.</summary>
public abstract class IdempotencySuite(TestDatabase database)
{
    private static long users;

    private readonly UserId user = new(Interlocked.Increment(ref users));
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task An_answered_key_gives_its_result_again_and_is_refused_for_another_request()
    {
        await using var session = SignIn();
        var first = await ReserveAsync(session);
        Assert.Null(await first.Store.StoreAsync("result", default));

        var again = await ReserveAsync(session);
        var other = await ReserveAsync(session, hash: "other");

        Assert.Equal("result", again.Settled!.Value);
        Assert.True(again.Store.IsReplayed);
        Assert.Equal(ServerErrorCodes.IdempotencyKeyReused, other.Settled!.Error!.Code);
        Assert.False(other.Store.IsReplayed);
    }

    [Fact]
    public async Task A_key_is_in_use_until_it_has_a_result_and_free_once_it_is_given_back()
    {
        await using var session = SignIn();
        var first = await ReserveAsync(session);

        Assert.Null(first.Settled);
        Assert.True(await IsInUseAsync(session));
        await first.Store.EndAsync(isKept: false);
        Assert.Null((await ReserveAsync(session)).Settled);
    }

    [Fact]
    public async Task Keys_of_two_users_and_keys_that_differ_in_case_do_not_meet()
    {
        await using var session = SignIn();
        await ReserveAsync(session, "key");

        Assert.Null((await ReserveAsync(session, "KEY")).Settled);
        Assert.Null((await ReserveAsync(session, "key", userId: new(Interlocked.Increment(ref users)))).Settled);
    }

    [Fact]
    public async Task After_24_hours_a_key_is_new_again_even_for_another_request()
    {
        await using var session = SignIn();
        await (await ReserveAsync(session)).Store.StoreAsync("result", default);

        clock.Advance(IdempotencyStore.Lifetime - TimeSpan.FromMilliseconds(1));
        Assert.Equal("result", (await ReserveAsync(session)).Settled!.Value);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null((await ReserveAsync(session, hash: "other")).Settled);
        Assert.True(await IsInUseAsync(session, hash: "other"));
    }

    [Fact]
    public async Task A_key_whose_request_died_can_be_taken_over_and_the_dead_one_can_no_longer_store_a_result()
    {
        await using var session = SignIn();
        var dead = await ReserveAsync(session);

        clock.Advance(IdempotencyStore.LongestRequest - TimeSpan.FromMilliseconds(1));
        Assert.True(await IsInUseAsync(session));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        var heir = await ReserveAsync(session);

        Assert.Null(heir.Settled);
        Assert.Equal(ServerErrorCodes.IdempotencyKeyInUse, (await dead.Store.StoreAsync("late", default))?.Code);
        await dead.Store.EndAsync(isKept: false);
        Assert.Null(await heir.Store.StoreAsync("result", default));
    }

    [Fact]
    public async Task A_result_that_cannot_be_read_is_neither_returned_nor_computed_again()
    {
        await using var session = SignIn();
        await (await ReserveAsync(session)).Store.StoreAsync("result", default);
        await session
            .Db.IdempotencyRecords.Where(r => r.UserId == user)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.Answer, [1, 2, 3]));

        var again = await ReserveAsync(session);

        Assert.Equal(ErrorCodes.Conflict, again.Settled!.Error!.Code);
        Assert.False(again.Store.IsReplayed);
    }

    [Fact]
    public async Task One_of_many_who_reserve_or_take_over_a_key_at_once_gets_it()
    {
        await using var session = SignIn();
        Assert.Equal(1, await RaceAsync());
        clock.Advance(IdempotencyStore.LongestRequest);
        Assert.Equal(1, await RaceAsync());

        async Task<int> RaceAsync()
        {
            var outcomes = await Task.WhenAll(
                Enumerable
                    .Range(0, 8)
                    .Select(_ =>
                        Task.Run(async () =>
                        {
                            await using var own = SignIn();
                            return (await ReserveAsync(own)).Settled;
                        })
                    )
            );
            return outcomes.Count(o => o is null);
        }
    }

    [Fact]
    public async Task Expired_keys_are_pruned_and_the_others_stay()
    {
        await using var session = SignIn();
        await ReserveAsync(session, "old");
        clock.Advance(TimeSpan.FromHours(1));
        await ReserveAsync(session, "young");

        // It prunes all keys; the tests of this class run sequentially, and no other class creates keys in this database.
        var later = new FakeTimeProvider(clock.GetUtcNow() + IdempotencyStore.Lifetime - TimeSpan.FromMinutes(30));
        await new PruneJob(session.Db, KiketSettings.Read(new ConfigurationBuilder().Build()), later).RunAsync(default);

        Assert.Equal(1, await session.Db.IdempotencyRecords.CountAsync(r => r.UserId == user));
    }

    private Session SignIn()
    {
        Assert.SkipWhen(database.Unavailable is not null, database.Unavailable ?? "");
        return new(database.Services, null);
    }

    private async Task<bool> IsInUseAsync(Session session, string hash = "hash") =>
        (await ReserveAsync(session, hash: hash)).Settled?.Error?.Code == ServerErrorCodes.IdempotencyKeyInUse;

    /// <summary>Reserves a key as a separate request.</summary>
    private async Task<(IdempotencyStore Store, Result<string>? Settled)> ReserveAsync(
        Session session,
        string key = "key",
        string hash = "hash",
        UserId? userId = null
    )
    {
        var actor = new CurrentActor();
        actor.SignIn(new(new(0), userId ?? user, OrganizationRole.Developer), []);
        var store = new IdempotencyStore(session.Db, actor, session.Get<IDataProtectionProvider>(), clock);
        store.Use(key, hash);
        return (store, await store.ReserveAsync<string>(default));
    }
}

public sealed class SqliteIdempotencyTests(SqliteDatabase database) : IdempotencySuite(database);

public sealed class PostgreSqlIdempotencyTests(PostgreSqlDatabase database) : IdempotencySuite(database);

public sealed class SqlServerIdempotencyTests(SqlServerDatabase database) : IdempotencySuite(database);
