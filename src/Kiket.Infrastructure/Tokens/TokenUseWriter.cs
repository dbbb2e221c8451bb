using System.Diagnostics.CodeAnalysis;
using Kiket.Application.Tokens;
using Kiket.Domain.Tokens;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kiket.Infrastructure.Tokens;

/// <summary>Writes the last uses of tokens, in batches outside of requests. Uses that cannot be written are dropped.</summary>
internal sealed partial class TokenUseWriter(TokenUses uses, IServiceScopeFactory scopes, ILogger<TokenUseWriter> logger)
    : BackgroundService
{
    private const int BatchSize = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(10);

    [SuppressMessage("Design", "CA1031", Justification = "A database that cannot write must not end the writer.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await uses.WaitAsync(stoppingToken);
            var pause = Pause; // everything collected in the meantime goes into one statement
            try
            {
                foreach (var batch in uses.Take().Chunk(BatchSize))
                    await WriteAsync(batch, stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailure(failure.GetBaseException().Message);
                pause = PauseAfterFailure;
            }

            await Task.Delay(pause, stoppingToken);
        }
    }

    private async Task WriteAsync(IReadOnlyCollection<KeyValuePair<long, DateTimeOffset>> used, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        List<long> ids = [.. used.Select(u => u.Key)];
        var at = used.Max(u => u.Value);
        var known = at - AccessToken.LastUsedPrecision;
        await db.AcrossTenants<AccessToken>()
            .Where(t => ids.Contains(t.Id) && (t.LastUsedAt == null || t.LastUsedAt < known))
            .ExecuteUpdateAsync(set => set.SetProperty(t => t.LastUsedAt, at), ct);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The last use of tokens could not be written: {Reason}")]
    private partial void LogFailure(string reason);
}
