using System.Text.Json;
using Kiket.Domain.Common;

namespace Kiket.Domain.Workflows;

/// <summary>What a definition of a workflow keeps to; each fault has its place, such as <c>states[2].wip_limit</c>.</summary>
internal static class DefinitionRules
{
    public static IReadOnlyList<ErrorDetail> FaultsOf(
        string? name,
        StateKey initialState,
        IReadOnlyList<State>? states,
        IReadOnlyList<Transition>? transitions
    )
    {
        List<ErrorDetail> faults = [];
        if (UnicodeText.IsBlank(name) || UnicodeText.Length(name!) > WorkflowDefinition.MaxNameLength)
            faults.Add(new("name", $"The name has 1 to {WorkflowDefinition.MaxNameLength} characters and is not blank."));
        if (states is not { Count: > 0 })
            faults.Add(new("states", "The workflow has no states."));
        else if (states.Count > WorkflowDefinition.MaxStates)
            faults.Add(new("states", $"A workflow can have at most {WorkflowDefinition.MaxStates} states."));
        if (transitions is null)
            faults.Add(new("transitions", "The transitions are a list."));
        else if (transitions.Count > WorkflowDefinition.MaxTransitions)
            faults.Add(new("transitions", $"A workflow can have at most {WorkflowDefinition.MaxTransitions} transitions."));
        if (faults.Count > 0 && faults.Exists(f => f.Field is not "name"))
            return faults;

        HashSet<string> keys = new(StringComparer.OrdinalIgnoreCase);
        faults.AddRange(states!.SelectMany((s, i) => FaultsOf(s, $"states[{i}]", keys)));
        faults.AddRange(transitions!.SelectMany((t, i) => FaultsOf(t, $"transitions[{i}]")));
        if (faults.Count == 0)
            faults.AddRange(FaultsOfWhole(new(name!, null, initialState, states!, transitions!)));
        return faults;
    }

    public static IEnumerable<ErrorDetail> FaultsOf(IReadOnlyList<WorkflowAction>? actions, string place) =>
        FaultsOf(
            actions,
            place,
            (action, at) =>
                [
                    .. Blank(action.Kind, $"{at}.kind", "An action says what to do."),
                    .. Unless(
                        action.Parameters.ValueKind is not JsonValueKind.Undefined,
                        $"{at}.parameters",
                        "The parameters are JSON."
                    ),
                    .. FaultsOf(action.Conditions, $"{at}.conditions"),
                ]
        );

    /// <summary>What is wrong between the parts, as the checks of a workflow find it.</summary>
    private static IEnumerable<ErrorDetail> FaultsOfWhole(WorkflowDefinition workflow) =>
        WorkflowChecks
            .FindErrors(workflow)
            .Select(f => new ErrorDetail(
                f.Transition is { } transition ? $"transitions[{IndexOf(workflow.Transitions, transition)}]"
                    : f.State is { } state ? $"states[{IndexOf(workflow.States, workflow.FindState(state)!)}]"
                    : "initial_state",
                f.Message
            ));

    private static List<ErrorDetail> FaultsOf(State? state, string at, HashSet<string> keys)
    {
        if (state is null)
            return [new(at, "A state is missing.")];
        List<ErrorDetail> faults = [];
        if (!State.IsKey(state.Key.Value))
            faults.Add(
                new($"{at}.key", $"The key of a state has letters, digits, _, - and ., at most {State.MaxKeyLength} of them.")
            );
        else if (!keys.Add(state.Key.Value))
            faults.Add(new($"{at}.key", $"There are two states '{state.Key}'."));
        faults.AddRange(Blank(state.Label, $"{at}.label", "A state has a label."));
        if (!Enum.IsDefined(state.Type))
            faults.Add(new($"{at}.type", $"{(int)state.Type} is not a type of states."));
        if (!Enum.IsDefined(state.Category))
            faults.Add(new($"{at}.category", $"{(int)state.Category} is not a category of states."));
        if (state.WipLimit < 1)
            faults.Add(new($"{at}.wip_limit", "A limit on the issues in a state is 1 or more."));
        faults.AddRange(FaultsOf(state.Sla, $"{at}.sla", (_, _) => []));
        faults.AddRange(FaultsOf(state.Conditions, $"{at}.conditions"));
        faults.AddRange(FaultsOf(state.Approvals, $"{at}.approvals"));
        if (state.Checklist is { } checklist)
            faults.AddRange(FaultsOf(checklist, $"{at}.checklist"));
        faults.AddRange(FaultsOf(state.OnEnter, $"{at}.on_enter"));
        faults.AddRange(FaultsOf(state.OnExit, $"{at}.on_exit"));
        faults.AddRange(FaultsOf(state.OnComplete, $"{at}.on_complete"));
        return faults;
    }

