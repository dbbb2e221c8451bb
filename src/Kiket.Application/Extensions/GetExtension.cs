using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Projects;

namespace Kiket.Application.Extensions;

/// <summary>One installed extension; an extension only sees itself.</summary>
/// <param name="Project">The project that it is installed for; needed when the manifest's id alone is ambiguous.</param>
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
