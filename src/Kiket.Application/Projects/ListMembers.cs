using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Users;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Mapster;

namespace Kiket.Application.Projects;

/// <summary>The members of a project; its lead is one of them, with the role <c>lead</c>.</summary>
internal sealed record ListMembersQuery(ProjectRef Project, PageRequest Page) : IQuery<Result<Page<MemberDto>>>;

internal sealed class ListMembersHandler(IKiketDb db, ICurrentActor current, TypeAdapterConfig mappings)
    : IQueryHandler<ListMembersQuery, Result<Page<MemberDto>>>
{
    public async Task<Result<Page<MemberDto>>> Handle(ListMembersQuery query, CancellationToken ct)
    {
        var found = await db.FindProjectAsync(query.Project, current.Actor, ProjectAccess.Read, ct);
        if (found.Error is { } error)
            return error;

        var (id, lead) = (found.Value.Id, found.Value.LeadId);
        var rows = await db
            .Users.WithSpecification(new PeopleOf(found.Value, db.ProjectMembers))
            .ToPageAsync(
                query.Page,
                UserQueries.Sorts,
                page =>
                    page.Select(u => new
                    {
                        User = u,
                        Member = db
                            .ProjectMembers.Where(m => m.ProjectId == id && m.UserId == u.Id)
                            .Select(m => new { m.Role, m.TeamRoles })
                            .FirstOrDefault(),
                    }),
                ct
            );
        if (rows.Error is { } malformed)
            return malformed;

        return rows.Value.With<MemberDto>([
            .. rows.Value.Items.Select(row => new MemberDto(
                row.User.Adapt<UserDto>(mappings),
                row.User.Id == lead ? ProjectRole.Lead : row.Member!.Role,
                row.Member?.TeamRoles ?? []
            )),
        ]);
    }
}
