using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Projects;

namespace Kiket.Application.Extensions;

/// <summary>One installed extension; an extension sees itself only.</summary>
/// <param name="Project">The project that it is installed for, where a manifest's id alone does not say which is meant.</param>
internal sealed record GetExtensionQuery(ExtensionRef Extension, ProjectRef? Project) : IQuery<Result<ExtensionDto>>;

internal sealed class GetExtensionHandler(IKiketDb db, ICurrentActor current, TimeProvider time)
    : IQueryHandler<GetExtensionQuery, Result<ExtensionDto>>
{
    public async Task<Result<ExtensionDto>> Handle(GetExtensionQuery query, CancellationToken ct)
    {
        var found = await db.FindExtensionAsync(query.Extension, query.Project, current, ct);
        return found.Error is { } unknown ? unknown : await found.Value.ToDtoAsync(db, time.GetUtcNow(), ct);
    }
}
