namespace Kiket.Infrastructure.Settings;

/// <summary>An OpenID Connect provider that signs users of one organization in.</summary>
/// <param name="Authority">Its address, below which discovery is.</param>
/// <param name="Organization">Slug of the organization that it speaks for.</param>
/// <param name="Name">What the button calls it.</param>
/// <param name="TrustsEmail">Whether an address counts that the provider does not call verified.</param>
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

    /// <returns>Null when users sign in by passwords only.</returns>
    public static SignInProviderSettings? Read(SettingsReader read)
    {
        var authority = read.Text(AuthorityName, IsAuthority, "it must be an https:// address, or http:// on this machine");
        string? Required(string name)
        {
            var text = read.Text(name);
            if (text is null && authority is not null)
                read.Reject(name, "", $"{AuthorityName} needs it");
            return text;
        }

        var (client, secret, organization) = (
            Required("SignIn:ClientId"),
            Required("SignIn:ClientSecret"),
            Required("SignIn:Organization")
        );
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
