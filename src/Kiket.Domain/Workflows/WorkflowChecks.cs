using Kiket.Domain.Common;

namespace Kiket.Domain.Workflows;

/// <summary>How bad a finding is.</summary>
internal enum FindingSeverity
{
    /// <summary>Probably not what was meant; the workflow can be used.</summary>
    Warning,

    /// <summary>The workflow cannot work as it is written.</summary>
    Error,
}

/// <summary>A problem of a workflow, found without running it.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Code">Machine code, one of <see cref="WorkflowFindingCodes"/>.</param>
/// <param name="Message">A sentence for people.</param>
/// <param name="State">Key of the state that it concerns, or null.</param>
/// <param name="Transition">The transition that it concerns, or null.</param>
internal sealed record WorkflowFinding(
    FindingSeverity Severity,
    string Code,
    string Message,
    StateKey? State = null,
    Transition? Transition = null
);

/// <summary>The machine codes of <see cref="WorkflowFinding"/>.</summary>
internal static class WorkflowFindingCodes
{
    /// <summary>The initial state is not a state of the workflow.</summary>
    public const string NoInitialState = "NO_INITIAL_STATE";

    /// <summary>Several states are of type initial.</summary>
    public const string SeveralInitialStates = "SEVERAL_INITIAL_STATES";

    /// <summary>No state is of type final.</summary>
    public const string NoFinalState = "NO_FINAL_STATE";

    /// <summary>No way leads to a state.</summary>
    public const string UnreachableState = "UNREACHABLE_STATE";

    /// <summary>A way leads out of a final state.</summary>
    public const string FinalStateLeft = "FINAL_STATE_LEFT";

    /// <summary>No way leads out of a state that is not final.</summary>
    public const string DeadEnd = "DEAD_END";

    /// <summary>A transition begins or ends at no state of the workflow.</summary>
    public const string UnknownState = "UNKNOWN_STATE";

    /// <summary>A second transition between the same states; the engine takes the first.</summary>
    public const string DuplicateTransition = "DUPLICATE_TRANSITION";

    /// <summary>A condition or a transition names a field that no issue of the project has.</summary>
    public const string UnknownField = "UNKNOWN_FIELD";

    /// <summary>A condition names no checklist of the workflow.</summary>
    public const string UnknownChecklist = "UNKNOWN_CHECKLIST";

    /// <summary>An approval asks for a role that nobody holds.</summary>
    public const string UnheldRole = "UNHELD_ROLE";
}

/// <summary>Checks a workflow without running it, before it is published. Pure.</summary>
internal static class WorkflowChecks
{
    private static readonly FieldNames Anything = new(new HashSet<string>(), []);

    /// <summary>Finds the problems of a workflow.</summary>
    /// <param name="workflow">The workflow, as it is written.</param>
    /// <param name="names">The fields that its issues have.</param>
    /// <param name="heldRoles">The roles that somebody holds, or null when that is not known.</param>
    /// <returns>
    /// Every finding: first those about the whole, then those about states, then those about transitions, in the order of the
    /// definition.
    /// </returns>
    public static IReadOnlyList<WorkflowFinding> Find(
        WorkflowDefinition workflow,
        FieldNames names,
        IReadOnlySet<string>? heldRoles
    )
    {
        ArgumentNullException.ThrowIfNull(workflow);
        ArgumentNullException.ThrowIfNull(names);
        return
        [
            .. FindInWhole(workflow),
            .. workflow.States.SelectMany(s => FindInState(s, workflow, names, heldRoles)),
            .. FindUnreachable(workflow),
            .. FindInTransitions(workflow, names, heldRoles),
        ];
    }

    /// <summary>Finds the errors of a workflow, independent of its project.</summary>
    /// <param name="workflow">The workflow, as it is written.</param>
    public static IEnumerable<WorkflowFinding> FindErrors(WorkflowDefinition workflow) =>
        Find(workflow, Anything, null).Where(f => f.Severity is FindingSeverity.Error);

    /// <summary>The fields that conditions name and no issue of a project has.</summary>
    /// <param name="conditions">The conditions.</param>
    /// <param name="names">The fields that its issues have.</param>
    public static IReadOnlyList<string> UnknownFields(IEnumerable<Condition> conditions, FieldNames names)
    {
        ArgumentNullException.ThrowIfNull(conditions);
        ArgumentNullException.ThrowIfNull(names);
        var named = conditions.SelectMany(Flatten).OfType<FieldCondition>().Select(c => c.Field).Distinct();
        return [.. named.Where(f => !names.Contains(f))];
    }

    private static IEnumerable<WorkflowFinding> FindInWhole(WorkflowDefinition workflow)
    {
        if (workflow.FindState(workflow.InitialState) is null)
            yield return NewError(
                WorkflowFindingCodes.NoInitialState,
                $"The initial state '{workflow.InitialState}' is not a state of the workflow."
            );
        foreach (var second in workflow.States.Where(s => s.Type is StateType.Initial).Skip(1))
            yield return NewError(
                WorkflowFindingCodes.SeveralInitialStates,
                $"State '{second.Key}' is also of type initial; a workflow has exactly one initial state.",
                second.Key
            );
        if (!workflow.States.Any(s => s.IsFinal))
            yield return Warning(WorkflowFindingCodes.NoFinalState, "No state is final, so no issue can ever be completed.");
    }

