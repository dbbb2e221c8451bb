namespace Kiket.Infrastructure.Persistence;

/// <summary>A key that signs runtime tokens and tokens of OAuth: ECDSA on P-256, the private half encrypted.</summary>
internal sealed class SigningKey
{
    private SigningKey() { }

    public SigningKey(string kid, string x, string y, string privateKey, DateTimeOffset createdAt, DateTimeOffset activeFrom)
    {
        (Kid, X, Y, PrivateKey, CreatedAt, ActiveFrom) = (kid, x, y, privateKey, createdAt, activeFrom);
    }

    public long Id { get; private set; }

    public string Kid { get; private set; } = "";

    /// <summary>Coordinate of the public half, base64url.</summary>
    public string X { get; private set; } = "";

    /// <inheritdoc cref="X"/>
    public string Y { get; private set; } = "";

    /// <summary>PKCS#8, base64, encrypted.</summary>
    public string PrivateKey { get; private set; } = "";

    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>Before this instant it is only published, so that receivers know it when it starts to sign.</summary>
    public DateTimeOffset ActiveFrom { get; private set; }
}
