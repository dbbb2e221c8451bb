using Kiket.Application.Common;
using Kiket.Domain.Common;

namespace Kiket.Application.Tokens;

/// <summary>How a credential was presented; each kind is looked up in its own place.</summary>
internal enum CredentialKind
{
    AccessToken,
    ExtensionKey,
    RuntimeToken,
}

/// <param name="Until">From when on it is refused, or null for never.</param>
internal sealed record KnownCredential(SignedIn SignedIn, DateTimeOffset? Until);

/// <summary>
/// Finds out whom a credential speaks for, mostly from memory. Expiry is exact, and an unknown credential is never remembered.
/// </summary>
internal sealed class KnownCredentials(TimeProvider time)
{
    private const int Capacity = 10_000;

    private readonly RecentReads<(CredentialKind, string Hash), KnownCredential> recent = new(time, Capacity);

    /// <param name="readAsync">Looks it up by its hash.</param>
    /// <returns>Whom it speaks for; null when it is unknown, expired or revoked.</returns>
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

    /// <summary>Reads every credential again; for a change of tokens, users or extensions.</summary>
    public void Refresh() => recent.Clear();
}
