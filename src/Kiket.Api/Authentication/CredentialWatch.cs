using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Kiket.Api.Http;
using MediatR;
using Microsoft.Net.Http.Headers;

namespace Kiket.Api.Authentication;

/// <summary>
/// Ends a request that is still open when its credential is revoked or expires, or its user is deactivated. A request shorter
/// than the interval is never looked at. A stream of events ends the same way, even while its client reads nothing.
/// </summary>
internal sealed partial class CredentialWatch(IServiceScopeFactory scopes, TimeProvider time, ILogger<CredentialWatch> logger)
    : BackgroundService
{
    /// <summary>
    /// How often open requests are checked, which adds to the time for which this process remembers a credential
    /// (docs/decisions/0055-what-requests-read-from-memory.md).
    /// </summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<OpenRequest, bool> open = new();

    /// <summary>Serves a request, and answers 401 if its credential ends meanwhile.</summary>
    public async Task ServeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<CountedCredential>() is not { } credential)
        {
            await next(context);
            return;
        }

        var aborted = context.RequestAborted;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        var request = new OpenRequest(credential, ended, time.GetTimestamp());
        open.TryAdd(request, true);
        context.RequestAborted = ended.Token;
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested && !aborted.IsCancellationRequested)
        {
            context.RequestAborted = aborted;
            if (context.Response.HasStarted)
                context.Abort(); // the client must not mistake a partial response for a complete one
            else
                await RefuseAsync(context);
        }
        finally
        {
            context.RequestAborted = aborted;
            open.TryRemove(request, out _);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "A database that is away must not end the watch.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await CheckAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailure(failure.GetBaseException().Message);
            }
        }
    }

    /// <summary>Requests with the same credential are checked together, by the query that signs requests in.</summary>
    private async Task CheckAsync(CancellationToken ct)
    {
        var now = time.GetTimestamp();
        var longRunning = open.Select(o => o.Key).Where(r => time.GetElapsedTime(r.Since, now) >= Interval);
        foreach (var requests in longRunning.GroupBy(r => r.Credential.Presented).ToList())
        {
            await using var scope = scopes.CreateAsyncScope();
            var again = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(requests.Key, ct);
            if (again.IsRefused)
                await Task.WhenAll(requests.Select(r => r.EndAsync()));
        }
    }

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.Headers[HeaderNames.WWWAuthenticate] = BearerHandler.SchemeName;
        return ErrorBody.WriteAsync(context, ErrorHandler.MissingToken, StatusCodes.Status401Unauthorized);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The credentials of open requests could not be checked: {Reason}")]
    private partial void LogFailure(string reason);

    /// <param name="since">When it began, as a timestamp.</param>
    private sealed class OpenRequest(CountedCredential credential, CancellationTokenSource ended, long since)
    {
        public CountedCredential Credential => credential;

        public long Since => since;

        public async Task EndAsync()
        {
            try
            {
                await ended.CancelAsync();
            }
            catch (ObjectDisposedException)
            {
                // It was answered in the meantime.
            }
        }
    }
}
