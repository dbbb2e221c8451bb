using Kiket.Domain.Capacity;
using Kiket.Domain.Common;

namespace Kiket.Domain.Users;

/// <summary>A person (or service) of one organization.</summary>
internal sealed class User : AggregateRoot<UserId>, IKeepsTexts
{
    /// <summary>Longest e-mail address, in characters (RFC 5321, 4.5.3.1.3).</summary>
    public const int MaxEmailLength = EmailAddress.MaxLength;

    /// <summary>Longest name, in characters.</summary>
    public const int MaxNameLength = 100;

    /// <summary>Longest expertise tag, in characters.</summary>
    public const int MaxTagLength = 50;

    /// <summary>Most expertise tags of a user.</summary>
    public const int MaxTags = 50;

    /// <summary>Most stretches of days off of a user.</summary>
    public const int MaxDaysOff = 200;

    private User() { }

    /// <summary>Address, unique in the organization, in lower case.</summary>
    public string Email { get; private set; } = "";

    /// <summary>Display name. Before an invitation is accepted it is the part of the address before the <c>@</c>.</summary>
    public string Name { get; private set; } = "";

    /// <summary>The name in the form in which it is sorted; see <see cref="SearchText.SortKey"/>.</summary>
    public string SortKey { get; private set; } = "";

    /// <summary>Role in the organization.</summary>
    public OrganizationRole Role { get; private set; }

    /// <summary>What the user is good at; used when work is spread.</summary>
    public IReadOnlyList<string> ExpertiseTags { get; private set; } = [];

    /// <summary>Points finished per week in the past.</summary>
    /// <value>0 or more, or null when unknown.</value>
    public decimal? HistoricalVelocity { get; private set; }

    /// <summary>Address of a picture, or null.</summary>
    public string? AvatarUrl { get; private set; }

    /// <summary>Points the user can take on per week.</summary>
    /// <value>0 or more, or null when unknown.</value>
    public decimal? Capacity { get; private set; }

    /// <summary>When the user does not work, in order; reduces what they can take on.</summary>
    public IReadOnlyList<DaysOff> DaysOff { get; private set; } = [];

    /// <summary>Whether the user operates the whole installation.</summary>
    public bool SuperAdmin { get; private set; }

    /// <summary>Whether the user may no longer sign in. Kept for the history of what was done.</summary>
    public bool Deactivated { get; private set; }

    /// <summary>
    /// Whether it is a service, that of the organization's actions, an extension or an application: nobody signs in as it, and
    /// no list shows it.
    /// </summary>
    public bool IsService { get; private set; }

    /// <summary>Whether the user can administer the organization now.</summary>
    public bool IsActiveAdmin => Role is OrganizationRole.Admin && !Deactivated;

    /// <summary>Adds a user to an organization.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="email">Address.</param>
    /// <param name="role">Role in the organization.</param>
    /// <param name="name">Display name, or null to derive one from the address.</param>
    /// <param name="at">Instant of the addition.</param>
    /// <returns>The user, or <c>VALIDATION_ERROR</c> with every invalid field.</returns>
    public static Result<User> Join(
        OrganizationId organizationId,
        string email,
        OrganizationRole role,
        string? name,
        DateTimeOffset at
    )
    {
        var address = AddressOf(email);
        List<ErrorDetail> errors = [];
        if (!EmailAddress.IsValid(address))
            errors.Add(UserErrors.EmailDetail);
        if (!string.IsNullOrWhiteSpace(name) && !IsName(name))
            errors.Add(UserErrors.NameDetail);
        if (errors.Count > 0)
            return Error.Validation(errors);

        var user = new User
        {
            OrganizationId = organizationId,
            Email = address,
            Role = role,
        };
        user.TakeName(string.IsNullOrWhiteSpace(name) ? address[..address.IndexOf('@', StringComparison.Ordinal)] : name);
        user.Created(at);
        return user;
    }

    /// <summary>
    /// Address of the user in whose name an organization's actions run; no mail is ever delivered to .invalid (RFC 2606).
    /// </summary>
    public const string ActionsEmail = "actions@kiket.invalid";

