using System.Text.Json;
using FluentValidation;
using Kiket.Application.Behaviors;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;

namespace Kiket.Application.Issues;

/// <summary>Moves an issue along one transition of its workflow.</summary>
/// <param name="To">Key of the target state, or name of the transition.</param>
/// <param name="ExpectedVersion">The version that the caller has seen; by default any.</param>
/// <param name="Trigger">What an extension has triggered with the move, or null.</param>
public sealed record TransitionIssueCommand(IssueRef Issue, string? To, string? Comment, ExpectedVersion ExpectedVersion, WorkflowTrigger? Trigger = null)
    : ICommand<Result<IssueDto>>;

/// <param name="ExecutionId">Names this execution, in the answer and in the event.</param>
public sealed record WorkflowTrigger(string Action, string ExecutionId, JsonElement? Parameters);

internal sealed class TransitionIssueValidator : AbstractValidator<TransitionIssueCommand>
{
    public TransitionIssueValidator()
    {
        RuleFor(c => c.To).NotEmpty().MaximumCharacters(Workflow.MaxNameLength).OverridePropertyName("transition.state");
        RuleFor(c => c.Comment).MaximumCharacters(Issue.MaxCommentLength).OverridePropertyName("transition.comment");
    }
}

internal sealed class TransitionIssueHandler(IKiketDb db, IUnitOfWork work, ICurrentActor current, GuardAnswers guards, PublicUrl url, TimeProvider time)
    : ICommandHandler<TransitionIssueCommand, Result<IssueDto>>
{
    public async Task<Result<IssueDto>> Handle(TransitionIssueCommand command, CancellationToken ct)
    {
        var found = await db.FindIssueAsync(command.Issue, current.Actor, ProjectAccess.Write, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var issue = found.Value.Issue;
        if (!command.ExpectedVersion.Allows(issue.Version))
            return Error.Stale(issue.Version);

        var now = time.GetUtcNow();
        if (await guards.FindRefusalAsync(issue, now, ct) is { } denial)
            return denial;
        var (moved, pending) = await db.MoveAsync(issue, command.To!, command.Comment, current.Actor, now, ct);
        if (pending is not null)
            work.KeepOnRefusal(() => db.AskForApprovalsAsync(issue.Id, pending, current.Actor, now, ct));
        if (moved.Error is { } refusal)
            return refusal;

        if (command.Trigger is { } trigger)
            issue.AnnounceTrigger(trigger.Action, trigger.ExecutionId, trigger.Parameters, current.Actor.UserId, now);
        await work.FlushAsync(ct);
        return await db.ReadIssueAsync(issue.Id, url, ct);
    }
}