    private static IEnumerable<ErrorDetail> FaultsOf(Transition? transition, string at) =>
        transition is null
            ? [new(at, "A transition is missing.")]
            :
            [
                .. Blank(transition.From.Value, $"{at}.from", "A transition begins at a state."),
                .. Blank(transition.To.Value, $"{at}.to", "A transition ends at a state."),
                .. FaultsOf(transition.Conditions, $"{at}.conditions"),
                .. FaultsOf(transition.Approvals, $"{at}.approvals"),
                .. FaultsOf(
                    transition.RequiresFields,
                    $"{at}.requires_fields",
                    (field, place) => Blank(field, place, "A required field has a name.")
                ),
            ];

    private static IEnumerable<ErrorDetail> FaultsOf(Checklist checklist, string at)
    {
        HashSet<string> ids = new(StringComparer.Ordinal);
        return
        [
            .. Id(checklist.Id, $"{at}.id", "The id of a checklist"),
            .. Blank(checklist.Title, $"{at}.title", "A checklist has a title."),
            .. Unless(Enum.IsDefined(checklist.Mode), $"{at}.mode", "The mode is all or any."),
            .. FaultsOf(
                checklist.Items,
                $"{at}.items",
                (item, place) =>
                    [
                        .. Id(item.Id, $"{place}.id", "The id of an item"),
                        .. Unless(ids.Add(item.Id ?? ""), $"{place}.id", $"There are two items '{item.Id}'."),
                        .. Blank(item.Label, $"{place}.label", "An item has a label."),
                        .. Unless(Enum.IsDefined(item.Check), $"{place}.check", "An item is checked by hand or by itself."),
                    ]
            ),
            .. FaultsOf(checklist.OnComplete, $"{at}.on_complete"),
        ];
    }

    private static IEnumerable<ErrorDetail> FaultsOf(IReadOnlyList<ApprovalRequirement>? approvals, string place) =>
        FaultsOf(
            approvals,
            place,
            (approval, at) =>
                [
                    .. Blank(approval.Key, $"{at}.key", "An approval has a key."),
                    .. Blank(approval.Name, $"{at}.name", "An approval has a name."),
                    .. Unless(
                        approval.Required is >= 1 and <= ApprovalRequirement.MaxRequired,
                        $"{at}.required",
                        $"1 to {ApprovalRequirement.MaxRequired} people have to approve."
                    ),
                    .. Unless(approval.Level >= 0, $"{at}.level", "A level is 0 or more."),
                    .. Unless(
                        !(approval.Timeout <= TimeSpan.Zero || approval.Timeout > SlaPolicy.Longest),
                        $"{at}.timeout",
                        "A timeout is more than zero and at most ten years."
                    ),
                    .. FaultsOf(approval.Conditions, $"{at}.conditions"),
                    .. FaultsOf(
                        approval.Approvers,
                        $"{at}.approvers",
                        (approver, who) => Blank(approver.Identifier, who, "An approver has a name.")
                    ),
                ]
        );

    private static IEnumerable<ErrorDetail> FaultsOf(IReadOnlyList<Condition>? conditions, string place) =>
        FaultsOf(conditions, place, (_, _) => []);

    /// <summary>A list holds no null, and its members keep to their rules.</summary>
    private static IEnumerable<ErrorDetail> FaultsOf<T>(
        IReadOnlyList<T>? list,
        string place,
        Func<T, string, IEnumerable<ErrorDetail>> rules
    )
        where T : class =>
        list is null
            ? [new(place, "It is a list, which may be empty.")]
            : list.SelectMany(
                (member, i) => member is null ? [new($"{place}[{i}]", "It is missing.")] : rules(member, $"{place}[{i}]")
            );

    private static IEnumerable<ErrorDetail> Blank(string? text, string place, string message) =>
        Unless(!UnicodeText.IsBlank(text), place, message);

    private static IEnumerable<ErrorDetail> Id(string? text, string place, string what) =>
        Unless(
            !UnicodeText.IsBlank(text) && UnicodeText.Length(text!) <= Checklist.MaxIdLength,
            place,
            $"{what} has 1 to {Checklist.MaxIdLength} characters."
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
