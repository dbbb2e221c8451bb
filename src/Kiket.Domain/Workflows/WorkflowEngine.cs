using Kiket.Domain.Common;
using Kiket.Domain.Guards;

namespace Kiket.Domain.Workflows;

/// <summary>Why a transition is not allowed.</summary>
/// <param name="Code">Machine code, one of the constants here.</param>
/// <param name="Message">A sentence for people.</param>
/// <param name="Field">The field that it concerns, or null.</param>
public sealed record MoveReason(string Code, string Message, string? Field = null)
{
    /// <summary>A condition of the transition or of the target state does not hold.</summary>
    public const string ConditionNotMet = "CONDITION_NOT_MET";

    /// <summary>No transition leads from the issue's state to the one asked for.</summary>
    public const string NotDeclared = "TRANSITION_NOT_DECLARED";

    /// <summary>A field that the transition needs is empty.</summary>
    public const string RequiredField = "REQUIRED_FIELD_MISSING";

    /// <summary>The transition needs a comment.</summary>
    public const string CommentRequired = "COMMENT_REQUIRED";

    /// <summary>A checklist is not complete.</summary>
    public const string ChecklistIncomplete = "CHECKLIST_INCOMPLETE";

    /// <summary>The target state holds as many issues as it may.</summary>
    public const string WipLimit = "WIP_LIMIT_EXCEEDED";

    /// <summary>An approval is missing.</summary>
    public const string ApprovalRequired = "APPROVAL_REQUIRED";

    /// <summary>An approver has refused.</summary>
    public const string ApprovalRejected = "APPROVAL_REJECTED";

    /// <summary>A guard denies the move.</summary>
    public const string GuardDenied = "GUARD_DENIED";
}

/// <summary>The engine's decision about a transition.</summary>
/// <param name="Transition">The transition.</param>
/// <param name="Reasons">Every reason why it is not allowed; empty when it is.</param>
/// <param name="MissingApprovals">The approvals that are still to be given, of the level that is due.</param>
public sealed record MoveDecision(
    Transition Transition,
    IReadOnlyList<MoveReason> Reasons,
    IReadOnlyList<ApprovalRequirement> MissingApprovals
)
{
    /// <summary>The guards' verdicts on the move; a given approval turns "pending" into "allow".</summary>
    internal IReadOnlyList<GuardVerdict> Verdicts { get; init; } = [];

    /// <summary>Whether the issue may take the transition now.</summary>
    public bool IsAllowed => Reasons.Count == 0;
}

/// <summary>An item of a checklist and whether it is done.</summary>
/// <param name="Item">The item.</param>
/// <param name="IsDone">Whether it is done.</param>
public sealed record ChecklistItemState(ChecklistItem Item, bool IsDone);

/// <summary>Decides which moves an issue may make. Pure: it reads what it is given and changes nothing.</summary>
public static class WorkflowEngine
{
    /// <summary>Decides about every transition that leaves the issue's state.</summary>
    /// <param name="workflow">The workflow version that the issue follows.</param>
    /// <param name="context">All that the decisions depend on.</param>
    /// <returns>One decision per transition, in the order of the definition; none for a state without transitions.</returns>
    public static IReadOnlyList<MoveDecision> Decide(WorkflowDefinition workflow, MoveContext context)
    {
        ArgumentNullException.ThrowIfNull(workflow);
        ArgumentNullException.ThrowIfNull(context);
        return [.. workflow.From(context.Issue.Status).Select(t => DecideOwn(workflow, t, context))];
    }

    /// <summary>Decides about one transition.</summary>
    /// <param name="workflow">The workflow version that the issue follows.</param>
    /// <param name="transition">One of its transitions.</param>
    /// <param name="context">All that the decision depends on.</param>
    /// <exception cref="ArgumentException">The transition is not one of the workflow's.</exception>
    public static MoveDecision Decide(WorkflowDefinition workflow, Transition transition, MoveContext context)
    {
        ArgumentNullException.ThrowIfNull(workflow);
        ArgumentNullException.ThrowIfNull(context);
        return DecideOwn(workflow, workflow.Own(transition), context);
    }

