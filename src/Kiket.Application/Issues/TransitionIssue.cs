using FluentValidation;
using Kiket.Application.Abstractions;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Issues;

/// <summary>Moves an issue along one transition of its workflow.</summary>
/// <param name="To">Key of the target state, or name of the transition.</param>
/// <param name="ExpectedVersion">The version that the caller has seen, or null to move whatever is there.</param>
public sealed record TransitionIssueCommand(IssueRef Issue, string? To, string? Comment, int? ExpectedVersion) : ICommand<Result<IssueDto>>;

internal sealed class TransitionIssueValidator : AbstractValidator<TransitionIssueCommand>
{
    public TransitionIssueValidator()
    {
        RuleFor(c => c.To).NotEmpty().MaximumLength(Workflow.MaxNameLength).OverridePropertyName("transition.state");
        RuleFor(c => c.Comment).MaximumLength(Issue.MaxCommentLength).OverridePropertyName("transition.comment");
    }
}

internal sealed class TransitionIssueHandler(IKiketDb db, ICurrentActor current, PublicUrl url, TimeProvider time)
    : ICommandHandler<TransitionIssueCommand, Result<IssueDto>>
{
    public Task<Result<IssueDto>> Handle(TransitionIssueCommand command, CancellationToken ct) =>
        db.InTransactionAsync<IssueDto>(() => TransitionAsync(command, ct), ct);

    private async Task<Result<IssueDto>> TransitionAsync(TransitionIssueCommand command, CancellationToken ct)
    {
        var found = await db.FindIssueAsync(command.Issue, current.Actor, ProjectAccess.Write, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var issue = found.Value.Issue;
        if (command.ExpectedVersion is { } expected && expected != issue.Version)
            return Error.Stale(issue.Version);

        var workflow = await db.Workflows.AsNoTracking().SingleAsync(w => w.Id == issue.WorkflowId, ct);
        var moved = issue.TransitionTo(command.To!, workflow, command.Comment, current.Actor.UserId, time.GetUtcNow());
        if (moved.Error is { } refusal)
            return refusal;

        await db.SaveChangesAsync(ct);
        return await db.ReadIssueAsync(issue.Id, url, ct);
    }
}
