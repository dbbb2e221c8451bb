using System.Security.Cryptography;
using Kiket.Application.Ports;
using Microsoft.AspNetCore.DataProtection;

namespace Kiket.Infrastructure.Secrets;

internal sealed class SecretProtector(IDataProtectionProvider protection) : ISecretProtector
{
    private const string Root = "Kiket.Secrets";

    public string Protect(string purpose, string plaintext) => protection.CreateProtector(Root, purpose).Protect(plaintext);

    public string? Unprotect(string purpose, string ciphertext)
    {
        try
        {
            return protection.CreateProtector(Root, purpose).Unprotect(ciphertext);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