    /// <summary>The user in whose name an organization's actions run.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="at">Instant of the creation.</param>
    public static User Service(OrganizationId organizationId, DateTimeOffset at) =>
        Service(organizationId, ActionsEmail, "Kiket", at);

    /// <summary>The user in whose name one installation of an extension acts.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="name">Name of the extension.</param>
    /// <param name="at">Instant of the creation.</param>
    public static User ForExtension(OrganizationId organizationId, string name, DateTimeOffset at) =>
        Service(organizationId, $"extension-{Guid.CreateVersion7():N}@kiket.invalid", name, at);

    /// <summary>
    /// The user in whose name an application acts for itself: an administrator, whose scopes limit what it can do.
    /// </summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="name">Name of the application.</param>
    /// <param name="at">Instant of the creation.</param>
    public static User ForApplication(OrganizationId organizationId, string name, DateTimeOffset at) =>
        Service(organizationId, $"application-{Guid.CreateVersion7():N}@kiket.invalid", name, at, OrganizationRole.Admin);

    private static User Service(
        OrganizationId organizationId,
        string email,
        string name,
        DateTimeOffset at,
        OrganizationRole role = OrganizationRole.Developer
    )
    {
        var user = new User
        {
            OrganizationId = organizationId,
            Email = email,
            Role = role,
            IsService = true,
            Deactivated = true,
        };
        user.TakeName(name);
        user.Created(at);
        return user;
    }

    /// <summary>Renames the service user of an extension to the extension's current name.</summary>
    /// <param name="name">Name of the extension.</param>
    /// <param name="at">Instant of the change.</param>
    /// <exception cref="InvalidOperationException">This is a person.</exception>
    public void RenameService(string name, DateTimeOffset at)
    {
        if (!IsService)
            throw new InvalidOperationException("Only the service user of an extension can be renamed this way.");
        TakeName(name);
        Touch(at);
    }

    /// <summary>Makes the user an operator of the whole installation.</summary>
    public void MakeOperator() => SuperAdmin = true;

    /// <summary>Sets the name with which the user accepts an invitation.</summary>
    /// <param name="name">Display name, 1 to 100 characters, or null to keep the one there is.</param>
    /// <param name="at">Instant of the change.</param>
    /// <returns>
    /// Success; <c>INVITATION_NOT_FOUND</c> when the user was deactivated in the meantime; or <c>VALIDATION_ERROR</c>.
    /// A refusal changes nothing.
    /// </returns>
    public Result AcceptInvitation(string? name, DateTimeOffset at)
    {
        if (Deactivated)
            return UserErrors.InvitationNotFound;
        if (name is not null && !IsName(name))
            return Error.Validation("invitation.name", UserErrors.NameDetail.Message);
        TakeName(name ?? Name);
        Touch(at);
        return Result.Success;
    }

    /// <summary>Whether a change takes an active administrator away from the organization.</summary>
    /// <param name="edit">The change.</param>
    public bool WouldStopAdministering(UserEdit edit)
    {
        ArgumentNullException.ThrowIfNull(edit);
        return IsActiveAdmin && (edit.Role.Or(Role) is not OrganizationRole.Admin || edit.Deactivated.Or(Deactivated));
    }

