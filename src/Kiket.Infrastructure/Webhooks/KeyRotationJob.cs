using Hangfire;
using Kiket.Infrastructure.Secrets;

namespace Kiket.Infrastructure.Webhooks;

/// <summary>Creates the next signing key in time.</summary>
internal sealed class KeyRotationJob(SigningKeys keys)
{
    [JobDisplayName("Rotate the signing keys")]
    public Task RunAsync(CancellationToken ct) => keys.RotateAsync(ct);
}
