using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Application.Ports;
using Kiket.Domain.Users;
using Kiket.Infrastructure.RateLimits;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace Kiket.Api.Tests.RateLimits;

/// <summary>Nodes that count together. None of it depends on the database.</summary>
[Trait("Database", "Sqlite")]
public sealed class RedisRateLimitTests
{
    private static readonly RateLimit Hundred = new(100, TimeSpan.FromDays(1));

    [Fact]
    public async Task One_credential_over_three_processes_gets_exactly_its_limit()
    {
        const string token = "kpat_of_three_processes_0123";
        await using var redis = await RedisServer.StartAsync();
        (string, string)[] settings =
        [
            ("ConnectionStrings__Redis", redis.Connection),
            ("RateLimits__UserRequests", "100"),
            ("RateLimits__UserWindowSeconds", "86400"),
            ("Bootstrap__AdminToken", token), // the first token of each database, and so the same credential
            ("Bootstrap__Demo", "false"),
        ];
        KiketProcess[] nodes = [.. Enumerable.Range(0, 3).Select(_ => KiketProcess.Start(null, settings))];
        try
        {
            var clients = await Task.WhenAll(nodes.Select(n => n.ListeningAsync()));
            foreach (var client in clients)
                client.DefaultRequestHeaders.Authorization = new("Bearer", token);

            // A node that waits seconds for an answer, as on a busy machine, counts by itself: such a round is repeated.
            var (answers, lost) = (await SendAsync(clients), Count(nodes, "Redis is unavailable"));
            for (var tries = 1; tries < 3 && lost > 0; tries++)
            {
                while (Count(nodes, "Redis is available") < Count(nodes, "Redis is unavailable"))
                    await Task.Delay(50, TestContext.Current.CancellationToken);
                await redis.ForgetAsync();
                var before = Count(nodes, "Redis is unavailable");
                (answers, lost) = (await SendAsync(clients), Count(nodes, "Redis is unavailable") - before);
            }

            Assert.Equal(100, answers.Count(a => a is HttpStatusCode.OK));
            Assert.Equal(92, answers.Count(a => a is HttpStatusCode.TooManyRequests));
        }
        finally
        {
            foreach (var node in nodes)
                await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_request_that_is_given_back_is_free_in_its_own_window_only()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var node = await Node.StartAsync(redis);
        var first = await node.Limits.TakeAsync("token:1", Hundred, default);

        await node.Limits.GiveBackAsync("token:1", first, default);
        var second = await node.Limits.TakeAsync("token:1", Hundred, default);
        await node.Limits.GiveBackAsync("token:1", second with { Start = second.Start.AddDays(-1) }, default);
        var third = await node.Limits.TakeAsync("token:1", Hundred, default);

        Assert.Equal((1, 1, 2), (first.Count, second.Count, third.Count));
        Assert.False(third.IsOfThisNode);
        Assert.Equal(0, third.Start.ToUnixTimeSeconds() % 86_400);
    }

    [Fact]
    public async Task Refused_requests_leave_the_room_of_one_that_is_given_back()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var node = await Node.StartAsync(redis);
        var two = new RateLimit(2, TimeSpan.FromDays(1));
        foreach (var limits in new IRateLimits[] { node.Limits, new ProcessRateLimits(TimeProvider.System) })
        {
            var first = await limits.TakeAsync("token:2", two, default);
            await limits.TakeAsync("token:2", two, default);
            foreach (var _ in Enumerable.Range(0, 5))
                Assert.True((await limits.TakeAsync("token:2", two, default)).IsExceeded);

            await limits.GiveBackAsync("token:2", first, default);

            Assert.False((await limits.TakeAsync("token:2", two, default)).IsExceeded);
            Assert.True((await limits.TakeAsync("token:2", two, default)).IsExceeded);
        }
    }

    [Fact]
    public async Task A_window_ends_when_it_says_so()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var node = await Node.StartAsync(redis);
        var limit = new RateLimit(1_000_000, TimeSpan.FromSeconds(1));
        List<RateWindow> windows = [await node.Limits.TakeAsync("token:1", limit, default)];

