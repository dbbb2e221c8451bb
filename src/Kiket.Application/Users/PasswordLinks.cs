using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Users;

namespace Kiket.Application.Users;

/// <param name="Url">The page that sets the password; shown once.</param>
internal sealed record PasswordLinkDto(string Url, DateTimeOffset ExpiresAt);

/// <summary>Makes the links by which users set their passwords.</summary>
internal static class PasswordLinks
{
    /// <summary>The page of links.</summary>
    public const string Path = "/account/password";

    public static async Task<PasswordLinkDto> OfferPasswordLinkAsync(
        this IKiketDb db,
        User user,
        PublicUrl url,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var token = TokenSecret.Generate(PasswordSignIn.LinkLabel);
        var signIn = await db.FindSignInAsync(user.Id, ct);
        if (signIn is null)
            db.PasswordSignIns.Add(signIn = PasswordSignIn.For(user, now));
        signIn.OfferLink(token, now);
        return new($"{url.Value}{Path}?token={token.Plaintext}", signIn.LinkUntil!.Value);
    }
}
