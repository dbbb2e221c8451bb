using System.Text.Json;
using Kiket.Domain.Common;

namespace Kiket.Domain.Workflows;

/// <summary>The rules of a workflow definition. Each error names its place, such as <c>states[2].wip_limit</c>.</summary>
internal static class DefinitionRules
{
    public static IReadOnlyList<ErrorDetail> Validate(
        string? name,
        StateKey initialState,
        IReadOnlyList<State>? states,
        IReadOnlyList<Transition>? transitions
    )
    {
        List<ErrorDetail> errors = [];
        if (UnicodeText.IsBlank(name) || UnicodeText.Length(name!) > WorkflowDefinition.MaxNameLength)
            errors.Add(new("name", $"The name must have 1 to {WorkflowDefinition.MaxNameLength} characters."));
        if (states is not { Count: > 0 })
            errors.Add(new("states", "A workflow must have at least one state."));
        else if (states.Count > WorkflowDefinition.MaxStates)
            errors.Add(new("states", $"A workflow can have at most {WorkflowDefinition.MaxStates} states."));
        if (transitions is null)
            errors.Add(new("transitions", "The transitions must be a list, which may be empty."));
        else if (transitions.Count > WorkflowDefinition.MaxTransitions)
            errors.Add(new("transitions", $"A workflow can have at most {WorkflowDefinition.MaxTransitions} transitions."));
        if (errors.Count > 0 && errors.Exists(e => e.Field is not "name"))
            return errors;

        HashSet<string> keys = new(StringComparer.OrdinalIgnoreCase);
        HashSet<string> checklists = new(StringComparer.Ordinal);
        errors.AddRange(states!.SelectMany((s, i) => Validate(s, $"states[{i}]", keys, checklists)));
        errors.AddRange(transitions!.SelectMany((t, i) => Validate(t, $"transitions[{i}]")));
        if (errors.Count == 0)
            errors.AddRange(ValidateWhole(new(name!, null, initialState, states!, transitions!)));
        return errors;
    }

    public static IEnumerable<ErrorDetail> Validate(IReadOnlyList<WorkflowAction>? actions, string place) =>
        Validate(
            actions,
            place,
            (action, at) =>
                [
                    .. Blank(action.Kind, $"{at}.kind", "An action must say what to do."),
                    .. Unless(
                        action.Parameters.ValueKind is not JsonValueKind.Undefined,
                        $"{at}.parameters",
                        "The parameters of an action must be JSON."
                    ),
                    .. Validate(action.Conditions, $"{at}.conditions"),
                ]
        );

    /// <summary>Errors between the parts: what <see cref="WorkflowChecks"/> finds, and approvals with the same key.</summary>
    private static List<ErrorDetail> ValidateWhole(WorkflowDefinition workflow)
    {
        List<ErrorDetail> errors =
        [
            .. WorkflowChecks
                .FindErrors(workflow)
                .Select(f => new ErrorDetail(
                    f.Transition is { } transition ? $"transitions[{IndexOf(workflow.Transitions, transition)}]"
                        : f.State is { } state ? $"states[{IndexOf(workflow.States, workflow.FindState(state)!)}]"
                        : "initial_state",
                    f.Message
                )),
        ];
        return errors.Count > 0 ? errors : [.. workflow.Transitions.SelectMany((t, i) => Repeated(workflow, t, i))];
    }

    private static IEnumerable<ErrorDetail> Repeated(WorkflowDefinition workflow, Transition transition, int index) =>
        workflow
            .ApprovalsOf(transition)
            .GroupBy(a => a.Key)
            .Where(g => g.Skip(1).Any())
            .Select(g => new ErrorDetail(
                $"transitions[{index}].approvals",
                $"The move from '{transition.From}' to '{transition.To}' has two approvals with the key '{g.Key}'."
            ));

    private static List<ErrorDetail> Validate(State? state, string at, HashSet<string> keys, HashSet<string> checklists)
    {
        if (state is null)
            return [new(at, "The state is missing.")];
        List<ErrorDetail> errors = [];
        if (!State.IsKey(state.Key.Value))
            errors.Add(
                new(
                    $"{at}.key",
                    $"The key of a state must have 1 to {State.MaxKeyLength} letters, digits, _, - and ., "
                        + "and must not start with - or ."
                )
            );
        else if (!keys.Add(state.Key.Value))
            errors.Add(new($"{at}.key", $"The state '{state.Key}' is listed twice."));
        errors.AddRange(Blank(state.Label, $"{at}.label", "A state must have a label."));
        if (!Enum.IsDefined(state.Type))
            errors.Add(new($"{at}.type", $"{(int)state.Type} is not a valid state type."));
        if (!Enum.IsDefined(state.Category))
            errors.Add(new($"{at}.category", $"{(int)state.Category} is not a valid state category."));
        if (state.WipLimit < 1)
            errors.Add(new($"{at}.wip_limit", "The limit on the issues in a state must be 1 or more."));
        errors.AddRange(Validate(state.Sla, $"{at}.sla", (_, _) => []));
        errors.AddRange(Validate(state.Conditions, $"{at}.conditions"));
        errors.AddRange(Validate(state.Approvals, $"{at}.approvals"));
        if (state.Checklist is { } checklist)
        {
            errors.AddRange(Validate(checklist, $"{at}.checklist"));
            if (!checklists.Add(checklist.Id ?? ""))
                errors.Add(new($"{at}.checklist.id", $"The checklist '{checklist.Id}' is listed twice."));
        }

        errors.AddRange(Validate(state.OnEnter, $"{at}.on_enter"));
        errors.AddRange(Validate(state.OnExit, $"{at}.on_exit"));
        errors.AddRange(Validate(state.OnComplete, $"{at}.on_complete"));
        return errors;
    }

