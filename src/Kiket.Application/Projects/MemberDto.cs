using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Kiket.Application.Users;
using Kiket.Domain.Projects;

namespace Kiket.Application.Projects;

/// <summary>A member of a project: the user, their role in it, and their roles in its team.</summary>
internal sealed record MemberDto : UserDto
{
    [SetsRequiredMembers]
    public MemberDto(UserDto user, ProjectRole projectRole, IReadOnlyList<string> teamRoles)
        : base(user)
    {
        ProjectRole = projectRole;
        TeamRoles = teamRoles;
    }

    [JsonConstructor]
    private MemberDto() => TeamRoles = [];

    public ProjectRole ProjectRole { get; init; }

    public IReadOnlyList<string> TeamRoles { get; init; }
}
