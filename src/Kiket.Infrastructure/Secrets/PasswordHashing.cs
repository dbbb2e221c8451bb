using Kiket.Application.Ports;
using Microsoft.AspNetCore.Identity;

namespace Kiket.Infrastructure.Secrets;

/// <summary>The hasher of ASP.NET Core Identity: PBKDF2 with a salt, and its parameters in the hash.</summary>
internal sealed class PasswordHashing : IPasswordHashing
{
    private static readonly object NoUser = new();
    private readonly PasswordHasher<object> hasher = new();
    private readonly Lazy<string> nobodys;

    public PasswordHashing() => nobodys = new(() => hasher.HashPassword(NoUser, Guid.NewGuid().ToString()));

    public string Hash(string password) => hasher.HashPassword(NoUser, password);

    public bool Matches(string? hash, string password) =>
        hasher.VerifyHashedPassword(NoUser, hash ?? nobodys.Value, password) is not PasswordVerificationResult.Failed
        && hash is not null;
}
