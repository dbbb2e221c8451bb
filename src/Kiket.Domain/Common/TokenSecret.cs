using System.Security.Cryptography;

namespace Kiket.Domain.Common;

/// <summary>A generated credential: shown once, kept as a hash.</summary>
internal sealed class TokenSecret
{
    private const int RandomBytes = 32;
    private const int ShownCharacters = 8;
    private const int ShownOfChosen = 4;

    /// <summary>The fewest characters of a chosen credential.</summary>
    public const int MinChosenLength = 16;

    private TokenSecret(string plaintext, int shown)
    {
        Plaintext = plaintext;
        Hash = HashOf(plaintext);
        Prefix = plaintext[..shown];
    }

    /// <summary>The credential itself. Shown once, never stored, never logged.</summary>
    public string Plaintext { get; }

    /// <summary>SHA-256 of the credential, in lower-case hex.</summary>
    /// <remarks>
    /// A plain hash is enough for a generated credential: its 256 random bits cannot be guessed from it. One that an operator
    /// has chosen is as strong as the choice.
    /// </remarks>
    public string Hash { get; }

    /// <summary>
    /// The label and the first eight characters after it (contract 2.2); the first four of a chosen credential.
    /// </summary>
    public string Prefix { get; }

    /// <summary>Generates a credential of 256 random bits.</summary>
    /// <param name="label">What it begins with, such as <c>wksp_</c>.</param>
    public static TokenSecret Generate(string label)
    {
        ArgumentNullException.ThrowIfNull(label);
        return new(label + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomBytes)), label.Length + ShownCharacters);
    }

    /// <summary>Uses a credential that an operator has chosen.</summary>
    /// <param name="plaintext">At least 16 characters.</param>
    /// <exception cref="ArgumentException">It is too short to be safe.</exception>
    public static TokenSecret Chosen(string plaintext)
    {
        ArgumentNullException.ThrowIfNull(plaintext);
        return plaintext.Length < MinChosenLength
            ? throw new ArgumentException($"A chosen token must have at least {MinChosenLength} characters.", nameof(plaintext))
            : new(plaintext, ShownOfChosen);
    }

    /// <summary>The hash under which a credential is kept.</summary>
    /// <param name="plaintext">The credential.</param>
    public static string HashOf(string plaintext) => TextDigest.Of(plaintext);
}
