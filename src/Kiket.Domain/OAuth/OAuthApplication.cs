using Kiket.Domain.Common;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;

namespace Kiket.Domain.OAuth;

/// <summary>How an application gets a token.</summary>
internal enum OAuthGrant
{
    /// <summary>For itself, with its secret.</summary>
    ClientCredentials,

    /// <summary>For a user who allows it in a browser.</summary>
    AuthorizationCode,

    /// <summary>For a user who allows it in a browser on another device, by a code that the application shows.</summary>
    DeviceCode,

    /// <summary>For the user who allowed it before, without asking again.</summary>
    RefreshToken,
}

/// <summary>A program that gets its tokens by OAuth 2.1. Its secret is known to the OAuth server only.</summary>
internal sealed class OAuthApplication : AggregateRoot<long>
{
    /// <summary>Longest name, in characters.</summary>
    public const int MaxNameLength = 100;

    /// <summary>What the id of each application begins with.</summary>
    public const string IdLabel = "kapp_";

    /// <summary>What the secret of each application begins with.</summary>
    public const string SecretLabel = "ksec_";

    /// <summary>Most addresses to which users are sent back.</summary>
    public const int MaxRedirectUris = 20;

    /// <summary>Longest address, in characters.</summary>
    public const int MaxUriLength = 500;

    private const string Body = "oauth_application";
    private const int MaxNamedFaults = 10;

    private OAuthApplication() { }

    /// <summary>The service user that acts, and is shown in the history, when the application acts for itself.</summary>
    public UserId ServiceUserId { get; private set; }

    /// <summary>Its display name.</summary>
    public string Name { get; private set; } = "";

    /// <summary>The id that it presents to the OAuth server.</summary>
    public string ClientId { get; private set; } = "";

    /// <summary>The most that its tokens may do, as written by its administrator; never empty.</summary>
    public IReadOnlyList<string> Scopes { get; private set; } = [];

    /// <summary>The ways in which it gets tokens, by their wire names; never empty.</summary>
    public IReadOnlyList<string> GrantTypes { get; private set; } = [];

    /// <summary>Since when it has its current secret (UTC).</summary>
    public DateTimeOffset SecretSince { get; private set; }

    /// <summary>The addresses to which users are sent back, compared exactly.</summary>
    public IReadOnlyList<string> RedirectUris { get; private set; } = [];

    /// <summary>Whether it has no secret, because it runs where its users could read it.</summary>
    public bool IsPublic { get; private set; }

    /// <summary>The networks and addresses from which its tokens are accepted; null for everywhere.</summary>
    public IReadOnlyList<string>? AllowedNetworks { get; private set; }

    /// <summary>Whether it gets tokens in a way.</summary>
    /// <param name="grant">The way.</param>
    public bool Uses(OAuthGrant grant) => GrantTypes.Contains(WireName.Of(grant));

    /// <summary>Registers an application.</summary>
    /// <param name="organizationId">The organization that it belongs to.</param>
    /// <param name="name">1 to 100 characters.</param>
    /// <param name="scopes">The most that its tokens may do; at least one.</param>
    /// <param name="grantTypes">How it gets tokens, by wire name; at least one.</param>
    /// <param name="redirectUris">Where users are sent back to; at least one for <c>authorization_code</c>.</param>
    /// <param name="isPublic">Whether it has no secret.</param>
    /// <param name="clientId">The generated id.</param>
    /// <param name="at">Instant of the registration.</param>
    /// <returns>The application, or <c>VALIDATION_ERROR</c> with every invalid field.</returns>
    public static Result<OAuthApplication> Register(
        OrganizationId organizationId,
        string? name,
        IReadOnlyList<string> scopes,
        IReadOnlyList<string> grantTypes,
        IReadOnlyList<string> redirectUris,
        bool isPublic,
        string clientId,
        DateTimeOffset at
    )
    {
        ArgumentNullException.ThrowIfNull(scopes);
        ArgumentNullException.ThrowIfNull(grantTypes);
        ArgumentNullException.ThrowIfNull(redirectUris);
        List<ErrorDetail> errors = [];
        if (UnicodeText.IsBlank(name) || UnicodeText.Length(UnicodeText.CleanName(name!)) > MaxNameLength)
            errors.Add(new($"{Body}.name", $"The name must have 1 to {MaxNameLength} characters and not be blank."));
        if (scopes.Count == 0)
            errors.Add(new($"{Body}.scopes", "An application must have at least one scope; admin stands for all of them."));
        foreach (var scope in scopes.Where(s => !Scope.TryParse(s, out _)).Take(MaxNamedFaults))
            errors.Add(new($"{Body}.scopes", TokenErrors.NotAScope(scope)));
        errors.AddRange(Validate(grantTypes, redirectUris, isPublic));
        if (errors.Count > 0)
            return Error.Validation(errors);

        var application = new OAuthApplication
        {
            OrganizationId = organizationId,
            Name = UnicodeText.CleanName(name!),
            ClientId = clientId,
            Scopes = [.. scopes.Distinct(StringComparer.Ordinal)],
            GrantTypes = [.. grantTypes.Select(g => g.ToLowerInvariant()).Distinct(StringComparer.Ordinal)],
            SecretSince = at.ToUniversalTime(),

            RedirectUris = [.. redirectUris.Distinct(StringComparer.Ordinal)],
            IsPublic = isPublic,
        };
        application.Created(at);
        return application;
    }

