using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.Milestones;
using Kiket.Domain.Projects;

namespace Kiket.Application.Milestones;

/// <summary>Plans a milestone. For those who work on the project.</summary>
internal sealed record CreateMilestoneCommand(ProjectRef Project, MilestoneEdit Fields) : ICommand<Result<MilestoneDto>>;

internal sealed class CreateMilestoneHandler(IKiketDb db, IUnitOfWork work, ICurrentActor current, TimeProvider time)
    : ICommandHandler<CreateMilestoneCommand, Result<MilestoneDto>>
{
    public async Task<Result<MilestoneDto>> Handle(CreateMilestoneCommand command, CancellationToken ct)
    {
        var found = await db.FindProjectAsync(command.Project, current.Actor, ProjectAccess.Write, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var planned = Milestone.Plan(found.Value, command.Fields, current.Actor.UserId, time.GetUtcNow());
        if (planned.Error is { } error)
            return error;

        db.Milestones.Add(planned.Value);
        await work.FlushAsync(ct);
        return (await db.ReadMilestoneAsync(found.Value.OrganizationId, found.Value.Id, planned.Value.Id, time, ct))!;
    }
}
