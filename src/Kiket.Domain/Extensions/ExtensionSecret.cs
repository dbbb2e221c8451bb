using Kiket.Domain.Common;

namespace Kiket.Domain.Extensions;

/// <summary>The scope of a secret, in the order of resolution.</summary>
/// <remarks>Source: contract, section 12.3.</remarks>
internal enum SecretScope
{
    /// <summary>One installation for a project.</summary>
    Installation,

    /// <summary>The installation for the whole organization.</summary>
    ProductInstallation,

    /// <summary>Every installation of the extension in the organization.</summary>
    Extension,

    /// <summary>Every extension that works in a project.</summary>
    Project,

    /// <summary>Every extension of the organization.</summary>
    Organization,
}

/// <summary>A secret that extensions are given; stored encrypted.</summary>
internal sealed class ExtensionSecret : AggregateRoot<long>
{
    /// <summary>Longest key, in characters.</summary>
    public const int MaxKeyLength = 128;

    /// <summary>Longest value, in characters.</summary>
    public const int MaxValueLength = 16_384;

    /// <summary>Longest <see cref="Owner"/>, in characters.</summary>
    public const int MaxOwnerLength = 160;

    /// <summary>The rule about keys, as a sentence.</summary>
    public const string KeyRule =
        "The key of a secret must be upper-case letters, digits and underscores, starting with a letter, at most 128 characters, "
        + "or a key that the manifest declares.";

    private ExtensionSecret() { }

    /// <summary>Its scope.</summary>
    public SecretScope Scope { get; private set; }

    /// <summary>Who that is, in one text: the installation, the manifest's id, the project, or the organization.</summary>
    public string Owner { get; private set; } = "";

    /// <summary>Its key, unique for its owner.</summary>
    public string Key { get; private set; } = "";

    /// <summary>The value, encrypted.</summary>
    public string Ciphertext { get; private set; } = "";

    /// <summary>When the value was last replaced (UTC); null while it is the first.</summary>
    public DateTimeOffset? RotatedAt { get; private set; }

    /// <summary>How many times the value was replaced.</summary>
    public int RotationCount { get; private set; }

    /// <summary>What the value is encrypted for, so that it is worthless in another row.</summary>
    public string Purpose => PurposeOf(OrganizationId, Owner, Key);

    /// <summary>Whether a text is a key that any extension may use.</summary>
    /// <param name="text">The text.</param>
    public static bool IsKey(string? text) =>
        text is { Length: > 0 and <= MaxKeyLength }
        && char.IsAsciiLetterUpper(text[0])
        && text.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_');

    /// <summary>What a value is encrypted for.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="owner">Whose secret it is.</param>
    /// <param name="key">Its key.</param>
    public static string PurposeOf(OrganizationId organizationId, string owner, string key) =>
        $"extension-secret/{organizationId}/{owner}/{key}";

    /// <summary>The owner of the secrets of a scope, as an installation meets them.</summary>
    /// <param name="scope">The scope; that of an installation is the one that the extension has.</param>
    /// <param name="extension">The installation.</param>
    /// <param name="projectId">The project for <see cref="SecretScope.Project"/>.</param>
    public static string OwnerOf(SecretScope scope, Extension extension, ProjectId? projectId)
    {
        ArgumentNullException.ThrowIfNull(extension);
        return scope switch
        {
            SecretScope.Installation or SecretScope.ProductInstallation => $"installation:{extension.Id}",
            SecretScope.Extension => $"extension:{extension.Key}",
            SecretScope.Project => $"project:{projectId ?? throw new ArgumentNullException(nameof(projectId))}",
            _ => "organization",
        };
    }

    /// <summary>Stores a secret for the first time.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="scope">For whom it is.</param>
    /// <param name="owner">Who that is.</param>
    /// <param name="key">Its key.</param>
    /// <param name="ciphertext">The value, encrypted.</param>
    /// <param name="at">Instant of the storing.</param>
    public static ExtensionSecret Store(
        OrganizationId organizationId,
        SecretScope scope,
        string owner,
        string key,
        string ciphertext,
        DateTimeOffset at
    )
    {
        var secret = new ExtensionSecret
        {
            OrganizationId = organizationId,
            Scope = scope,
            Owner = owner,
            Key = key,
            Ciphertext = ciphertext,
        };
        secret.Created(at);
        return secret;
    }

    /// <summary>Replaces the value.</summary>
    /// <param name="ciphertext">The new value, encrypted.</param>
    /// <param name="at">Instant of the replacement.</param>
    public void Rotate(string ciphertext, DateTimeOffset at)
    {
        Ciphertext = ciphertext;
        RotatedAt = at.ToUniversalTime();
        RotationCount++;
        Touch(at);
    }
}
