namespace Kiket.Application.Ports;

/// <summary>Encrypts stored secrets. The keys are not in the database; old ones remain valid after a rotation.</summary>
internal interface ISecretProtector
{
    /// <summary>The purpose of the secrets that sign deliveries.</summary>
    const string WebhookPurpose = "webhooks";

    /// <summary>The purpose of the requests that workflow actions send.</summary>
    const string ActionPurpose = "actions";

    /// <summary>The purpose of the values of delivery headers.</summary>
    const string HeaderPurpose = "webhook-headers";

    /// <summary>The purpose of the keys of authenticator apps.</summary>
    const string TotpPurpose = "totp";

    /// <summary>Encrypts a text.</summary>
    /// <param name="purpose">
    /// The purpose; only the same purpose can decrypt it, so that one row's text is useless in another.
    /// </param>
    string Protect(string purpose, string plaintext);

    /// <summary>
    /// Decrypts a text; null when that is impossible, because the keys are lost or it was encrypted for another purpose.
    /// </summary>
    string? Unprotect(string purpose, string ciphertext);
}
