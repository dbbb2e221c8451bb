using Kiket.Infrastructure.Secrets;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;

namespace Kiket.Api.OAuth;

/// <summary>
/// Gives the OAuth server the keys of all nodes, the one that signs first. The server keeps its options, so they are built
/// again when there are other keys.
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

    /// <summary>Looks for new keys, mostly in memory; before each request to the server.</summary>
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
