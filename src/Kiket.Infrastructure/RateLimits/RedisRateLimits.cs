using System.Diagnostics.Metrics;
using Kiket.Application.Ports;
using Kiket.Domain.Users;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Kiket.Infrastructure.RateLimits;

/// <summary>
/// Counts in Redis, so that all nodes together allow a credential exactly its limit. A count is one atomic round trip, and the
/// clock of Redis determines its window. While Redis is unavailable, each node counts by itself and requests do not wait.
/// </summary>
internal sealed partial class RedisRateLimits : BackgroundService, IRateLimits
{
    public const string MeterName = "Kiket.RateLimits";

    /// <summary>
    /// A refused request is not counted: one that is given back must leave room. The key ends a millisecond before its window
    /// does, because Redis still shows it in that millisecond.
    /// </summary>
    private const string Take = """
        local time, length = redis.call('TIME'), tonumber(ARGV[1])
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local start = now - now % length
        local count, limit = tonumber(redis.call('GET', KEYS[1]) or 0), tonumber(ARGV[2])
        if count >= limit then return {limit + 1, start, now} end
        count = redis.call('INCR', KEYS[1])
        if count == 1 then redis.call('PEXPIREAT', KEYS[1], start + length - 1) end
        return {count, start, now}
        """;

    private const string GiveBack = """
        local time, length = redis.call('TIME'), tonumber(ARGV[1])
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local isCurrent = now - now % length == tonumber(ARGV[2])
        if isCurrent and tonumber(redis.call('GET', KEYS[1]) or 0) > 0 then redis.call('DECR', KEYS[1]) end
        return 0
        """;

    /// <summary>How long a request may wait for an answer; after that, Redis counts as unavailable.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>How long a start waits for the first answer.</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How often Redis is retried while it is unavailable.</summary>
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(1);

    private static readonly RateLimit Probe = new(1, TimeSpan.FromSeconds(1));

    private readonly ConfigurationOptions options;
    private readonly ProcessRateLimits local;
    private readonly ILogger<RedisRateLimits> logger;
    private readonly SemaphoreSlim outages = new(0);
    private ConnectionMultiplexer? connection;
    private int away;

    public RedisRateLimits(
        ConfigurationOptions redis,
        ProcessRateLimits local,
        IMeterFactory meters,
        ILogger<RedisRateLimits> logger
    )
    {
        options = redis.Clone();
        options.AbortOnConnectFail = false; // the connection is tried again in the background
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.ConnectRetry = 1;
        options.ConnectTimeout = options.AsyncTimeout = (int)ConnectTimeout.TotalMilliseconds;
        options.ReconnectRetryPolicy = new LinearRetry((int)ProbeInterval.TotalMilliseconds);
        this.local = local;
        this.logger = logger;
        meters
            .Create(MeterName)
            .CreateObservableGauge(
                "kiket.rate_limits.shared",
                () => IsAway ? 0 : 1,
                description: "1 while requests are counted in Redis, 0 while this node counts by itself."
            );
    }

    /// <summary>Whether this node counts by itself.</summary>
    public bool IsAway => Volatile.Read(ref away) == 1;

    /// <summary>Connects before the server listens, so that even the first request is counted in Redis.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        connection = await ConnectionMultiplexer.ConnectAsync(options);
        connection.ConnectionFailed += (_, failure) => Lose($"the connection failed ({failure.FailureType}).");
        try
        {
            await CountAsync("probe", Probe, ConnectTimeout, cancellationToken);
        }
        catch (Exception failure) when (IsOutage(failure))
        {
            Lose(failure.Message);
        }

        await base.StartAsync(cancellationToken);
    }

    public async ValueTask<RateWindow> TakeAsync(string credential, RateLimit limit, CancellationToken ct)
    {
        if (!IsAway)
        {
            try
            {
                return await CountAsync(credential, limit, Timeout, ct);
            }
            catch (Exception failure) when (IsOutage(failure))
            {
                Lose(failure.Message);
            }
        }

        return await local.TakeAsync(credential, limit, ct) with
        {
            IsOfThisNode = true,
        };
    }

    public ValueTask GiveBackAsync(string credential, RateWindow window, CancellationToken ct)
    {
        if (window.IsOfThisNode)
            return local.GiveBackAsync(credential, window, ct);

        // The caller's next request is sent after this on the same connection, so nobody has to wait for the answer.
        RedisValue[] arguments = [(long)window.Length.TotalMilliseconds, window.Start.ToUnixTimeMilliseconds()];
        _ = connection!
            .GetDatabase()
            .ScriptEvaluateAsync(GiveBack, [KeyOf(credential, window.Length)], arguments, CommandFlags.FireAndForget);
        return ValueTask.CompletedTask;
    }

    public override void Dispose()
    {
        base.Dispose();
        connection?.Dispose();
        outages.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await outages.WaitAsync(stoppingToken);
            do await Task.Delay(ProbeInterval, stoppingToken);
            while (!await IsBackAsync(stoppingToken));
            Volatile.Write(ref away, 0);
            LogBack();
        }
    }

    /// <summary>Treated like an unavailable Redis, because one that cannot write is useless too.</summary>
    private async Task<bool> IsBackAsync(CancellationToken ct)
    {
        try
        {
            await CountAsync("probe", Probe, Timeout, ct);
            return true;
        }
        catch (Exception failure) when (IsOutage(failure))
        {
            return false;
        }
    }

    private async Task<RateWindow> CountAsync(string credential, RateLimit limit, TimeSpan timeout, CancellationToken ct)
    {
        var answer = await connection!
            .GetDatabase()
            .ScriptEvaluateAsync(Take, [KeyOf(credential, limit.Window)], [(long)limit.Window.TotalMilliseconds, limit.Requests])
            .WaitAsync(timeout, ct);
        var values = (long[])answer!;
        return new(
            limit.Requests,
            (int)Math.Min(values[0], int.MaxValue),
            DateTimeOffset.FromUnixTimeMilliseconds(values[1]),
            limit.Window,
            DateTimeOffset.FromUnixTimeMilliseconds(values[2])
        );
    }

    private void Lose(string reason)
    {
        if (Interlocked.Exchange(ref away, 1) == 1)
            return;
        LogAway(reason);
        outages.Release();
    }

    private static RedisKey KeyOf(string credential, TimeSpan window) =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"kiket:requests:{(int)window.TotalSeconds}:{credential}"
        );

    private static bool IsOutage(Exception failure) => failure is RedisException or TimeoutException;

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Redis is unavailable, so this node counts requests by itself for now: {Reason}"
    )]
    private partial void LogAway(string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Redis is available; requests are counted there again.")]
    private partial void LogBack();
}
