using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;

namespace Kiket.Application.Extensions;

/// <summary>The secrets in a delivery; only the organization of the current actor is searched.</summary>
internal sealed class ExtensionSecrets(IKiketDb db, ISecretProtector protector, ICurrentActor current) : IExtensionSecrets
{
    public async Task<ResolvedSecrets> ResolveAsync(Extension extension, ProjectId? projectId, CancellationToken ct)
    {
        IReadOnlyList<string> keys = [.. extension.Manifest.SecretKeys().Keys.Order(StringComparer.Ordinal)];
        if (keys.Count == 0)
            return new(new Dictionary<string, string>(), []);
        var found = (await db.FindSecretsAsync(extension, await db.OwnersAsync(extension, projectId, ct), current, ct)).Where(s =>
            keys.Contains(s.Key)
        );
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        foreach (var secret in found)
        {
            if (protector.Unprotect(secret.Purpose, secret.Ciphertext) is { } value)
                values[secret.Key] = value;
        }

        return new(values, [.. keys.Where(k => !values.ContainsKey(k))]);
    }
}
