using Ardalis.Specification;
using Kiket.Domain.Common;
using Kiket.Domain.Users;

namespace Kiket.Application.Users;

/// <summary>The users who are people, not extensions.</summary>
internal sealed class PeopleWithRoles : Specification<User>
{
    /// <param name="roles">Only those with one of these; none means all.</param>
    public PeopleWithRoles(IReadOnlyList<OrganizationRole> roles)
    {
        Query.AsNoTracking().Where(u => !u.IsService);
        if (roles.Count > 0)
            Query.Where(u => roles.Contains(u.Role));
    }
}

/// <summary>One user who is a person.</summary>
internal sealed class Person : Specification<User>
{
    public Person(UserId id) => Query.Where(u => u.Id == id && !u.IsService);
}

/// <summary>One user, unless they are deactivated.</summary>
internal sealed class ActiveUser : Specification<User>
{
    public ActiveUser(UserId id) => Query.Where(u => u.Id == id && !u.Deactivated);
}