    /// <summary>Changes what an administrator may change.</summary>
    /// <param name="edit">The fields to change.</param>
    /// <param name="at">Instant of the change.</param>
    /// <returns>Success, or <c>VALIDATION_ERROR</c> with every invalid field; a refusal changes nothing.</returns>
    public Result Edit(UserEdit edit, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(edit);
        List<ErrorDetail> errors = [];
        if (edit.Capacity.Or(null) is { } points && (points is < 0 or > 1_000_000 || decimal.Round(points, 2) != points))
            errors.Add(
                new("user.capacity", "The capacity must be a number of points from 0 to 1,000,000 with at most two decimals.")
            );
        if (
            edit.ExpertiseTags is { IsSet: true, Value: var tags }
            && (
                tags is null
                || tags.Count > MaxTags
                || tags.Any(t => UnicodeText.IsBlank(t) || UnicodeText.Length(UnicodeText.CleanLabel(t)) > MaxTagLength)
            )
        )
            errors.Add(
                new(
                    "user.expertise_tags",
                    $"A user can have at most {MaxTags} tags, each of 1 to {MaxTagLength} characters and not blank."
                )
            );
        if (edit.Name is { IsSet: true } name && !IsName(name.Value))
            errors.Add(UserErrors.NameDetail);
        if (edit.DaysOff.Or(null) is { } daysOff && (daysOff.Count > MaxDaysOff || daysOff.Any(d => d.From > d.To)))
            errors.Add(
                new("user.days_off", $"A user can have at most {MaxDaysOff} periods off, and none can end before it starts.")
            );
        if (errors.Count > 0)
            return Error.Validation(errors);

        Role = edit.Role.Or(Role);
        Capacity = edit.Capacity.Or(Capacity);
        Deactivated = edit.Deactivated.Or(Deactivated);
        if (edit.Name.IsSet)
            TakeName(edit.Name.Value!);
        if (edit.DaysOff.IsSet)
            DaysOff = [.. (edit.DaysOff.Value ?? []).Distinct().OrderBy(d => d.From).ThenBy(d => d.To)];
        if (edit.ExpertiseTags.IsSet)
            ExpertiseTags =
            [
                .. edit.ExpertiseTags.Value!.Select(UnicodeText.CleanLabel).Distinct(StringComparer.OrdinalIgnoreCase),
            ];
        Touch(at);
        return Result.Success;
    }

    /// <summary>Whether the user's personal data was erased.</summary>
    public bool IsErased => !IsService && Email == ErasedEmail;

    /// <summary>
    /// Erases the user's personal data. The user stays, as somebody without a name, so that everything that they did stays too.
    /// </summary>
    /// <param name="at">Instant of the erasure.</param>
    /// <returns>Success, or <c>VALIDATION_ERROR</c> while the user can still sign in; a refusal changes nothing.</returns>
    public Result Erase(DateTimeOffset at)
    {
        if (!Deactivated)
            return Error.Validation("user", "Deactivate the user before you erase their data.");
        Email = ErasedEmail;
        TakeName($"Erased user {Id}");
        (Capacity, ExpertiseTags, DaysOff) = (null, [], []);
        Touch(at);
        return Result.Success;
    }

    private string ErasedEmail => $"erased-{Id}@kiket.invalid";

    /// <inheritdoc/>
    public void RefreshTexts()
    {
        TakeName(Name);
        ExpertiseTags = [.. ExpertiseTags.Select(UnicodeText.CleanLabel).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>An e-mail address in the form in which it is kept and compared: composed and in lower case.</summary>
    /// <param name="email">The address as somebody wrote it.</param>
    public static string AddressOf(string? email) => UnicodeText.CleanName(email ?? "").ToLowerInvariant();

    private void TakeName(string name)
    {
        Name = UnicodeText.CleanName(name);
        SortKey = SearchText.SortKey(Name);
    }

    private static bool IsName(string? name) =>
        !UnicodeText.IsBlank(name) && UnicodeText.Length(UnicodeText.CleanName(name!)) <= MaxNameLength;
}

/// <summary>A partial change of a <see cref="User"/>.</summary>
internal sealed record UserEdit
{
    /// <summary>Display name, 1 to 100 characters.</summary>
    public Optional<string?> Name { get; init; }

    /// <summary>Role in the organization.</summary>
    public Optional<OrganizationRole> Role { get; init; }

    /// <summary>Points per week, or null for unknown.</summary>
    public Optional<decimal?> Capacity { get; init; }

    /// <summary>All expertise tags; replaces those there are.</summary>
    public Optional<IReadOnlyList<string>?> ExpertiseTags { get; init; }

    /// <summary>All days off; replaces those there are.</summary>
    public Optional<IReadOnlyList<DaysOff>?> DaysOff { get; init; }

    /// <summary>Whether the user may no longer sign in.</summary>
    public Optional<bool> Deactivated { get; init; }
}