    private static IEnumerable<ErrorDetail> Validate(Transition? transition, string at) =>
        transition is null
            ? [new(at, "The transition is missing.")]
            :
            [
                .. Blank(transition.From.Value, $"{at}.from", "A transition must start at a state."),
                .. Blank(transition.To.Value, $"{at}.to", "A transition must end at a state."),
                .. Validate(transition.Conditions, $"{at}.conditions"),
                .. Validate(transition.Approvals, $"{at}.approvals"),
                .. Validate(
                    transition.RequiresFields,
                    $"{at}.requires_fields",
                    (field, place) => Blank(field, place, "A required field must have a name.")
                ),
            ];

    private static IEnumerable<ErrorDetail> Validate(Checklist checklist, string at)
    {
        HashSet<string> ids = new(StringComparer.Ordinal);
        return
        [
            .. Id(checklist.Id, $"{at}.id", "The id of a checklist"),
            .. Blank(checklist.Title, $"{at}.title", "A checklist must have a title."),
            .. Unless(Enum.IsDefined(checklist.Mode), $"{at}.mode", "The mode must be all or any."),
            .. Validate(
                checklist.Items,
                $"{at}.items",
                (item, place) =>
                    [
                        .. Id(item.Id, $"{place}.id", "The id of an item"),
                        .. Unless(ids.Add(item.Id ?? ""), $"{place}.id", $"The item '{item.Id}' is listed twice."),
                        .. Blank(item.Label, $"{place}.label", "An item must have a label."),
                        .. Unless(Enum.IsDefined(item.Check), $"{place}.check", "The check of an item must be manual or auto."),
                    ]
            ),
            .. Validate(checklist.OnComplete, $"{at}.on_complete"),
        ];
    }

    public static IEnumerable<ErrorDetail> Validate(IReadOnlyList<ApprovalRequirement>? approvals, string place) =>
        Validate(
            approvals,
            place,
            (approval, at) =>
                [
                    .. Blank(approval.Key, $"{at}.key", "An approval must have a key."),
                    .. Blank(approval.Name, $"{at}.name", "An approval must have a name."),
                    .. Unless(
                        approval.Required is >= 1 and <= ApprovalRequirement.MaxRequired,
                        $"{at}.required",
                        $"The number of people who must approve must be 1 to {ApprovalRequirement.MaxRequired}."
                    ),
                    .. Unless(approval.Level >= 0, $"{at}.level", "A level must be 0 or more."),
                    .. Unless(
                        !(approval.Timeout <= TimeSpan.Zero || approval.Timeout > SlaPolicy.Longest),
                        $"{at}.timeout",
                        "A timeout must be more than zero and at most ten years."
                    ),
                    .. Validate(approval.Conditions, $"{at}.conditions"),
                    .. Validate(
                        approval.Approvers,
                        $"{at}.approvers",
                        (approver, who) =>
                            [
                                .. Unless(Enum.IsDefined(approver.Kind), who, "An approver must be a role, a user or a part."),
                                .. Blank(approver.Identifier, who, "An approver must have a name."),
                            ]
                    ),
                ]
        );

    private static IEnumerable<ErrorDetail> Validate(IReadOnlyList<Condition>? conditions, string place) =>
        Validate(conditions, place, (_, _) => []);

    /// <summary>Validates a list without null and each of its members.</summary>
    private static IEnumerable<ErrorDetail> Validate<T>(
        IReadOnlyList<T>? list,
        string place,
        Func<T, string, IEnumerable<ErrorDetail>> rules
    )
        where T : class =>
        list is null
            ? [new(place, "This must be a list, which may be empty.")]
            : list.SelectMany(
                (member, i) => member is null ? [new($"{place}[{i}]", "This item is missing.")] : rules(member, $"{place}[{i}]")
            );

    private static IEnumerable<ErrorDetail> Blank(string? text, string place, string message) =>
        Unless(!UnicodeText.IsBlank(text), place, message);

    private static IEnumerable<ErrorDetail> Id(string? text, string place, string what) =>
        Unless(
            !UnicodeText.IsBlank(text) && UnicodeText.Length(text!) <= Checklist.MaxIdLength,
            place,
            $"{what} must have 1 to {Checklist.MaxIdLength} characters."
        );

    private static IEnumerable<ErrorDetail> Unless(bool isRight, string place, string message) =>
        isRight ? [] : [new(place, message)];

    private static int IndexOf<T>(IReadOnlyList<T> list, T member)
        where T : class
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (ReferenceEquals(list[i], member))
                return i;
        }

        return -1;
    }
}
