using Kiket.Infrastructure.Idempotency;
using Kiket.Infrastructure.Jobs;
using Kiket.Infrastructure.Settings;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;

namespace Kiket.Application.Tests.Persistence;

/// <summary>The life of an idempotency key: reserved, answered, given back, taken over, expired.</summary>
public abstract class IdempotencySuite(TestDatabase database)
{
    private static long users;

    private readonly long user = Interlocked.Increment(ref users);
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
    private readonly StoredAnswer answer = new(201, "application/json", "\"1-a\"", "/there", [1, 2, 3]);

    [Fact]
    public async Task An_answered_key_gives_its_answer_again_and_is_refused_for_another_request()
    {
        await using var session = SignIn();
        var store = StoreOf(session);
        Assert.True(await store.AnswerAsync(await ReserveAsync(store), answer, default));

        var again = await ReserveAsync(store);
        var other = await ReserveAsync(store, hash: "other");

        Assert.Equal(ReservationOutcome.Answered, again.Outcome);
        Assert.Equivalent(answer, again.Answer, strict: true);
        Assert.Equal(ReservationOutcome.Reused, other.Outcome);
    }

    [Fact]
    public async Task A_key_is_in_use_until_it_is_answered_and_free_once_it_is_given_back()
    {
        await using var session = SignIn();
        var store = StoreOf(session);
        var first = await ReserveAsync(store);

        Assert.Equal(ReservationOutcome.Reserved, first.Outcome);
        Assert.Equal(ReservationOutcome.InUse, (await ReserveAsync(store)).Outcome);
        await store.ReleaseAsync(first);
        Assert.Equal(ReservationOutcome.Reserved, (await ReserveAsync(store)).Outcome);
    }

    [Fact]
    public async Task Keys_of_two_users_and_keys_that_differ_in_case_do_not_meet()
    {
        await using var session = SignIn();
        var store = StoreOf(session);
        await ReserveAsync(store, "key");

        Assert.Equal(ReservationOutcome.Reserved, (await ReserveAsync(store, "KEY")).Outcome);
        Assert.Equal(ReservationOutcome.Reserved, (await store.ReserveAsync(Interlocked.Increment(ref users), "key", "hash", default)).Outcome);
    }

    [Fact]
    public async Task After_24_hours_a_key_is_new_again_even_for_another_request()
    {
        await using var session = SignIn();
        var store = StoreOf(session);
        await store.AnswerAsync(await ReserveAsync(store), answer, default);

        clock.Advance(IdempotencyStore.Lifetime - TimeSpan.FromMilliseconds(1));
        Assert.Equal(ReservationOutcome.Answered, (await ReserveAsync(store)).Outcome);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(ReservationOutcome.Reserved, (await ReserveAsync(store, hash: "other")).Outcome);
        Assert.Equal(ReservationOutcome.InUse, (await ReserveAsync(store, hash: "other")).Outcome);
    }

    [Fact]
    public async Task A_key_whose_request_died_can_be_taken_over_and_the_dead_one_can_no_longer_answer()
    {
        await using var session = SignIn();
        var store = StoreOf(session);
        var dead = await ReserveAsync(store);

        clock.Advance(IdempotencyStore.LongestRequest - TimeSpan.FromMilliseconds(1));
        Assert.Equal(ReservationOutcome.InUse, (await ReserveAsync(store)).Outcome);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        var heir = await ReserveAsync(store);

        Assert.Equal(ReservationOutcome.Reserved, heir.Outcome);
        Assert.False(await store.AnswerAsync(dead, answer, default));
        await store.ReleaseAsync(dead);
        Assert.True(await store.AnswerAsync(heir, answer, default));
    }

    [Fact]
    public async Task Of_many_who_reserve_or_take_over_one_key_at_once_one_gets_it()
    {
        await using var session = SignIn();
        Assert.Equal(1, await RaceAsync());
        clock.Advance(IdempotencyStore.LongestRequest);
        Assert.Equal(1, await RaceAsync());

        async Task<int> RaceAsync()
        {
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
            {
                await using var own = SignIn();
                return (await ReserveAsync(StoreOf(own))).Outcome;
            })));
            return outcomes.Count(o => o is ReservationOutcome.Reserved);
        }
    }

    [Fact]
    public async Task Expired_keys_are_pruned_and_the_others_stay()
    {
        await using var session = SignIn();
        var store = StoreOf(session);
        await ReserveAsync(store, "old");
        clock.Advance(TimeSpan.FromHours(1));
        await ReserveAsync(store, "young");

        // It prunes for all; the tests of this class run one after the other, and no other class makes keys on this database.
        var later = new FakeTimeProvider(clock.GetUtcNow() + IdempotencyStore.Lifetime - TimeSpan.FromMinutes(30));
        await new PruneJob(session.Db, KiketSettings.Read(new ConfigurationBuilder().Build()), later).RunAsync(default);

        Assert.Equal(1, await session.Db.IdempotencyRecords.CountAsync(r => r.UserId == user));
    }

    private Session SignIn()
    {
        Assert.SkipWhen(database.Unavailable is not null, database.Unavailable ?? "");
        return new(database.Services, null);
    }

    private IdempotencyStore StoreOf(Session session) => new(session.Db, session.Get<IDataProtectionProvider>(), clock);

    private Task<Reservation> ReserveAsync(IdempotencyStore store, string key = "key", string hash = "hash") =>
        store.ReserveAsync(user, key, hash, default);
}

public sealed class SqliteIdempotencyTests(SqliteDatabase database) : IdempotencySuite(database);

public sealed class PostgreSqlIdempotencyTests(PostgreSqlDatabase database) : IdempotencySuite(database);

public sealed class SqlServerIdempotencyTests(SqlServerDatabase database) : IdempotencySuite(database);
