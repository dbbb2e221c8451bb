using Kiket.Domain.Common;
using Kiket.Domain.Users;

namespace Kiket.Domain.Tokens;

/// <summary>Whom a token speaks for.</summary>
internal enum TokenKind
{
    /// <summary>The organization: issued and revoked by administrators; prefix <c>wksp_</c>.</summary>
    Workspace,

    /// <summary>One user: issued and revoked by that user; prefix <c>kpat_</c>.</summary>
    Personal,
}

/// <summary>A bearer credential. Only the SHA-256 of the secret is kept.</summary>
internal sealed class AccessToken : AggregateRoot<long>, IKeepsTexts
{
    /// <summary>Longest name, in characters.</summary>
    public const int MaxNameLength = 100;

    /// <summary>How exactly <see cref="LastUsedAt"/> is kept: a use within this time of the last one writes nothing.</summary>
    public static readonly TimeSpan LastUsedPrecision = TimeSpan.FromMinutes(1);

    /// <summary>Longest time that a rotated token is still accepted, in seconds.</summary>
    public const int MaxOverlapSeconds = 7 * 86_400;

    /// <summary>How long that is unless the request says otherwise, in seconds.</summary>
    public const int DefaultOverlapSeconds = 86_400;

    private const int MaxNamedFaults = 10;

    private AccessToken() { }

    /// <summary>The user whose role the token has.</summary>
    public UserId UserId { get; private set; }

    /// <summary>Whom it speaks for.</summary>
    public TokenKind Kind { get; private set; }

    /// <summary>What its owner calls it.</summary>
    public string Name { get; private set; } = "";

    /// <summary>The name in the form in which it is sorted; see <see cref="SearchText.SortKey"/>.</summary>
    public string SortKey { get; private set; } = "";

    /// <summary>SHA-256 of the whole token, in lower-case hex.</summary>
    public string Hash { get; private set; } = "";

    /// <summary>The token's first characters, to tell tokens apart in a list.</summary>
    public string Prefix { get; private set; } = "";

    /// <summary>What it may do, as written by its owner; empty is everything.</summary>
    public IReadOnlyList<string> Scopes { get; private set; } = [];

    /// <summary>When it expires (UTC), or null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; private set; }

    /// <summary>When it was last used (UTC), to within <see cref="LastUsedPrecision"/>.</summary>
    public DateTimeOffset? LastUsedAt { get; private set; }

    /// <summary>Requests that it may make in a window, or null for the host's default.</summary>
    public int? RateLimitRequests { get; private set; }

    /// <summary>Length of that window in seconds, or null for the host's default.</summary>
    public int? RateLimitWindowSeconds { get; private set; }

    /// <summary>The networks and addresses from which it is accepted; null for everywhere.</summary>
    public IReadOnlyList<string>? AllowedNetworks { get; private set; }

    /// <summary>The label of a kind of token.</summary>
    /// <param name="kind">The kind.</param>
    public static string LabelOf(TokenKind kind) => kind is TokenKind.Workspace ? "wksp_" : "kpat_";

    /// <summary>Name of the body of a request that issues a token, the first part of its fields' paths.</summary>
    /// <param name="kind">The kind.</param>
    public static string BodyOf(TokenKind kind) => kind is TokenKind.Workspace ? "workspace_api_token" : "personal_access_token";

    /// <summary>Gives a token of the organization another limit than the host's default.</summary>
    /// <param name="requests">1 to 1,000,000 requests in a window, or null for the default.</param>
    /// <param name="windowSeconds">1 to 86,400 seconds, or null for the default.</param>
    /// <param name="body">Name of the request's body, the first part of the fields' paths.</param>
    /// <returns>Success, or <c>VALIDATION_ERROR</c> with every invalid field; a refusal changes nothing.</returns>
    public Result Limit(int? requests, int? windowSeconds, string body)
    {
        List<ErrorDetail> errors = [.. RateLimit.Validate(body, requests, windowSeconds)];
        if (errors.Count > 0)
            return Error.Validation(errors);
        (RateLimitRequests, RateLimitWindowSeconds) = (requests, windowSeconds);
        return Result.Success;
    }

