using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Mapster;

namespace Kiket.Application.Users;

/// <summary>The users of the actor's organization.</summary>
/// <param name="Roles">Only those with one of these.</param>
internal sealed record ListUsersQuery(IReadOnlyList<OrganizationRole> Roles, PageRequest Page) : IQuery<Result<Page<UserDto>>>;

internal sealed class ListUsersHandler(IKiketDb db, TypeAdapterConfig mappings)
    : IQueryHandler<ListUsersQuery, Result<Page<UserDto>>>
{
    public Task<Result<Page<UserDto>>> Handle(ListUsersQuery query, CancellationToken ct) =>
        db
            .Users.WithSpecification(new PeopleWithRoles(query.Roles))
            .ToPageAsync(query.Page, UserQueries.Sorts, page => page.ProjectToType<UserDto>(mappings), ct);
}
