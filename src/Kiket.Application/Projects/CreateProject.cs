using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Users;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;
using Mapster;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Projects;

/// <summary>Starts a project with the built-in issue types and workflow. For administrators of the organization.</summary>
/// <param name="Key">The project's key, or null to derive a free one from the name.</param>
internal sealed record CreateProjectCommand(string? Key, ProjectEdit Fields) : ICommand<Result<ProjectDto>>;

internal sealed class CreateProjectHandler(
    IKiketDb db,
    IUnitOfWork work,
    ICurrentActor current,
    TimeProvider time,
    TypeAdapterConfig mappings
) : ICommandHandler<CreateProjectCommand, Result<ProjectDto>>
{
    public async Task<Result<ProjectDto>> Handle(CreateProjectCommand command, CancellationToken ct)
    {
        if (!current.Actor.IsAdmin)
            return Error.Forbidden("Only an administrator of the organization can create a project.");

        var now = time.GetUtcNow();
        var key = command.Key ?? await FreeKeyAsync(command.Fields.Name.Or(null), ct);
        var started = Project.Start(current.Actor.OrganizationId, key, command.Fields, now);
        if (started.Error is { } error)
            return error;
        var project = started.Value;
        if (project.LeadId is { } lead && !await db.IsActiveUserAsync(lead, ct))
            return ProjectErrors.UnknownLead(lead);

        // Two concurrent requests for the same key both pass this check; the unique index stops one, and its retry ends here.
        if (await db.Projects.AnyAsync(p => p.Key == project.Key, ct))
            return ProjectErrors.KeyTaken(project.Key);
        db.Projects.Add(project);
        await work.FlushAsync(ct);
        db.Workflows.Add(
            Workflow
                .Publish(
                    project.OrganizationId,
                    project.Id,
                    ProjectSchema.BuiltIn.DefaultWorkflow,
                    1,
                    WorkflowDefinition.BuiltIn,
                    null,
                    now
                )
                .Value
        );
        return project.Adapt<ProjectDto>(mappings);
    }

    private async Task<string?> FreeKeyAsync(string? name, CancellationToken ct)
    {
        if (name is null)
            return null;
        var key = ProjectKey.From(name);
        var taken = await db.Projects.Where(p => p.Key.StartsWith(key)).Select(p => p.Key).ToListAsync(ct);
        return taken.Contains(key)
            ? Enumerable.Range(2, taken.Count + 1).Select(n => $"{key}{n}").First(k => !taken.Contains(k))
            : key;
    }
}
