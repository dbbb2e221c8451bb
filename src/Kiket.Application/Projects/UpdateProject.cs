using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Users;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Mapster;

namespace Kiket.Application.Projects;

/// <summary>Changes a project. For those who manage it.</summary>
/// <param name="Key">The key in the request; it must be the project's own.</param>
/// <param name="ExpectedVersion">The version that the caller has seen; by default any.</param>
internal sealed record UpdateProjectCommand(ProjectRef Project, string? Key, ProjectEdit Edit, ExpectedVersion ExpectedVersion)
    : ICommand<Result<ProjectDto>>;

internal sealed class UpdateProjectHandler(IKiketDb db, ICurrentActor current, TimeProvider time, TypeAdapterConfig mappings)
    : ICommandHandler<UpdateProjectCommand, Result<ProjectDto>>
{
    public async Task<Result<ProjectDto>> Handle(UpdateProjectCommand command, CancellationToken ct)
    {
        var found = await db.FindProjectAsync(command.Project, current.Actor, ProjectAccess.Manage, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var project = found.Value;
        if (!command.ExpectedVersion.Allows(project.Version))
            return Error.Stale(project.Version);
        if (command.Key is { } key && key != project.Key)
            return ProjectErrors.KeyIsFixed(project.Key);
        if (command.Edit.LeadId.Or(null) is { } lead && !await db.IsActiveUserAsync(lead, ct))
            return ProjectErrors.UnknownLead(lead);

        var edited = project.Edit(command.Edit, current.Actor.UserId, time.GetUtcNow());
        if (edited.Error is { } error)
            return error;

        return project.Adapt<ProjectDto>(mappings);
    }
}
