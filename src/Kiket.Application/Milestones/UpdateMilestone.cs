using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Milestones;
using Kiket.Domain.Projects;

namespace Kiket.Application.Milestones;

/// <summary>Changes a milestone. For those who work on the project.</summary>
/// <param name="ExpectedVersion">The version that the caller has seen; by default any.</param>
internal sealed record UpdateMilestoneCommand(ProjectRef Project, long Id, MilestoneEdit Edit, ExpectedVersion ExpectedVersion)
    : ICommand<Result<MilestoneDto>>;

internal sealed class UpdateMilestoneHandler(IKiketDb db, IUnitOfWork work, ICurrentActor current, TimeProvider time)
    : ICommandHandler<UpdateMilestoneCommand, Result<MilestoneDto>>
{
    public async Task<Result<MilestoneDto>> Handle(UpdateMilestoneCommand command, CancellationToken ct)
    {
        var found = await db.FindMilestoneAsync(
            command.Project,
            command.Id,
            command.ExpectedVersion,
            current.Actor,
            ProjectAccess.Write,
            ct
        );
        if (found.Error is { } unavailable)
            return unavailable;
        var milestone = found.Value;
        if (milestone.Edit(command.Edit, time.GetUtcNow()).Error is { } error)
            return error;

        await work.FlushAsync(ct);
        return (await db.ReadMilestoneAsync(milestone.OrganizationId, milestone.ProjectId, milestone.Id, time, ct))!;
    }
}
