using Kiket.Domain.Common;

namespace Kiket.Domain.Users;

/// <summary>
/// How a user signs in on the pages: by a password that a one-time link sets, or by an identity provider. Counts the tries that
/// fail.
/// </summary>
internal sealed class PasswordSignIn : AggregateRoot<long>
{
    /// <summary>The fewest characters of a password.</summary>
    public const int MinPasswordLength = 12;

    /// <summary>The most characters of a password.</summary>
    public const int MaxPasswordLength = 200;

    /// <summary>After this many failures in a row nobody can sign in as the user for <see cref="LockDuration"/>.</summary>
    public const int MaxTries = 5;

    /// <summary>How many recovery codes a user gets.</summary>
    public const int RecoveryCodes = 10;

    /// <summary>What each link's token begins with.</summary>
    public const string LinkLabel = "kpwd_";

    /// <summary>How long a user is locked out.</summary>
    public static readonly TimeSpan LockDuration = TimeSpan.FromMinutes(15);

    /// <summary>How long a link is valid.</summary>
    public static readonly TimeSpan LinkLifetime = TimeSpan.FromHours(24);

    private PasswordSignIn() { }

    /// <summary>The user.</summary>
    public UserId UserId { get; private set; }

    /// <summary>The hashed password, or null before the user has set one.</summary>
    public string? PasswordHash { get; private set; }

    /// <summary>Changes with the password, which ends all sign-ins before it; empty before the first sign-in.</summary>
    public string Stamp { get; private set; } = "";

    /// <summary>Tries since the last sign-in.</summary>
    public int Tries { get; private set; }

    /// <summary>Until when nobody can sign in as the user (UTC), or null.</summary>
    public DateTimeOffset? LockedUntil { get; private set; }

    /// <summary>The encrypted key of the user's authenticator app, or null when a password is enough.</summary>
    public string? TotpKey { get; private set; }

    /// <summary>The step of the last code that was used.</summary>
    public long TotpStep { get; private set; }

    /// <summary>SHA-256 of the recovery codes that are left, in lower-case hex.</summary>
    public IReadOnlyList<string> RecoveryHashes { get; private set; } = [];

    /// <summary>SHA-256 of the current link's token, in lower-case hex, or null.</summary>
    public string? LinkHash { get; private set; }

    /// <summary>When the link expires (UTC).</summary>
    public DateTimeOffset? LinkUntil { get; private set; }

    /// <summary>Prepares a user's sign-in; there is no password yet.</summary>
    /// <param name="user">The user.</param>
    /// <param name="at">Instant of the creation.</param>
    public static PasswordSignIn For(User user, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(user);
        var signIn = new PasswordSignIn { OrganizationId = user.OrganizationId, UserId = user.Id };
        signIn.Created(at);
        return signIn;
    }

    /// <summary>Lets the holder of a link set the password; earlier links become invalid.</summary>
    /// <param name="token">The link's token.</param>
    /// <param name="at">Instant of the offer.</param>
    public void OfferLink(TokenSecret token, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(token);
        (LinkHash, LinkUntil) = (token.Hash, (at + LinkLifetime).ToUniversalTime());
        Touch(at);
    }

    /// <summary>Whether the current link can still be used.</summary>
    /// <param name="at">The instant.</param>
    public bool HasLink(DateTimeOffset at) => LinkHash is not null && at < LinkUntil;

    /// <summary>Sets the password by the link, which is used up, and ends a lock.</summary>
    /// <param name="hash">The hashed password.</param>
    /// <param name="at">Instant of the change.</param>
    /// <returns>Success, or <c>PASSWORD_LINK_NOT_FOUND</c> when the link has expired; a refusal changes nothing.</returns>
    public Result SetPassword(string hash, DateTimeOffset at)
    {
        if (!HasLink(at))
            return UserErrors.PasswordLinkNotFound;
        (PasswordHash, Stamp) = (hash, Guid.NewGuid().ToString("N"));
        (LinkHash, LinkUntil, Tries, LockedUntil) = (null, null, 0, null);
        Touch(at);
        return Result.Success;
    }

    /// <summary>Lets the user sign in without a password: an identity provider vouches for them.</summary>
    /// <param name="at">Instant of the sign-in.</param>
    public void AllowProvider(DateTimeOffset at)
    {
        if (Stamp.Length > 0)
            return;
        Stamp = Guid.NewGuid().ToString("N");
        Touch(at);
    }

    /// <summary>Whether nobody can sign in as the user at the moment.</summary>
    /// <param name="at">The instant.</param>
    public bool IsLocked(DateTimeOffset at) => at < LockedUntil;

    /// <summary>
    /// Counts a try before the password is compared, so that parallel guesses cannot exceed the limit. The last one allowed
    /// locks the user out until it turns out to be right.
    /// </summary>
    /// <param name="at">Instant of the try.</param>
    /// <returns>Whether the password may be compared.</returns>
    public bool BeginTry(DateTimeOffset at)
    {
        if (Stamp.Length == 0 || IsLocked(at))
            return false;
        if (LockedUntil is not null)
            (Tries, LockedUntil) = (0, null);
        if (++Tries >= MaxTries)
            LockedUntil = (at + LockDuration).ToUniversalTime();
        Touch(at);
        return true;
    }

    /// <summary>Uncounts an attempt that was not a guess.</summary>
    /// <param name="at">Instant of the change.</param>
    public void ForgetTry(DateTimeOffset at)
    {
        (Tries, LockedUntil) = (Math.Max(0, Tries - 1), null);
        Touch(at);
    }

    /// <summary>From now on, signing in also needs a code of an authenticator app.</summary>
    /// <param name="key">The encrypted key of the app.</param>
    /// <param name="step">The step of the code that the user has shown.</param>
    /// <param name="recoveryCodes">Codes for the day on which the app is lost; each works once.</param>
    /// <param name="at">Instant of the change.</param>
    public void UseTotp(string key, long step, IEnumerable<TokenSecret> recoveryCodes, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(recoveryCodes);
        (TotpKey, TotpStep) = (key, step);
        RecoveryHashes = [.. recoveryCodes.Select(c => c.Hash)];
        Touch(at);
    }

    /// <summary>From now on, a password is enough.</summary>
    /// <param name="at">Instant of the change.</param>
    public void RemoveTotp(DateTimeOffset at)
    {
        (TotpKey, TotpStep) = (null, 0);
        RecoveryHashes = [];
        Touch(at);
    }

    /// <summary>Takes a code of the app or a recovery code, which then does not work again.</summary>
    /// <param name="key">The decrypted key, or null when it cannot be decrypted any more.</param>
    /// <param name="code">What the user has entered.</param>
    /// <param name="at">The instant.</param>
    /// <returns>Whether the code is right.</returns>
    public bool TakeCode(byte[]? key, string code, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(code);
        var entered = code.Replace(" ", "", StringComparison.Ordinal);
        if (key is not null && Totp.FindStep(key, entered, at, TotpStep) is { } step)
        {
            TotpStep = step;
            Touch(at);
            return true;
        }

        var hash = TokenSecret.HashOf(entered.ToLowerInvariant());
        if (!RecoveryHashes.Contains(hash))
            return false;
        RecoveryHashes = [.. RecoveryHashes.Where(h => h != hash)];
        Touch(at);
        return true;
    }

    /// <summary>The user has signed in.</summary>
    /// <param name="at">Instant of the sign-in.</param>
    public void Succeed(DateTimeOffset at)
    {
        (Tries, LockedUntil) = (0, null);
        Touch(at);
    }
}