    /// <summary>Accepts the token only from some networks.</summary>
    /// <param name="networks">At most 20 networks or addresses; null or none for everywhere.</param>
    /// <param name="body">Name of the request's body, the first part of the field's path.</param>
    /// <returns>Success, or <c>VALIDATION_ERROR</c>; a refusal changes nothing.</returns>
    public Result Restrict(IReadOnlyList<string>? networks, string body)
    {
        List<ErrorDetail> errors = [.. Networks.Validate(networks, body)];
        if (errors.Count > 0)
            return Error.Validation(errors);
        AllowedNetworks = Networks.Kept(networks);
        return Result.Success;
    }

    /// <summary>Issues a successor that may do the same, and lets this token end after an overlap.</summary>
    /// <param name="secret">The successor's generated credential.</param>
    /// <param name="overlapSeconds">For how long this token is still accepted: 0 to 604,800 seconds (seven days).</param>
    /// <param name="at">Instant of the rotation.</param>
    /// <returns>
    /// The successor, with the expiry that this token had; or <c>VALIDATION_ERROR</c> when this token has expired or the overlap
    /// is out of range. A refusal changes nothing.
    /// </returns>
    public Result<AccessToken> Rotate(TokenSecret secret, int overlapSeconds, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(secret);
        if (overlapSeconds is < 0 or > MaxOverlapSeconds)
            return Error.Validation("token.overlap_seconds", $"The overlap must be 0 to {MaxOverlapSeconds} seconds.");
        if (ExpiresAt <= at)
            return Error.Validation("token", "The token has expired; issue a new one.");

        var successor = new AccessToken
        {
            OrganizationId = OrganizationId,
            UserId = UserId,
            Kind = Kind,
            Name = Name,
            SortKey = SortKey,
            Scopes = Scopes,
            ExpiresAt = ExpiresAt,
            RateLimitRequests = RateLimitRequests,
            RateLimitWindowSeconds = RateLimitWindowSeconds,
            AllowedNetworks = AllowedNetworks,
            Hash = secret.Hash,
            Prefix = secret.Prefix,
        };
        successor.Created(at);
        var end = at.AddSeconds(overlapSeconds).ToUniversalTime();
        if (ExpiresAt is null || ExpiresAt > end)
            ExpiresAt = end;
        Touch(at);
        return successor;
    }

    /// <summary>Issues a token.</summary>
    /// <param name="user">Whose role it has.</param>
    /// <param name="kind">Whom it speaks for.</param>
    /// <param name="name">1 to 100 characters.</param>
    /// <param name="scopes">What it may do; empty is everything.</param>
    /// <param name="expiresAt">When it expires, or null for never; must be in the future.</param>
    /// <param name="secret">The generated credential.</param>
    /// <param name="at">Instant of issue.</param>
    /// <returns>The token, or <c>VALIDATION_ERROR</c> with every invalid field.</returns>
    public static Result<AccessToken> Issue(
        User user,
        TokenKind kind,
        string? name,
        IReadOnlyList<string> scopes,
        DateTimeOffset? expiresAt,
        TokenSecret secret,
        DateTimeOffset at
    )
    {
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(scopes);
        ArgumentNullException.ThrowIfNull(secret);
        var body = BodyOf(kind);
        List<ErrorDetail> errors = [];
        if (UnicodeText.IsBlank(name) || UnicodeText.Length(UnicodeText.CleanName(name!)) > MaxNameLength)
            errors.Add(new($"{body}.name", $"The name must have 1 to {MaxNameLength} characters and not be blank."));
        if (expiresAt <= at)
            errors.Add(new($"{body}.expires_at", "The expiry must be in the future."));
        foreach (var scope in scopes.Where(s => !Scope.TryParse(s, out _)).Take(MaxNamedFaults))
            errors.Add(new($"{body}.scopes", TokenErrors.NotAScope(scope)));
        if (errors.Count > 0)
            return Error.Validation(errors);

        var token = new AccessToken
        {
            OrganizationId = user.OrganizationId,
            UserId = user.Id,
            Kind = kind,
            Name = name!,
            Scopes = [.. scopes.Distinct(StringComparer.Ordinal)],
            ExpiresAt = expiresAt?.ToUniversalTime(),
            Hash = secret.Hash,
            Prefix = secret.Prefix,
        };
        token.RefreshTexts();
        token.Created(at);
        return token;
    }

    /// <inheritdoc/>
    public void RefreshTexts()
    {
        Name = UnicodeText.CleanName(Name);
        SortKey = SearchText.SortKey(Name);
    }
}
