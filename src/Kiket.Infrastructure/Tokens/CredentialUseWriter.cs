using System.Diagnostics.CodeAnalysis;
using Kiket.Application.Tokens;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Tokens;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kiket.Infrastructure.Tokens;

/// <summary>
/// Writes the last uses of tokens and extension keys, in batches outside of requests. Uses that cannot be written are dropped.
/// </summary>
internal sealed partial class CredentialUseWriter(
    CredentialUses used,
    IServiceScopeFactory scopes,
    ILogger<CredentialUseWriter> logger
) : BackgroundService
{
    private const int BatchSize = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(10);

    [SuppressMessage("Design", "CA1031", Justification = "A database that cannot write must not end the writer.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await used.WaitAsync(stoppingToken);
            var pause = Pause; // everything collected in the meantime goes into one statement
            try
            {
                foreach (var uses in used.Take().GroupBy(u => u.Key.Kind))
                {
                    foreach (var batch in uses.Chunk(BatchSize))
                        await WriteAsync(uses.Key, batch, stoppingToken);
                }
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailure(failure.GetBaseException().Message);
                pause = PauseAfterFailure;
            }

            await Task.Delay(pause, stoppingToken);
        }
    }

    private async Task WriteAsync(
        CredentialKind kind,
        IReadOnlyCollection<KeyValuePair<UsedCredential, DateTimeOffset>> uses,
        CancellationToken ct
    )
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var at = uses.Max(u => u.Value);
        var known = at - AccessToken.LastUsedPrecision;
        if (kind is CredentialKind.ExtensionKey)
        {
            List<ExtensionId> ids = [.. uses.Select(u => new ExtensionId(u.Key.Id))];
            await db.AcrossTenants<Extension>()
                .Where(e => ids.Contains(e.Id) && (e.KeyLastUsedAt == null || e.KeyLastUsedAt < known))
                .ExecuteUpdateAsync(set => set.SetProperty(e => e.KeyLastUsedAt, at), ct);
        }
        else
        {
            List<long> ids = [.. uses.Select(u => u.Key.Id)];
            await db.AcrossTenants<AccessToken>()
                .Where(t => ids.Contains(t.Id) && (t.LastUsedAt == null || t.LastUsedAt < known))
                .ExecuteUpdateAsync(set => set.SetProperty(t => t.LastUsedAt, at), ct);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The last use of credentials could not be written: {Reason}")]
    private partial void LogFailure(string reason);
}
