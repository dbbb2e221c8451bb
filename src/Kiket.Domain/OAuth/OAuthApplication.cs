using Kiket.Domain.Common;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;

namespace Kiket.Domain.OAuth;

/// <summary>How an application gets a token.</summary>
internal enum OAuthGrant
{
    /// <summary>For itself, with its secret.</summary>
    ClientCredentials,
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

    private const string Body = "oauth_application";
    private const int MaxNamedFaults = 10;

    private OAuthApplication() { }

    /// <summary>The service user that acts, and is shown in the history, when the application acts for itself.</summary>
    public UserId ServiceUserId { get; private set; }

    /// <summary>What people call it.</summary>
    public string Name { get; private set; } = "";

    /// <summary>The id that it presents to the OAuth server.</summary>
    public string ClientId { get; private set; } = "";

    /// <summary>The most that its tokens may do, as written by its administrator; never empty.</summary>
    public IReadOnlyList<string> Scopes { get; private set; } = [];

    /// <summary>The ways in which it gets tokens, by their wire names; never empty.</summary>
    public IReadOnlyList<string> GrantTypes { get; private set; } = [];

    /// <summary>Since when it has its current secret (UTC).</summary>
    public DateTimeOffset SecretSince { get; private set; }

    /// <summary>Registers an application.</summary>
    /// <param name="organizationId">The organization that it belongs to.</param>
    /// <param name="name">1 to 100 characters.</param>
    /// <param name="scopes">The most that its tokens may do; at least one.</param>
    /// <param name="grantTypes">How it gets tokens, by wire name; at least one.</param>
    /// <param name="clientId">The generated id.</param>
    /// <param name="at">Instant of the registration.</param>
    /// <returns>The application, or <c>VALIDATION_ERROR</c> with every invalid field.</returns>
    public static Result<OAuthApplication> Register(
        OrganizationId organizationId,
        string? name,
        IReadOnlyList<string> scopes,
        IReadOnlyList<string> grantTypes,
        string clientId,
        DateTimeOffset at
    )
    {
        ArgumentNullException.ThrowIfNull(scopes);
        ArgumentNullException.ThrowIfNull(grantTypes);
        List<ErrorDetail> faults = [];
        if (UnicodeText.IsBlank(name) || UnicodeText.Length(UnicodeText.CleanName(name!)) > MaxNameLength)
            faults.Add(new($"{Body}.name", $"The name must have 1 to {MaxNameLength} characters and not be blank."));
        if (scopes.Count == 0)
            faults.Add(new($"{Body}.scopes", "An application must have at least one scope; admin stands for all of them."));
        foreach (var scope in scopes.Where(s => !Scope.TryParse(s, out _)).Take(MaxNamedFaults))
            faults.Add(new($"{Body}.scopes", TokenErrors.NotAScope(scope)));
        if (grantTypes.Count == 0 || !grantTypes.All(g => WireName.TryParse<OAuthGrant>(g, out _)))
            faults.Add(
                new(
                    $"{Body}.grant_types",
                    $"An application must have one or more grant types out of {string.Join(", ", WireName.All<OAuthGrant>())}."
                )
            );
        if (faults.Count > 0)
            return Error.Validation(faults);

        var application = new OAuthApplication
        {
            OrganizationId = organizationId,
            Name = UnicodeText.CleanName(name!),
            ClientId = clientId,
            Scopes = [.. scopes.Distinct(StringComparer.Ordinal)],
            GrantTypes = [.. grantTypes.Select(g => g.ToLowerInvariant()).Distinct(StringComparer.Ordinal)],
            SecretSince = at.ToUniversalTime(),
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

    /// <summary>Records that it has another secret.</summary>
    /// <param name="at">Instant of the change.</param>
    public void ReplaceSecret(DateTimeOffset at)
    {
        SecretSince = at.ToUniversalTime();
        Touch(at);
    }
}
