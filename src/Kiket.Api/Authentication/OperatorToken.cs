using System.Security.Cryptography;
using System.Text;

namespace Kiket.Api.Authentication;

/// <summary>
/// A credential of the server's operator, from its settings. Data of all organizations is only for the operator, because an
/// administrator belongs to a single organization.
/// </summary>
internal sealed class OperatorToken(string token)
{
    private readonly byte[] expected = Hash(token);

    /// <summary>Whether a request contains it as a bearer token.</summary>
    public bool IsBearerOf(HttpRequest request) =>
        request.Headers.Authorization.ToString() is var header
        && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
        && Matches(header["Bearer ".Length..].Trim());

    /// <summary>
    /// Whether a request contains it as the password of <c>Basic</c>, as browsers send it; the user name is ignored.
    /// </summary>
    public bool IsPasswordOf(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
            return false;
        var encoded = header["Basic ".Length..].Trim();
        var decoded = new byte[encoded.Length];
        return Convert.TryFromBase64String(encoded, decoded, out var length)
            && Encoding.UTF8.GetString(decoded, 0, length).Split(':', 2) is [_, var password]
            && Matches(password);
    }

    private bool Matches(string presented) => CryptographicOperations.FixedTimeEquals(Hash(presented), expected);

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