    /// <summary>The decision about a transition that is known to be the workflow's own.</summary>
    internal static MoveDecision DecideOwn(WorkflowDefinition workflow, Transition transition, MoveContext context)
    {
        List<MoveReason> reasons = [];
        var target = workflow.FindState(transition.To)!;
        foreach (var condition in transition.Conditions)
            AddUnlessMet(condition, workflow, context, reasons);
        foreach (var condition in target.Conditions)
            AddUnlessMet(condition, workflow, context, reasons);
        foreach (var field in transition.RequiresFields.Where(f => context.Issue[context.Issue.WholeNameOf(f)].IsMissing))
            reasons.Add(new(MoveReason.RequiredField, $"{field} is required.", field));
        if (transition.CommentRequired && context.IsAttempt && UnicodeText.IsBlank(context.Comment))
            reasons.Add(new(MoveReason.CommentRequired, "The transition requires a comment.", "comment"));
        if (target.WipLimit is { } limit && context.IssuesInState.GetValueOrDefault(target.Key) >= limit)
            reasons.Add(new(MoveReason.WipLimit, $"{target.Label} can hold at most {limit} issues.", "state"));

        var missing = DecideApprovals(workflow, transition, context, reasons);
        var verdicts = context.Verdicts.Select(v => Counted(v, transition, context)).ToList();
        if (reasons.Count == 0)
            missing = DecideGuards(verdicts, reasons);
        return new(transition, reasons, missing) { Verdicts = verdicts };
    }

    /// <summary>Whether a condition holds.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="workflow">The workflow whose checklists it may name.</param>
    /// <param name="context">What it looks at.</param>
    public static bool IsMet(Condition condition, WorkflowDefinition workflow, MoveContext context)
    {
        ArgumentNullException.ThrowIfNull(workflow);
        ArgumentNullException.ThrowIfNull(context);
        return condition switch
        {
            FieldCondition field => IsMet(field, context.Issue),
            ChecklistCondition { Checklist: var id, Complete: var complete } => (
                workflow.FindChecklist(id) is { } checklist && IsComplete(checklist, workflow, context)
            ) == complete,
            AnyCondition any => any.Conditions.Any(c => IsMet(c, workflow, context)),
            AllCondition all => all.Conditions.All(c => IsMet(c, workflow, context)),
            _ => throw new ArgumentOutOfRangeException(nameof(condition), condition, null),
        };
    }

