using System.Text.Json;
using FluentValidation;
using Kiket.Application.Behaviors;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Workflows;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Issues;

/// <summary>Triggers an action of an issue's workflow.</summary>
/// <param name="Action"><c>transition</c> (also for null) moves to a state; any other value is the name of a transition.</param>
/// <param name="To">Key of the target state; a named transition has its own.</param>
/// <param name="Parameters">Further data for subscribers.</param>
internal sealed record TriggerWorkflowCommand(
    IssueRef Issue,
    string? Action,
    string? To,
    string? Comment,
    JsonElement? Parameters
) : ICommand<Result<WorkflowExecution>>
{
    /// <summary>The action that moves to any state.</summary>
    public const string Transition = "transition";
}

/// <param name="Id">Identifies this execution in the response and in the event.</param>
internal sealed record WorkflowExecution(string Id, IssueDto Issue);

internal sealed class TriggerWorkflowValidator : AbstractValidator<TriggerWorkflowCommand>
{
    public TriggerWorkflowValidator()
    {
        RuleFor(c => c.To).MaximumCharacters(Workflow.MaxNameLength).OverridePropertyName("transition.state");
        RuleFor(c => c.Comment).MaximumCharacters(Issue.MaxCommentLength).OverridePropertyName("transition.comment");
    }
}

internal sealed class TriggerWorkflowHandler(
    IKiketDb db,
    IssueLoads issues,
    IUnitOfWork work,
    ICurrentActor current,
    GuardAnswers guards,
    PublicUrl url,
    TimeProvider time
) : ICommandHandler<TriggerWorkflowCommand, Result<WorkflowExecution>>
{
    public async Task<Result<WorkflowExecution>> Handle(TriggerWorkflowCommand command, CancellationToken ct)
    {
        var (actor, now) = (current.Actor, time.GetUtcNow());
        var found = await issues.LoadAsync(db, command.Issue, actor, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var issue = found.Value.Issue;
        guards.EnsureCurrent(issue);
        var target = await db.FindTargetAsync(issue, command, ct);
        if (target.Error is { } unknown)
            return unknown;
        var moved = await db.TransitionAsync(work, guards, issue, target.Value, command.Comment, actor, now, ct, found.Value);
        if (moved.Error is { } error)
            return error;

        var id = $"exec_{Guid.CreateVersion7():N}";
        issue.AnnounceTrigger(command.Action ?? TriggerWorkflowCommand.Transition, id, command.Parameters, actor.UserId, now);
        return new WorkflowExecution(id, await db.AnswerAsync(work, found.Value, url, ct));
    }
}

internal static class WorkflowActions
{
    /// <summary>The state to which an action currently moves an issue.</summary>
    public static async Task<Result<string>> FindTargetAsync(
        this IKiketDb db,
        Issue issue,
        TriggerWorkflowCommand command,
        CancellationToken ct
    )
    {
        if (command.Action is null or TriggerWorkflowCommand.Transition)
        {
            return string.IsNullOrWhiteSpace(command.To)
                ? Error.Validation("to", "The action transition requires to, the target state.")
                : command.To;
        }

        var definition = await db.Workflows.WithSpecification(new WorkflowOf(issue)).Select(w => w.Definition).SingleAsync(ct);
        var ways = definition.From(issue.Status).Where(t => t.Name is not null).ToList();
        if (ways.Find(t => string.Equals(t.Name, command.Action, StringComparison.OrdinalIgnoreCase)) is not { } named)
        {
            var known = string.Join(", ", ways.Select(t => t.Name).Prepend(TriggerWorkflowCommand.Transition));
            return Error.Validation("action", $"State {issue.Status} has no action '{command.Action}'. Possible: {known}.");
        }

        return command.To is { Length: > 0 } to && !string.Equals(to, named.To.Value, StringComparison.OrdinalIgnoreCase)
            ? Error.Validation("to", $"The action '{named.Name}' leads to {named.To}.")
            : named.To.Value;
    }
}
