using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Mapster;

namespace Kiket.Application.Projects;

/// <summary>Archives a project: it can be read and takes no more changes. For those who manage it.</summary>
/// <param name="ExpectedVersion">The version that the caller has seen; by default any.</param>
internal sealed record ArchiveProjectCommand(ProjectRef Project, ExpectedVersion ExpectedVersion) : ICommand<Result<ProjectDto>>;

internal sealed class ArchiveProjectHandler(IKiketDb db, ICurrentActor current, TimeProvider time, TypeAdapterConfig mappings)
    : ICommandHandler<ArchiveProjectCommand, Result<ProjectDto>>
{
    public async Task<Result<ProjectDto>> Handle(ArchiveProjectCommand command, CancellationToken ct)
    {
        var found = await db.FindProjectAsync(command.Project, current.Actor, ProjectAccess.Manage, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var project = found.Value;
        if (!command.ExpectedVersion.Allows(project.Version))
            return Error.Stale(project.Version);

        project.Archive(current.Actor.UserId, time.GetUtcNow());
        return project.Adapt<ProjectDto>(mappings);
    }
}
