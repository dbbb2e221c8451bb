using Kiket.Domain.Common;
using Kiket.Domain.Users;

namespace Kiket.Domain.Projects;

/// <summary>The names of the roles that somebody holds, as definitions write them: upper and lower case are alike.</summary>
internal static class HeldRoles
{
    /// <summary>The names that anybody may come to hold, without those of a project's team.</summary>
    public static IEnumerable<string> Known => [.. WireName.All<OrganizationRole>(), .. WireName.All<ProjectRole>(), .. OfLead];

    /// <summary>What leads of a project hold.</summary>
    public static IReadOnlySet<string> OfLead { get; } =
        new HashSet<string>([.. RoleNames.Lead, RoleNames.Manager], StringComparer.OrdinalIgnoreCase);

    /// <summary>What a user holds in a project.</summary>
    /// <param name="actor">The user.</param>
    /// <param name="project">The project.</param>
    /// <param name="member">The user's membership, or null.</param>
    public static IReadOnlySet<string> Of(Actor actor, Project project, ProjectMember? member)
    {
        HashSet<string> held = new(StringComparer.OrdinalIgnoreCase) { WireName.Of(actor.Role) };
        if (member is not null)
            held.UnionWith(Of(member));
        if (project.LeadId == actor.UserId)
            held.UnionWith(RoleNames.Lead);
        if (ProjectPolicy.AccessOf(actor, project, member?.Role) >= ProjectAccess.Manage)
            held.Add(RoleNames.Manager);
        return held;
    }

    /// <summary>What a membership gives: its role, what a lead is called, and roles of the team; not what access gives.</summary>
    /// <param name="member">The membership.</param>
    public static IReadOnlySet<string> Of(ProjectMember member)
    {
        HashSet<string> held = new(member.TeamRoles, StringComparer.OrdinalIgnoreCase) { WireName.Of(member.Role) };
        if (member.Role is ProjectRole.Lead)
            held.UnionWith(RoleNames.Lead);
        return held;
    }
}
