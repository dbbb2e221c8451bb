using Kiket.Domain.Common;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Issues;

/// <summary>The refusals about issues.</summary>
internal static class IssueErrors
{
    /// <summary><c>ISSUE_NOT_FOUND</c>: no such issue that the actor can see.</summary>
    /// <param name="issue">The requested one.</param>
    public static Error NotFound(IssueRef issue) => new(ErrorKind.NotFound, "ISSUE_NOT_FOUND", $"There is no issue {issue}.");

    /// <summary><c>VALIDATION_ERROR</c>: the project has no such type.</summary>
    /// <param name="type">The requested one.</param>
    /// <param name="known">The project's types.</param>
    public static Error UnknownType(string? type, IEnumerable<TypeKey> known) =>
        Error.Validation(
            "issue.issue_type",
            $"There is no issue type '{type}' in this project. Known: {string.Join(", ", known)}."
        );

    /// <summary><c>VALIDATION_ERROR</c>: the project has no such template.</summary>
    /// <param name="template">The requested one.</param>
    /// <param name="known">The keys of the project's templates.</param>
    public static Error UnknownTemplate(string template, IEnumerable<string> known)
    {
        var names = string.Join(", ", known);
        return Error.Validation(
            "issue.template",
            $"There is no template '{template}' in this project. {(names.Length == 0 ? "It has none" : $"Known: {names}")}."
        );
    }

    /// <summary><c>VALIDATION_ERROR</c>: the workflow has no such state.</summary>
    /// <param name="state">The requested one.</param>
    /// <param name="workflow">The workflow.</param>
    public static Error UnknownState(StateKey state, Workflow workflow)
    {
        ArgumentNullException.ThrowIfNull(workflow);
        var known = string.Join(", ", workflow.Definition.States.Select(s => s.Key));
        return Error.Validation("issue.status", $"Workflow {workflow.Key} has no state '{state}'. Known: {known}.");
    }

    /// <summary>
    /// <c>FORBIDDEN</c>: only who may import opens issues in another state than the initial one (decisions, 9).
    /// </summary>
    /// <param name="state">The state asked for.</param>
    public static Error NotInitial(StateKey state) =>
        Error.Forbidden($"Only a lead of the project can open an issue in state '{state}', which is not the initial state.");

    /// <summary><c>WORKFLOW_TRANSITION_GUARD_FAILED</c>: the state holds as many issues of the project as it may.</summary>
    /// <param name="state">The state.</param>
    public static Error StateIsFull(State state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var message = $"{state.Label} can hold at most {state.WipLimit} issues.";
        return new(ErrorKind.Invalid, ErrorCodes.WorkflowTransitionGuardFailed, message)
        {
            Details = [new("issue.status", message)],
        };
    }

    /// <summary>The field that names the assignee.</summary>
    public const string AssigneeField = "issue.assignee_id";

    /// <summary><c>VALIDATION_ERROR</c>: the parent is not an issue that the actor can see.</summary>
    /// <param name="issue">What was named.</param>
    public static Error UnknownParent(IssueId issue) => Error.Validation("issue.parent_id", $"There is no issue {issue}.");

    /// <summary><c>VALIDATION_ERROR</c>: the milestone is not one of the project's.</summary>
    /// <param name="milestone">What was named.</param>
    public static Error UnknownMilestone(long milestone) =>
        Error.Validation("issue.milestone_id", $"There is no milestone {milestone} in this project.");

    /// <summary>
    /// <c>WORKFLOW_TRANSITION_GUARD_FAILED</c>: the workflow declares no such transition from the issue's state.
    /// </summary>
    /// <param name="key">The issue's key.</param>
    /// <param name="from">The state it is in.</param>
    /// <param name="target">The requested one.</param>
    /// <param name="workflow">The workflow it follows.</param>
    public static Error TransitionNotDeclared(string key, StateKey from, string target, Workflow workflow)
    {
        ArgumentNullException.ThrowIfNull(workflow);
        var ways = string.Join(", ", workflow.Definition.From(from).Select(t => t.To));
        var message =
            $"{key} cannot move from '{from}' to '{target}'. "
            + (ways.Length == 0 ? $"No transition leaves '{from}'." : $"Possible: {ways}.");
        return new(ErrorKind.Invalid, ErrorCodes.WorkflowTransitionGuardFailed, message) { Details = [new("state", message)] };
    }

    /// <summary>
    /// <c>WORKFLOW_TRANSITION_GUARD_FAILED</c>: the workflow or a guard does not allow the move now; pending when only
    /// approvals are missing.
    /// </summary>
    /// <param name="key">The issue's key.</param>
    /// <param name="decision">The refused move.</param>
    public static Error MoveNotAllowed(string key, MoveDecision decision)
    {
        ArgumentNullException.ThrowIfNull(decision);
        var reasons = string.Join(" ", decision.Reasons.Select(r => r.Message));
        return new(
            ErrorKind.Invalid,
            ErrorCodes.WorkflowTransitionGuardFailed,
            $"{key} cannot move from '{decision.Transition.From}' to '{decision.Transition.To}' now. {reasons}"
        )
        {
            Details =
            [
                .. decision.Reasons.Select(r => new ErrorDetail(r.Field ?? "state", r.Message)),
                .. decision.Verdicts.Select(v => new ErrorDetail($"guards.{v.Extension}", v.Summary)),
            ],
            IsPending = decision.Reasons.All(r => r.Code is MoveReason.ApprovalRequired or MoveReason.ApprovalRejected),
        };
    }
}
