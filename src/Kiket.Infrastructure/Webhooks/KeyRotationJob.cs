using Hangfire;

namespace Kiket.Infrastructure.Webhooks;

/// <summary>Makes the next key of runtime tokens in time.</summary>
internal sealed class KeyRotationJob(RuntimeTokens tokens)
{
    [JobDisplayName("Rotate the keys of runtime tokens")]
    public Task RunAsync(CancellationToken ct) => tokens.RotateAsync(ct);
}
