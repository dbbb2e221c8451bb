using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Approvals;
using Kiket.Domain.Common;
using Kiket.Domain.Notifications;
using Kiket.Domain.Projects;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Approvals;

/// <summary>
/// Lets the managers of the project decide on an overdue approval, and notifies them. For the job that finds it.
/// </summary>
internal sealed record EscalateApprovalCommand(long Id) : ICommand<Result<bool>>;

internal sealed class EscalateApprovalHandler(IKiketDb db, ICurrentActor current, TimeProvider time)
    : ICommandHandler<EscalateApprovalCommand, Result<bool>>
{
    /// <returns>Whether it was due; false when somebody has decided or another worker was faster.</returns>
    public async Task<Result<bool>> Handle(EscalateApprovalCommand command, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var approval = await db.Approvals.SingleOrDefaultAsync(a => a.Id == command.Id, ct);
        if (approval is null || await db.Issues.SingleOrDefaultAsync(i => i.Id == approval.IssueId, ct) is not { } issue)
            return ApprovalErrors.NotFound(command.Id);
        var project = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == issue.ProjectId, ct);
        if (project.Status is ProjectStatus.Archived)
            return ProjectErrors.Archived(project.Key);
        if (!approval.Escalate(now))
            return false;

        issue.RecordEscalation(approval, current.Actor.UserId, now);
        var message =
            $"{issue.Key}: nobody has decided on {approval.Requirement.Name} in time. You can now decide whether "
            + $"the issue may move from '{approval.From}' to '{approval.To}'.";
        foreach (var user in await db.FindHoldersAsync(project, RoleNames.Manager, ct))
            db.Notifications.Add(Notification.About(issue, user, message, NotificationLevel.Warning, now));
        return true;
    }
}