        while (windows[^1].Start < windows[0].Start.AddSeconds(2))
            windows.Add(await node.Limits.TakeAsync("token:1", limit, default));

        foreach (var window in windows.GroupBy(w => w.Start).Skip(1).SkipLast(1))
            Assert.Equal(Enumerable.Range(1, window.Count()), window.Select(w => w.Count));
        Assert.All(windows, w => Assert.InRange(w.Now, w.Start, w.Reset));
    }

    [Fact]
    public async Task Without_redis_each_node_counts_by_itself_and_returns_to_it()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var node = await Node.StartAsync(redis);
        await node.Limits.TakeAsync("token:1", Hundred, default);

        await redis.StopAsync();
        var alone = await node.Limits.TakeAsync("token:1", Hundred, default);
        await node.Limits.GiveBackAsync("token:1", alone, default);
        var again = await node.Limits.TakeAsync("token:1", Hundred, default);

        Assert.True(alone.IsOfThisNode && node.Limits.IsAway);
        Assert.Equal((1, 1), (alone.Count, again.Count));

        await redis.RunAsync();
        while (node.Limits.IsAway)
            await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.False((await node.Limits.TakeAsync("token:1", Hundred, default)).IsOfThisNode);
    }

    [Fact]
    public async Task A_server_starts_and_serves_without_redis_and_says_that_it_is_degraded()
    {
        await using var server = new KiketServer
        {
            Settings = new Dictionary<string, string>
            {
                ["ConnectionStrings:Redis"] = "127.0.0.1:1",
                ["RateLimits:UserRequests"] = "2",
                ["Metrics:Token"] = "token-of-the-metrics",
            },
        };
        await server.InitializeAsync();
        var client = (await server.NewTenantAsync()).Admin;

        await client.GetAsync("/api/v1/me").OkAsync();
        await client.GetAsync("/api/v1/me").OkAsync();
        await client.GetAsync("/api/v1/me").RefusedAsync(429, "RATE_LIMIT_EXCEEDED");
        var ready = await server.NewClient().GetAsync("/health/ready").OkAsync();
        var metrics = await server.NewClient("token-of-the-metrics").GetStringAsync("/metrics");

        Assert.Equal("degraded", (string?)ready["status"]);
        Assert.Equal("degraded", (string?)ready["checks"]!["redis"]!["status"]);
        Assert.Matches(@"(?m)^kiket_rate_limits_shared\S* 0\b", metrics);
    }

    private static int Count(KiketProcess[] nodes, string words) => nodes.Sum(n => n.Output.Split(words).Length - 1);

    /// <summary>192 requests, 64 at a time.</summary>
    private static async Task<IReadOnlyCollection<HttpStatusCode>> SendAsync(HttpClient[] clients)
    {
        var answers = new ConcurrentBag<HttpStatusCode>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 192),
            new ParallelOptions { MaxDegreeOfParallelism = 64 },
            async (i, ct) =>
            {
                using var answer = await clients[i % clients.Length].GetAsync("/api/v1/me", ct);
                answers.Add(answer.StatusCode);
            }
        );
        return answers;
    }

    /// <summary>The counter of one node.</summary>
    private sealed class Node(ServiceProvider services, RedisRateLimits limits) : IAsyncDisposable
    {
        public RedisRateLimits Limits => limits;

        public static async Task<Node> StartAsync(RedisServer redis)
        {
            var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
            var limits = new RedisRateLimits(
                ConfigurationOptions.Parse(redis.Connection),
                new ProcessRateLimits(TimeProvider.System),
                services.GetRequiredService<IMeterFactory>(),
                NullLogger<RedisRateLimits>.Instance
            );
            await limits.StartAsync(TestContext.Current.CancellationToken);
            return new(services, limits);
        }

        public async ValueTask DisposeAsync()
        {
            await limits.StopAsync(CancellationToken.None);
            limits.Dispose();
            await services.DisposeAsync();
        }
    }
}
