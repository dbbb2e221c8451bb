using FluentValidation;
using Kiket.Application.Behaviors;
using Kiket.Application.Common;
using Kiket.Application.Issues;
using Kiket.Application.Ports;
using Kiket.Domain.Approvals;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Approvals;

/// <summary>Approves or rejects a transition of an issue. For the approvers that the workflow names.</summary>
/// <param name="Approve">True to approve, false to reject.</param>
internal sealed record DecideApprovalCommand(IssueRef Issue, long Id, bool Approve, string? Comment)
    : ICommand<Result<ApprovalDto>>;

internal sealed class DecideApprovalValidator : AbstractValidator<DecideApprovalCommand>
{
    public DecideApprovalValidator() =>
        RuleFor(c => c.Comment).MaximumCharacters(Approval.MaxCommentLength).OverridePropertyName("comment");
}

internal sealed class DecideApprovalHandler(IKiketDb db, ICurrentActor current, TimeProvider time)
    : ICommandHandler<DecideApprovalCommand, Result<ApprovalDto>>
{
    public async Task<Result<ApprovalDto>> Handle(DecideApprovalCommand command, CancellationToken ct)
    {
        // Read access is enough to be an approver: a viewer with an approver's role can approve but change nothing else.
        var (actor, now) = (current.Actor, time.GetUtcNow());
        var found = await db.FindIssueAsync(command.Issue, actor, ProjectAccess.Read, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var (issue, project) = found.Value;
        if (project.Status is ProjectStatus.Archived)
            return ProjectErrors.Archived(project.Key);
        var approval = await db.Approvals.SingleOrDefaultAsync(a => a.IssueId == issue.Id && a.Id == command.Id, ct);
        if (approval is null)
            return ApprovalErrors.NotFound(command.Id);
        if (!approval.MayBeDecidedBy(await db.ReadCandidateAsync(issue, project, actor, ct)))
            return ApprovalErrors.NotAnApprover(approval);

        if (approval.Decide(actor.UserId, command.Approve, command.Comment, now).Error is { } error)
            return error;
        issue.RecordApproval(approval, command.Approve, command.Comment, actor.UserId, now);
        return (await new[] { approval }.ToDtoAsync(db, ct))[0];
    }
}
