using System.Diagnostics.CodeAnalysis;
using Kiket.Application.Users;
using Kiket.Domain.Projects;

namespace Kiket.Application.Projects;

/// <summary>A member of a project: the user, and their role in it.</summary>
public sealed record MemberDto : UserDto
{
    [SetsRequiredMembers]
    public MemberDto(UserDto user, ProjectRole projectRole)
        : base(user) => ProjectRole = projectRole;

    public ProjectRole ProjectRole { get; }
}
