using Kiket.Domain.Audit;
using Kiket.Domain.Common;
using Kiket.Domain.Users;

namespace Kiket.Domain.Organizations;

/// <summary>A tenant. Everything belongs to exactly one organization and is invisible to all others.</summary>
internal sealed class Organization : AggregateRoot<OrganizationId>, IKeepsTexts
{
    /// <summary>Longest name, in characters.</summary>
    public const int MaxNameLength = 100;

    private Organization() { }

    /// <summary>Unique short name in lower case, digits and hyphens.</summary>
    public string Slug { get; private set; } = "";

    /// <summary>Display name.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Number of the newest entry of its event log, 0 when there is none.</summary>
    public long LastEventSequence { get; private set; }

    /// <summary>Number of the newest record of its audit log, 0 when there is none.</summary>
    public long LastAuditSequence { get; private set; }

    /// <summary>The hash chain of its audit log up to that record, 32 bytes.</summary>
    public byte[] AuditChain { get; private set; } = AuditRecord.Origin.ToArray();

    /// <summary>How the organization works.</summary>
    public OrganizationSettings Settings { get; private set; } = new();

    /// <summary>Founds an organization.</summary>
    /// <param name="name">Display name, 1 to 100 characters; the slug is derived from it.</param>
    /// <param name="at">Instant of the founding.</param>
    /// <returns>The organization, or <c>VALIDATION_ERROR</c> when the name has no letter or digit or is too long.</returns>
    public static Result<Organization> Found(string name, DateTimeOffset at)
    {
        var slug = SlugOf(name);
        if (slug.Length == 0 || UnicodeText.Length(UnicodeText.CleanName(name)) > MaxNameLength)
            return Error.Validation(
                "organization.name",
                $"The name must contain a letter or digit and have at most {MaxNameLength} characters."
            );

        var organization = new Organization { Name = UnicodeText.CleanName(name), Slug = slug };
        organization.Created(at);
        return organization;
    }

    /// <summary>Allows an active administrator to be demoted or deactivated.</summary>
    /// <remarks>
    /// This changes the organization itself, so that if two administrators leave at once, the second change conflicts with the
    /// first and is checked again.
    /// </remarks>
    /// <param name="othersRemain">Whether the organization has another active administrator.</param>
    /// <param name="at">Instant of the change.</param>
    /// <returns>Success, or <c>VALIDATION_ERROR</c> when nobody would be left to administer it.</returns>
    public Result ReleaseAdministrator(bool othersRemain, DateTimeOffset at)
    {
        if (!othersRemain)
            return UserErrors.LastAdmin;
        Touch(at);
        return Result.Success;
    }

    /// <summary>Changes how the organization works.</summary>
    /// <param name="edit">The settings to change.</param>
    /// <param name="at">Instant of the change.</param>
    /// <returns>Success, or <c>VALIDATION_ERROR</c> with every invalid setting; a refusal changes nothing.</returns>
    public Result ChangeSettings(OrganizationSettingsEdit edit, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(edit);
        var settings = Settings.With(edit);
        if (settings.Error is { } refusal)
            return refusal;
        Settings = settings.Value;
        Touch(at);
        return Result.Success;
    }

    /// <inheritdoc/>
    public void RefreshTexts() => Name = UnicodeText.CleanName(Name);

    private static string SlugOf(string name)
    {
        var kept = name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-');
        return string.Join('-', new string([.. kept]).Split('-', StringSplitOptions.RemoveEmptyEntries));
    }
}
