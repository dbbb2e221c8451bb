using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Mapster;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Users;

/// <summary>The user whose token is in use, and their organization.</summary>
internal sealed record GetCurrentUserQuery : IQuery<Result<CurrentUserDto>>;

internal sealed class GetCurrentUserHandler(IKiketDb db, ICurrentActor current, TypeAdapterConfig mappings)
    : IQueryHandler<GetCurrentUserQuery, Result<CurrentUserDto>>
{
    public async Task<Result<CurrentUserDto>> Handle(GetCurrentUserQuery query, CancellationToken ct)
    {
        var found = await db
            .Users.AsNoTracking()
            .Where(u => u.Id == current.Actor.UserId)
            .Join(
                db.Organizations,
                u => u.OrganizationId,
                o => o.Id,
                (user, organization) => new { User = user, Organization = organization }
            )
            .SingleAsync(ct);
        return new CurrentUserDto(
            found.User.Adapt<UserDto>(mappings),
            new OrganizationSummary(found.Organization.Id, found.Organization.Slug, found.Organization.Name)
        );
    }
}
