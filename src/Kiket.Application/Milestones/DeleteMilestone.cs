using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Milestones;

/// <summary>Deletes a milestone for good; its issues stay, without a milestone. For those who manage the project.</summary>
/// <param name="ExpectedVersion">The version that the caller has seen; by default any.</param>
internal sealed record DeleteMilestoneCommand(ProjectRef Project, long Id, ExpectedVersion ExpectedVersion)
    : ICommand<Result<bool>>;

internal sealed class DeleteMilestoneHandler(IKiketDb db, IUnitOfWork work, ICurrentActor current, TimeProvider time)
    : ICommandHandler<DeleteMilestoneCommand, Result<bool>>
{
    private const int BatchSize = 500;

    private static readonly IssueEdit WithoutMilestone = new() { MilestoneId = new Optional<long?>(null) };

    public async Task<Result<bool>> Handle(DeleteMilestoneCommand command, CancellationToken ct)
    {
        var found = await db.FindMilestoneAsync(
            command.Project,
            command.Id,
            command.ExpectedVersion,
            current.Actor,
            ProjectAccess.Manage,
            ct
        );
        if (found.Error is { } unavailable)
            return unavailable;
        var milestone = found.Value;
        var project = await db.Projects.SingleAsync(p => p.Id == milestone.ProjectId, ct);

        // Through the aggregate, so that each issue's history shows it; in batches, because a milestone can have any number
        // of issues.
        while (
            await db.Issues.Where(i => i.MilestoneId == milestone.Id).OrderBy(i => i.Id).Take(BatchSize).ToListAsync(ct)
                is { Count: > 0 } issues
        )
        {
            foreach (var issue in issues)
                issue.Edit(WithoutMilestone, project.Schema, current.Actor.UserId, time.GetUtcNow());
            await work.FlushBatchAsync(ct);
        }

        await db
            .Issues.IgnoreQueryFilters([IKiketDb.NotDeletedFilter])
            .Where(i => i.MilestoneId == milestone.Id)
            .UpdateInBatchesAsync<Issue, IssueId>(set => set.SetProperty(i => i.MilestoneId, (long?)null), ct);
        db.Milestones.Remove(milestone);
        return true;
    }
}
