namespace Kiket.Infrastructure.Settings;

/// <summary>An OpenID Connect provider that signs in users of one organization.</summary>
/// <param name="Authority">Its address, the base of its discovery document.</param>
/// <param name="Organization">Slug of its organization.</param>
/// <param name="Name">Its name on the button.</param>
/// <param name="TrustsEmail">Whether to accept an address that the provider has not marked as verified.</param>
internal sealed record SignInProviderSettings(
    Uri Authority,
    string ClientId,
    string ClientSecret,
    string Organization,
    string Name,
    bool TrustsEmail
)
{
    private const int MaxNameLength = 100;
    private const string AuthorityName = "SignIn:Authority";

    /// <returns>Null when users only sign in with passwords.</returns>
    public static SignInProviderSettings? Read(SettingsReader read)
    {
        var authority = read.Text(AuthorityName, IsAuthority, "it must be an https:// address, or http:// on this machine");
        string? Required(string setting, string? text)
        {
            if (text is null && authority is not null)
                read.Reject(setting, "", $"{AuthorityName} needs it");
            return text;
        }

        var client = Required("SignIn:ClientId", read.Text("SignIn:ClientId"));
        var secret = Required("SignIn:ClientSecret", read.Secret("SignIn:ClientSecret"));
        var organization = Required("SignIn:Organization", read.Text("SignIn:Organization"));
        var name =
            read.Text("SignIn:Name", n => n.Length <= MaxNameLength, $"it must have at most {MaxNameLength} characters")
            ?? "single sign-on";
        var trustsEmail = read.Flag("SignIn:TrustUnverifiedEmail") ?? false;
        return authority is null || client is null || secret is null || organization is null
            ? null
            : new(new(authority), client, secret, organization, name, trustsEmail);
    }

    private static bool IsAuthority(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));
}
