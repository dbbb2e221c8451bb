using Kiket.Infrastructure.Secrets;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;

namespace Kiket.Api.OAuth;

/// <summary>
/// Gives the OAuth server the keys of all nodes, starting with the one that signs. The server caches its options, so they are
/// rebuilt when the keys change.
/// </summary>
internal sealed class OAuthKeys(SigningKeys keys)
    : IConfigureOptions<OpenIddictServerOptions>,
        IOptionsChangeTokenSource<OpenIddictServerOptions>,
        IDisposable
{
    private readonly Lock gate = new();
    private IReadOnlyList<OpenedKey> known = [];
    private CancellationTokenSource changed = new();

    public string? Name => Options.DefaultName;

    /// <summary>Checks for new keys before each request to the server; mostly from memory.</summary>
    public async ValueTask RefreshAsync(CancellationToken ct)
    {
        var current = (await keys.ReadAsync(ct)).Opened;
        CancellationTokenSource outdated;
        lock (gate)
        {
            if (known.Select(k => k.Kid).SequenceEqual(current.Select(k => k.Kid)))
                return;
            (known, outdated, changed) = (current, changed, new());
        }

        using (outdated)
            await outdated.CancelAsync();
    }

    public void Configure(OpenIddictServerOptions options)
    {
        IReadOnlyList<OpenedKey> current;
        lock (gate)
            current = known;
        foreach (var key in current)
        {
            options.SigningCredentials.Add(new(key.Signing, SecurityAlgorithms.EcdsaSha256));
            options.EncryptionCredentials.Add(
                new(key.Encrypting, SecurityAlgorithms.Aes256KW, SecurityAlgorithms.Aes256CbcHmacSha512)
            );
        }
    }

    public IChangeToken GetChangeToken()
    {
        lock (gate)
            return new CancellationChangeToken(changed.Token);
    }

    public void Dispose() => changed.Dispose();
}
