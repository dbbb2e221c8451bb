using Kiket.Application.Common;
using Kiket.Domain.Common;

namespace Kiket.Application.Tokens;

/// <summary>How a credential was presented; each kind is looked up separately.</summary>
internal enum CredentialKind
{
    AccessToken,
    ExtensionKey,
    RuntimeToken,
}

/// <param name="Until">When it expires, or null for never.</param>
internal sealed record KnownCredential(SignedIn SignedIn, DateTimeOffset? Until);

/// <summary>
/// Finds the owner of a credential, mostly from memory. Expiry is exact, and an unknown credential is never remembered.
/// </summary>
internal sealed class KnownCredentials(TimeProvider time)
{
    private const int Capacity = 10_000;

    private readonly RecentReads<(CredentialKind, string Hash), KnownCredential> recent = new(time, Capacity);

    /// <param name="readAsync">Looks it up by its hash.</param>
    /// <returns>Its owner; null when it is unknown, expired or revoked.</returns>
    public async ValueTask<SignedIn?> FindAsync(
        CredentialKind kind,
        string credential,
        Func<string, Task<KnownCredential?>> readAsync
    )
    {
        var hash = TokenSecret.HashOf(credential);
        var found = await recent.GetAsync((kind, hash), () => readAsync(hash));
        return found is null || found.Until <= time.GetUtcNow() ? null : found.SignedIn;
    }

    /// <summary>Clears the memory after a change of tokens, users or extensions.</summary>
    public void Refresh() => recent.Clear();
}
