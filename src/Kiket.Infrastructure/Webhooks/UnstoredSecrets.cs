using Kiket.Application.Abstractions;
using Kiket.Domain.Extensions;

namespace Kiket.Infrastructure.Webhooks;

/// <summary>No scope holds secrets yet, so every one that a manifest names is missing.</summary>
internal sealed class UnstoredSecrets : IExtensionSecrets
{
    public Task<ResolvedSecrets> ResolveAsync(Extension extension, long? projectId, CancellationToken ct) =>
        Task.FromResult(new ResolvedSecrets(new Dictionary<string, string>(), [.. extension.Manifest.SecretKeys().Keys]));
}