    private static IEnumerable<WorkflowFinding> FindInState(
        State state,
        WorkflowDefinition workflow,
        FieldNames names,
        IReadOnlySet<string>? heldRoles
    )
    {
        if (!state.IsFinal && workflow.From(state.Key).All(t => t.To == state.Key))
            yield return Warning(
                WorkflowFindingCodes.DeadEnd,
                $"State '{state.Key}' is not final but has no outgoing transition.",
                state.Key
            );

        var conditions = state
            .Conditions.Concat(state.Approvals.SelectMany(a => a.Conditions))
            .Concat(state.Sla.Select(p => p.Condition).OfType<Condition>())
            .Concat(state.Checklist?.Items.Select(i => i.Condition).OfType<Condition>() ?? []);
        foreach (var finding in FindInRules(conditions, [], state.Approvals, workflow, names, heldRoles))
            yield return finding with
            {
                State = state.Key,
            };
    }

    /// <summary>
    /// The states that no issue can reach. A trigger needs no transition to it, because work starts there from outside.
    /// </summary>
    private static IEnumerable<WorkflowFinding> FindUnreachable(WorkflowDefinition workflow)
    {
        var ways = workflow.Transitions.ToLookup(t => t.From, t => t.To);
        HashSet<StateKey> reached = [];
        var open = new Stack<StateKey>(
            workflow.States.Where(s => s.Key == workflow.InitialState || s.Type is StateType.Trigger).Select(s => s.Key)
        );
        while (open.TryPop(out var state))
        {
            if (!reached.Add(state))
                continue;
            foreach (var next in ways[state])
                open.Push(next);
        }

        // Without an initial state nothing can be reached, which is reported once.
        return reached.Count == 0
            ? []
            : workflow
                .States.Where(s => !reached.Contains(s.Key))
                .Select(s =>
                    Warning(
                        WorkflowFindingCodes.UnreachableState,
                        $"State '{s.Key}' cannot be reached from '{workflow.InitialState}'.",
                        s.Key
                    )
                );
    }

    private static IEnumerable<WorkflowFinding> FindInTransitions(
        WorkflowDefinition workflow,
        FieldNames names,
        IReadOnlySet<string>? heldRoles
    )
    {
        var keys = workflow.States.Select(s => s.Key).ToHashSet();
        HashSet<(StateKey From, StateKey To)> seen = [];
        foreach (var transition in workflow.Transitions)
        {
            var (from, to) = (transition.From, transition.To);
            foreach (var end in new[] { from, to }.Where(end => !keys.Contains(end)).Distinct())
            {
                yield return NewError(
                    WorkflowFindingCodes.UnknownState,
                    $"The transition from '{from}' to '{to}' refers to state '{end}', which does not exist."
                ) with
                {
                    Transition = transition,
                };
            }

            if (from != to && workflow.FindState(from) is { IsFinal: true })
            {
                yield return Warning(
                    WorkflowFindingCodes.FinalStateLeft,
                    $"State '{from}' is final, but this transition leaves it for '{to}'."
                ) with
                {
                    Transition = transition,
                };
            }

            if (!seen.Add((from, to)))
            {
                yield return Warning(
                    WorkflowFindingCodes.DuplicateTransition,
                    $"There is already a transition from '{from}' to '{to}'; this one can only be selected by name."
                ) with
                {
                    Transition = transition,
                };
            }

            var conditions = transition.Conditions.Concat(transition.Approvals.SelectMany(a => a.Conditions));
            var (fields, approvals) = (transition.RequiresFields, transition.Approvals);
            foreach (var finding in FindInRules(conditions, fields, approvals, workflow, names, heldRoles))
                yield return finding with
                {
                    Transition = transition,
                };
        }
    }

    private static IEnumerable<WorkflowFinding> FindInRules(
        IEnumerable<Condition> conditions,
        IReadOnlyList<string> requiredFields,
        IReadOnlyList<ApprovalRequirement> approvals,
        WorkflowDefinition workflow,
        FieldNames names,
        IReadOnlySet<string>? heldRoles
    )
    {
        var all = conditions.SelectMany(Flatten).ToList();
        foreach (
            var id in all.OfType<ChecklistCondition>()
                .Select(c => c.Checklist)
                .Distinct()
                .Where(id => workflow.FindChecklist(id) is null)
        )
            yield return NewError(
                WorkflowFindingCodes.UnknownChecklist,
                $"A condition refers to checklist '{id}', which no state has."
            );

        // A required field may omit its prefix; a condition may not.
        var fields = all.OfType<FieldCondition>().Select(c => c.Field).Concat(requiredFields.Select(names.WholeNameOf));
        foreach (var field in fields.Distinct().Where(f => !names.Contains(f)))
            yield return Warning(WorkflowFindingCodes.UnknownField, $"Issues of this project have no field '{field}'.");

        var roles = approvals.SelectMany(a => a.Approvers).Where(a => a.Kind is ApproverKind.Role).Select(a => a.Identifier);
        foreach (var role in heldRoles is null ? [] : roles.Distinct().Where(r => !heldRoles.Contains(r)))
            yield return Warning(WorkflowFindingCodes.UnheldRole, $"An approval requires the role '{role}', which nobody holds.");
    }

    private static IEnumerable<Condition> Flatten(Condition condition) =>
        condition switch
        {
            AnyCondition any => any.Conditions.SelectMany(Flatten),
            AllCondition every => every.Conditions.SelectMany(Flatten),
            _ => [condition],
        };

    private static WorkflowFinding NewError(string code, string message, StateKey? state = null) =>
        new(FindingSeverity.Error, code, message, state);

    private static WorkflowFinding Warning(string code, string message, StateKey? state = null) =>
        new(FindingSeverity.Warning, code, message, state);
}
