using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Kiket.Application.Common;
using Kiket.Domain.Capacity;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Mapster;

namespace Kiket.Application.Users;

/// <summary>A user as clients see one (contract, section 9).</summary>
internal record UserDto : IVersioned
{
    public required UserId Id { get; init; }

    public required string Name { get; init; }

    public required string Email { get; init; }

    public required OrganizationRole Role { get; init; }

    public required OrganizationId OrganizationId { get; init; }

    public required IReadOnlyList<string> ExpertiseTags { get; init; }

    public required decimal? HistoricalVelocity { get; init; }

    public required string? AvatarUrl { get; init; }

    public required decimal? Capacity { get; init; }

    /// <summary>Days on which the user does not work; they reduce the capacity.</summary>
    public required IReadOnlyList<DaysOff> DaysOff { get; init; }

    public required bool SuperAdmin { get; init; }

    public required bool Deactivated { get; init; }

    public required int Version { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>The current user and their organization.</summary>
internal sealed record CurrentUserDto : UserDto
{
    [SetsRequiredMembers]
    public CurrentUserDto(UserDto user, OrganizationSummary organization)
        : base(user) => Organization = organization;

    public OrganizationSummary Organization { get; }
}

/// <summary>A reference to an organization.</summary>
internal sealed record OrganizationSummary(OrganizationId Id, string Slug, string Name);

/// <summary>An invited user and the token for accepting the invitation, which is shown once.</summary>
internal sealed record InvitedUserDto : UserDto
{
    [SetsRequiredMembers]
    public InvitedUserDto(UserDto user, string invitationToken)
        : base(user) => InvitationToken = invitationToken;

    [JsonConstructor]
    private InvitedUserDto() => InvitationToken = "";

    public string InvitationToken { get; init; }
}

internal sealed class UserDtoMapping : IRegister
{
    public void Register(TypeAdapterConfig config)
    {
        // A single column.
        config.NewConfig<IReadOnlyList<DaysOff>, IReadOnlyList<DaysOff>>().MapWith(daysOff => daysOff);
        config.NewConfig<User, UserDto>();
    }
}
