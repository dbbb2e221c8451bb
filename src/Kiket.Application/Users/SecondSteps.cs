using Kiket.Application.Ports;
using Kiket.Domain.Users;

namespace Kiket.Application.Users;

/// <summary>The second step of signing in: a code of an authenticator app, or a recovery code.</summary>
internal static class SecondSteps
{
    /// <summary>Whether a sign-in needs no second step, or the code is right; a code can be used only once.</summary>
    public static bool Accepts(this ISecretProtector secrets, PasswordSignIn signIn, string? code, DateTimeOffset now) =>
        signIn.TotpKey is not { } key
        || signIn.TakeCode(Totp.BytesOf(secrets.Unprotect(ISecretProtector.TotpPurpose, key)), code ?? "", now);
}