    /// <summary>Whether a field compares as a condition says.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="issue">The issue.</param>
    internal static bool IsMet(FieldCondition condition, IssueFacts issue)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentNullException.ThrowIfNull(issue);
        var actual = issue[condition.Field];
        var expected = condition.Value is { } value ? FieldValue.Of(value) : FieldValue.Missing;
        return condition.Operator switch
        {
            ConditionOperator.Equal => actual.Matches(expected),
            ConditionOperator.NotEqual => !actual.Matches(expected),
            ConditionOperator.LessThan => actual.CompareTo(expected) < 0,
            ConditionOperator.LessOrEqual => actual.CompareTo(expected) <= 0,
            ConditionOperator.GreaterThan => actual.CompareTo(expected) > 0,
            ConditionOperator.GreaterOrEqual => actual.CompareTo(expected) >= 0,
            ConditionOperator.In => actual.IsIn(expected),
            ConditionOperator.NotIn => !actual.IsIn(expected),
            ConditionOperator.Contains => actual.Contains(expected),
            ConditionOperator.NotContains => !actual.Contains(expected),
            ConditionOperator.IsPresent => !actual.IsMissing,
            ConditionOperator.IsEmpty => actual.IsMissing,
            _ => throw new ArgumentOutOfRangeException(nameof(condition), condition.Operator, null),
        };
    }

    /// <summary>Each item of a checklist and whether it is done.</summary>
    /// <param name="checklist">The checklist.</param>
    /// <param name="workflow">Its workflow.</param>
    /// <param name="context">What automatic items look at, and what people have checked.</param>
    public static IEnumerable<ChecklistItemState> ItemsOf(Checklist checklist, WorkflowDefinition workflow, MoveContext context)
    {
        ArgumentNullException.ThrowIfNull(checklist);
        ArgumentNullException.ThrowIfNull(workflow);
        ArgumentNullException.ThrowIfNull(context);
        return checklist.Items.Select(item => new ChecklistItemState(
            item,
            item.Check is ChecklistCheck.Manual
                ? context.CheckedItems.Contains($"{checklist.Id}/{item.Id}")
                : item.Condition is { } condition && IsMet(condition, workflow, context)
        ));
    }

    /// <summary>Whether a checklist is complete.</summary>
    /// <param name="checklist">The checklist.</param>
    /// <param name="workflow">Its workflow.</param>
    /// <param name="context">What automatic items look at, and what people have checked.</param>
    public static bool IsComplete(Checklist checklist, WorkflowDefinition workflow, MoveContext context)
    {
        ArgumentNullException.ThrowIfNull(checklist);
        var items = ItemsOf(checklist, workflow, context);
        return checklist.Mode is ChecklistMode.Any ? items.Any(i => i.IsDone) : items.All(i => i.IsDone || !i.Item.Required);
    }

    private static List<ApprovalRequirement> DecideApprovals(
        WorkflowDefinition workflow,
        Transition transition,
        MoveContext context,
        List<MoveReason> reasons
    )
    {
        var needed = workflow.ApprovalsOf(transition).Where(r => r.Conditions.All(c => IsMet(c, workflow, context))).ToList();
        if (needed.Count == 0)
            return needed;

        var (votes, requester) = VotesOn(transition, context);
        foreach (var level in needed.GroupBy(r => r.Level).OrderBy(g => g.Key))
        {
            var open = level.Where(r => !IsApproved(r, votes, requester)).ToList();
            foreach (var group in level.Where(r => r.AnyOfGroup).GroupBy(r => r.Group))
            {
                if (group.Any(r => !open.Contains(r)))
                    open.RemoveAll(r => r.AnyOfGroup && r.Group == group.Key);
            }

            if (open.Count == 0)
                continue;
            foreach (var requirement in open)
            {
                reasons.Add(
                    votes.Any(v => v.Requirement == requirement.Key && !v.Approved)
                        ? new(MoveReason.ApprovalRejected, $"{requirement.Name} was rejected.", "state")
                        : new(MoveReason.ApprovalRequired, $"{requirement.Name} is missing.", "state")
                );
            }

            return open;
        }

        return [];
    }

    /// <summary>A denial beats a pending verdict; approvals are asked for only when nobody denies.</summary>
    private static List<ApprovalRequirement> DecideGuards(List<GuardVerdict> verdicts, List<MoveReason> reasons)
    {
        foreach (var verdict in verdicts.Where(v => v.Decision is not GuardDecision.Allow).OrderByDescending(v => v.Decision))
        {
            var code = verdict.Decision is GuardDecision.Deny ? MoveReason.GuardDenied : MoveReason.ApprovalRequired;
            reasons.Add(new(code, verdict.Sentence, "state"));
        }

        return reasons.Exists(r => r.Code is MoveReason.GuardDenied)
            ? []
            : [.. verdicts.Where(v => v.Decision is GuardDecision.Pending).Select(ApprovalRequirement.Of)];
    }

    private static GuardVerdict Counted(GuardVerdict verdict, Transition transition, MoveContext context)
    {
        if (verdict.Decision is not GuardDecision.Pending)
            return verdict;
        var (votes, requester) = VotesOn(transition, context);
        return IsApproved(ApprovalRequirement.Of(verdict), votes, requester)
            ? verdict with
            {
                Decision = GuardDecision.Allow,
                Message = "It was approved.",
            }
            : verdict;
    }

    private static (IReadOnlyList<ApprovalVote> Votes, UserId? Requester) VotesOn(Transition transition, MoveContext context) =>
        (
            context.Votes.GetValueOrDefault(transition.To) ?? [],
            context.Requesters.TryGetValue(transition.To, out var user) ? user : null
        );

    private static bool IsApproved(ApprovalRequirement requirement, IReadOnlyList<ApprovalVote> votes, UserId? requester)
    {
        var own = votes.Where(v => v.Requirement == requirement.Key).ToList();
        return own.TrueForAll(v => v.Approved)
            && own.Exists(v => v.UserId != requester)
            && own.Select(v => v.UserId).Distinct().Count() >= requirement.Required;
    }

    private static void AddUnlessMet(
        Condition condition,
        WorkflowDefinition workflow,
        MoveContext context,
        List<MoveReason> reasons
    )
    {
        if (IsMet(condition, workflow, context))
            return;
        reasons.Add(
            condition switch
            {
                ChecklistCondition checklist => new(
                    MoveReason.ChecklistIncomplete,
                    $"{workflow.FindChecklist(checklist.Checklist)?.Title ?? checklist.Checklist} is "
                        + $"{(checklist.Complete ? "not complete" : "already complete")}.",
                    $"checklist.{checklist.Checklist}"
                ),
                FieldCondition field => new(MoveReason.ConditionNotMet, $"The condition '{field}' is not met.", field.Field),
                _ => new(MoveReason.ConditionNotMet, "None of the alternatives of a condition is met."),
            }
        );
    }
}
