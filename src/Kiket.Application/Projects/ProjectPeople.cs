using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Projects;

/// <summary>
/// Users and the projects that they can see: nobody can be assigned work or be an approver in a project that they cannot see.
/// </summary>
internal sealed class ProjectPeople
{
    private readonly Dictionary<UserId, Person> people;

    private ProjectPeople(IEnumerable<Person> people) => this.people = people.ToDictionary(p => p.Id);

    public static async Task<ProjectPeople> ReadAsync(IKiketDb db, IReadOnlyCollection<UserId> users, CancellationToken ct) =>
        new(
            await db
                .Users.AsNoTracking()
                .Where(u => users.Contains(u.Id))
                .Select(u => new Person(
                    u.Id,
                    u.Name,
                    u.Email,
                    u.OrganizationId,
                    u.Role,
                    u.Deactivated,
                    db.Invitations.Any(i => i.UserId == u.Id && i.AcceptedAt == null),
                    db.ProjectMembers.Where(m => m.UserId == u.Id).Select(m => new Membership(m.ProjectId, m.Role)).ToList()
                ))
                .ToListAsync(ct)
        );

    /// <summary>Why a user cannot take part in a project, or null.</summary>
    /// <param name="field">The field that names the person.</param>
    public Error? RefusalOf(UserId user, Project project, string field)
    {
        if (!people.TryGetValue(user, out var person))
            return UserErrors.NotActive(field, user);
        if (person.Deactivated)
            return UserErrors.Deactivated(field, person.Shown);
        var role = person.Memberships.Find(m => m.ProjectId == project.Id)?.Role;
        var access = ProjectPolicy.AccessOf(
            new Actor(person.OrganizationId, person.Id, person.Role),
            project.Visibility,
            project.LeadId,
            role
        );
        return access is ProjectAccess.None ? ProjectErrors.CannotSee(field, person.Shown, project.Key) : null;
    }

    /// <summary>Why work cannot be moved to a user who has not accepted the invitation, or null.</summary>
    public Error? PendingRefusalOf(UserId user, string field) =>
        people.TryGetValue(user, out var person) && person.IsPending ? UserErrors.InvitationPending(field, person.Shown) : null;

    private sealed record Membership(ProjectId ProjectId, ProjectRole Role);

    private sealed record Person(
        UserId Id,
        string Name,
        string Email,
        OrganizationId OrganizationId,
        OrganizationRole Role,
        bool Deactivated,
        bool IsPending,
        List<Membership> Memberships
    )
    {
        public string Shown => Name.Length == 0 ? Email : $"{Name} ({Email})";
    }
}
