using Kiket.Domain.Common;

namespace Kiket.Domain.Projects;

/// <summary>The refusals about projects and their members.</summary>
internal static class ProjectErrors
{
    internal static readonly ErrorDetail KeyDetail = new(
        "project.project_key",
        $"A project key must be an upper-case letter followed by upper-case letters and digits, "
            + $"at most {ProjectKey.MaxLength} characters in all."
    );

    /// <summary><c>PROJECT_NOT_FOUND</c>: no such project that the actor can see.</summary>
    /// <param name="project">The requested one.</param>
    public static Error NotFound(ProjectRef project) =>
        new(ErrorKind.NotFound, "PROJECT_NOT_FOUND", $"There is no project {project}.");

    /// <summary><c>PROJECT_ARCHIVED</c>: it takes no changes.</summary>
    /// <param name="key">The project's key.</param>
    public static Error Archived(string key) =>
        new(ErrorKind.Invalid, ErrorCodes.ProjectArchived, $"Project {key} is archived and cannot be changed.");

    /// <summary><c>VALIDATION_ERROR</c>: another project has this key.</summary>
    /// <param name="key">The key.</param>
    public static Error KeyTaken(string key) =>
        Error.Validation("project.project_key", $"The key {key} is taken by another project.");

    /// <summary><c>VALIDATION_ERROR</c>: a project's key stays what it is, because issue keys are built from it.</summary>
    /// <param name="key">The project's key.</param>
    public static Error KeyIsFixed(string key) => Error.Validation("project.project_key", $"The key {key} cannot be changed.");

    /// <summary><c>VALIDATION_ERROR</c>: the lead is not an active user of the organization.</summary>
    /// <param name="user">Who was named.</param>
    public static Error UnknownLead(UserId user) => Error.Validation("project.lead_id", $"There is no active user {user}.");

    /// <summary><c>VALIDATION_ERROR</c>: somebody is to take part in a project that does not exist for them.</summary>
    /// <param name="field">The field that names the person.</param>
    /// <param name="person">The person's name and address.</param>
    /// <param name="key">The project's key.</param>
    public static Error CannotSee(string field, string person, string key) =>
        Error.Validation(field, $"{person} cannot see project {key}; add them as a member first.");

    /// <summary><c>VALIDATION_ERROR</c>: a new member is not an active user of the organization.</summary>
    /// <param name="user">Who was named.</param>
    public static Error UnknownMember(UserId user) => Error.Validation("member.user_id", $"There is no active user {user}.");

    /// <summary><c>VALIDATION_ERROR</c>: the project's definition names no such role of its team.</summary>
    /// <param name="role">What was named.</param>
    /// <param name="known">The roles that it names.</param>
    public static Error UnknownTeamRole(string role, IEnumerable<string> known)
    {
        var names = string.Join(", ", known);
        return Error.Validation(
            "member.team_roles",
            $"The team has no role '{role}'. "
                + (names.Length == 0 ? "The project's definition declares none." : $"Known: {names}.")
        );
    }

    /// <summary>
    /// <c>VALIDATION_ERROR</c>: the project's lead is a member with the role <c>lead</c> for as long as they lead it.
    /// </summary>
    /// <param name="user">The lead.</param>
    public static Error LeadIsMember(UserId user) =>
        Error.Validation("member.user_id", $"User {user} leads the project; set another lead_id first.");

    /// <summary><c>FORBIDDEN</c>: the actor's role in the project is too weak.</summary>
    /// <param name="key">The project's key.</param>
    /// <param name="needed">What the action needs.</param>
    public static Error Forbidden(string key, ProjectAccess needed)
    {
        var action = needed switch
        {
            ProjectAccess.Lead => "delete issues of",
            ProjectAccess.Manage => "manage",
            _ => "change",
        };
        return Error.Forbidden($"Your role does not allow you to {action} project {key}.");
    }

    /// <summary><c>MEMBER_NOT_FOUND</c>: the user is not a member.</summary>
    /// <param name="user">Who was named.</param>
    public static Error MemberNotFound(UserId user) =>
        new(ErrorKind.NotFound, "MEMBER_NOT_FOUND", $"User {user} is not a member of the project.");
}
