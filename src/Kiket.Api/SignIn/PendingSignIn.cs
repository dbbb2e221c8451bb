using System.Globalization;
using System.Security.Cryptography;
using Kiket.Application.Users;
using Kiket.Domain.Common;
using MediatR;
using Microsoft.AspNetCore.DataProtection;

namespace Kiket.Api.SignIn;

/// <summary>A sign-in whose first step succeeded. The code form carries it, encrypted.</summary>
/// <param name="User">The user as of the first step.</param>
/// <param name="Credential">The first step, as the audit log names it.</param>
internal sealed record PendingSignIn(PageUser User, string Credential)
{
    /// <summary>How the audit log names a sign-in with a password.</summary>
    public const string ByPassword = "password";

    /// <summary>How it names a sign-in by an identity provider.</summary>
    public const string ByProvider = "identity_provider";

    /// <summary>How long the first step remains valid while the code is entered.</summary>
    private static readonly TimeSpan CodeWait = TimeSpan.FromMinutes(5);

    /// <summary>The second step, as the audit log names it.</summary>
    public string CodeCredential => Credential == ByPassword ? "code" : $"{Credential}_code";

    /// <summary>Reads the text of a form.</summary>
    /// <returns>Null if it has expired or is not ours, or the user has changed meanwhile.</returns>
    public static async Task<PendingSignIn?> FindAsync(HttpContext context, string text, CancellationToken ct)
    {
        if (Unprotect(context, text)?.Split(' ') is not [var id, var stamp, var credential])
            return null;
        var user = new UserId(long.Parse(id, CultureInfo.InvariantCulture));
        var found = await context.RequestServices.GetRequiredService<IMediator>().Send(new FindPageUserQuery(user, stamp), ct);
        return found.IsRefused ? null : new(found.Value, credential);
    }

    public string Protect(HttpContext context) =>
        ProtectorOf(context).Protect($"{User.Id.Value} {User.Stamp} {Credential}", CodeWait);

    private static string? Unprotect(HttpContext context, string text)
    {
        try
        {
            return ProtectorOf(context).Unprotect(text);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static ITimeLimitedDataProtector ProtectorOf(HttpContext context) =>
        context
            .RequestServices.GetRequiredService<IDataProtectionProvider>()
            .CreateProtector("Kiket.SignIn.Pending")
            .ToTimeLimitedDataProtector();
}
