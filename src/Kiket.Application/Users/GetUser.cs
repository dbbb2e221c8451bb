using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Mapster;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Users;

/// <summary>One user of the actor's organization.</summary>
internal sealed record GetUserQuery(UserId User) : IQuery<Result<UserDto>>;

internal sealed class GetUserHandler(IKiketDb db, TypeAdapterConfig mappings) : IQueryHandler<GetUserQuery, Result<UserDto>>
{
    public async Task<Result<UserDto>> Handle(GetUserQuery query, CancellationToken ct)
    {
        var user = await db
            .Users.WithSpecification(new Person(query.User))
            .ProjectToType<UserDto>(mappings)
            .SingleOrDefaultAsync(ct);
        return user is null ? UserErrors.NotFound(query.User) : user;
    }
}
