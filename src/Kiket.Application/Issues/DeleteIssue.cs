using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Issues;

/// <summary>
/// Deletes an issue; the issues right below it become roots. For project leads and administrators (decisions, 12).
/// </summary>
/// <param name="ExpectedVersion">The version that the caller has seen; by default any.</param>
internal sealed record DeleteIssueCommand(IssueRef Issue, ExpectedVersion ExpectedVersion) : ICommand<Result<bool>>;

internal sealed class DeleteIssueHandler(IKiketDb db, ICurrentActor current, TimeProvider time)
    : ICommandHandler<DeleteIssueCommand, Result<bool>>
{
    public async Task<Result<bool>> Handle(DeleteIssueCommand command, CancellationToken ct)
    {
        var (actor, now) = (current.Actor.UserId, time.GetUtcNow());
        var found = await db.FindIssueAsync(command.Issue, current.Actor, ProjectAccess.Lead, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var (issue, project) = found.Value;
        if (!command.ExpectedVersion.Allows(issue.Version))
            return Error.Stale(issue.Version);

        await db.LockProjectAsync(project.Id, ct);
        foreach (var child in await db.Issues.Where(i => i.ParentId == issue.Id).ToListAsync(ct))
        {
            var (path, depth) = (child.DescendantPath, child.HierarchyDepth);
            child.MoveUnder(null, project.Schema, 0, actor, now);
            await db.MoveDescendantsAsync(path, child.DescendantPath, child.Id, -depth, project.Id, now, ct);
        }

        issue.Delete(actor, now);
        return true;
    }
}