    /// <summary>Gives it the user in whose name it acts for itself.</summary>
    /// <param name="service">A service user of the same organization.</param>
    public void ActAs(User service)
    {
        ArgumentNullException.ThrowIfNull(service);
        ServiceUserId = service.Id;
    }

    /// <summary>Has its tokens accepted only from some networks.</summary>
    /// <param name="networks">At most 20 networks or addresses; null or none for everywhere.</param>
    /// <param name="at">Instant of the change.</param>
    /// <returns>Success, or <c>VALIDATION_ERROR</c>; a refusal changes nothing.</returns>
    public Result Restrict(IReadOnlyList<string>? networks, DateTimeOffset at)
    {
        List<ErrorDetail> errors = [.. Networks.Validate(networks, Body)];
        if (errors.Count > 0)
            return Error.Validation(errors);
        AllowedNetworks = Networks.Kept(networks);
        Touch(at);
        return Result.Success;
    }

    /// <summary>Records that it has another secret.</summary>
    /// <param name="at">Instant of the change.</param>
    public void ReplaceSecret(DateTimeOffset at)
    {
        SecretSince = at.ToUniversalTime();
        Touch(at);
    }

    private static IEnumerable<ErrorDetail> Validate(
        IReadOnlyList<string> grantTypes,
        IReadOnlyList<string> redirectUris,
        bool isPublic
    )
    {
        List<OAuthGrant> grants = [];
        foreach (var name in grantTypes)
        {
            if (WireName.TryParse<OAuthGrant>(name, out var grant))
                grants.Add(grant);
        }

        var usesCode = grants.Contains(OAuthGrant.AuthorizationCode);
        if (grants.Count == 0 || grants.Count < grantTypes.Count)
            yield return new(
                $"{Body}.grant_types",
                $"An application must have one or more grant types out of {string.Join(", ", WireName.All<OAuthGrant>())}."
            );
        if (grants.Contains(OAuthGrant.RefreshToken) && !usesCode && !grants.Contains(OAuthGrant.DeviceCode))
            yield return new($"{Body}.grant_types", "The grant type refresh_token needs authorization_code or device_code.");
        if (grants.Contains(OAuthGrant.ClientCredentials) && isPublic)
            yield return new($"{Body}.grant_types", "A public application has no secret, so it cannot use client_credentials.");
        if (usesCode == (redirectUris.Count == 0) || redirectUris.Count > MaxRedirectUris)
            yield return new(
                $"{Body}.redirect_uris",
                $"The grant type authorization_code needs 1 to {MaxRedirectUris} addresses; others need none."
            );
        if (!redirectUris.All(IsRedirectUri))
            yield return new(
                $"{Body}.redirect_uris",
                "An address must be absolute and without a fragment. Its scheme must be https, http on the same machine "
                    + "(127.0.0.1, [::1] or localhost), or the reversed name of a domain, such as com.example.app."
            );
    }

    /// <summary>RFC 8252, sections 7 and 8.4. A scheme without a dot, such as javascript, is refused.</summary>
    private static bool IsRedirectUri(string? text) =>
        text is { Length: <= MaxUriLength }
        && Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.Fragment.Length == 0
        && (
            uri.Scheme == Uri.UriSchemeHttps
            || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback)
            || uri.Scheme.Contains('.', StringComparison.Ordinal)
        );
}
