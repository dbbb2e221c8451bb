using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kiket.Domain.Common;
using Kiket.Domain.Workflows;

namespace Kiket.Application.Tests.Definitions;

/// <summary>Writes a workflow in one of its many equivalent forms, chosen by a sequence of numbers.</summary>
internal sealed partial class WorkflowSpelling(IReadOnlyList<int> choices)
{
    private static readonly Dictionary<ConditionOperator, string[]> Operators = new()
    {
        [ConditionOperator.Equal] = ["=", "==", "equals", "eq", "Equals"],
        [ConditionOperator.NotEqual] = ["!=", "not_equals", "ne"],
        [ConditionOperator.LessThan] = ["<", "lt", "less_than"],
        [ConditionOperator.LessOrEqual] = ["<=", "lte", "less_or_equal"],
        [ConditionOperator.GreaterThan] = [">", "gt", "greater_than"],
        [ConditionOperator.GreaterOrEqual] = [">=", "gte", "greater_or_equal"],
        [ConditionOperator.In] = ["in", "IN"],
        [ConditionOperator.NotIn] = ["not_in"],
        [ConditionOperator.Contains] = ["contains", "includes"],
        [ConditionOperator.NotContains] = ["not_contains"],
        [ConditionOperator.IsPresent] = ["is_present", "is_not_empty", "exists"],
        [ConditionOperator.IsEmpty] = ["is_empty", "blank"],
    };

    private readonly StringBuilder text = new();
    private int position;

    /// <summary>The unknown keys that were inserted into the text.</summary>
    public List<string> Unknown { get; } = [];

    public string Write(string key, WorkflowDefinition workflow)
    {
        Map root = new();
        if (Choose(3) > 0)
            root.Add("model_version", Pick(Plain("1.0"), Quoted("1.0"), Plain("1")));
        if (Yes())
        {
            root.Add("workflow", Plain(key));
            Head(root, workflow);
        }
        else
        {
            Map head = new() { { "id", Plain(key) } };
            Head(head, workflow);
            Strew(head);
            root.Add("workflow", head);
        }

        root.Add("states", States(workflow));
        if (workflow.Transitions.Count > 0 || Yes())
            root.Add("transitions", new List([.. workflow.Transitions.Select(Transition)]));
        Strew(root);
        Block(root, 0);
        return text.ToString();
    }

    private void Head(Map head, WorkflowDefinition workflow)
    {
        head.Add("name", Text(workflow.Name));
        Maybe(head, "version", workflow.Version);
        Maybe(head, "description", workflow.Description);
        if (!workflow.States.Any(s => s.Type is StateType.Initial && s.Key == workflow.InitialState) || Yes())
            head.Add(
                "initial_state",
                Plain(Yes() ? workflow.InitialState.Value : workflow.InitialState.Value.ToUpperInvariant())
            );
    }

    private Node States(WorkflowDefinition workflow)
    {
        var bodies = workflow.States.Select(s => (s.Key, Body: State(s, workflow))).ToList();
        if (Yes())
        {
            Map map = new();
            foreach (var (key, body) in bodies)
                map.Add(key.Value, body.Count == 0 && Yes() ? Plain("") : body);
            return map;
        }

        return new List([.. bodies.Select(s => ListedState(s.Key.Value, s.Body))]);
    }

    private Node ListedState(string key, Map body)
    {
        if (body.Count == 0 && Yes())
            return Plain(key);
        if (Yes())
            return new Map { { key, body } };
        var named = new Map { { Pick("key", "id"), Plain(key) } };
        foreach (var (member, value) in body)
            named.Add(member, value);
        return named;
    }

    private Map State(State state, WorkflowDefinition workflow)
    {
        Map body = new();
        Map metadata = new();
        if (!IsWorkedOut(state, workflow) || Yes())
        {
            body.Add("type", Plain(WireName.Of(state.Type)));
            body.Add("category", Plain(WireName.Of(state.Category)));
        }

        foreach (
            var (member, value) in new[]
            {
                ("label", state.Label),
                ("color", state.Color),
                ("icon", state.Icon),
                ("description", state.Description),
            }
        )
        {
            if (value is not null && !(member == "label" && value == TitleOf(state.Key.Value) && Yes()))
                (Yes() ? body : metadata).Add(member, Text(value));
        }

        if (metadata.Count > 0)
        {
            Strew(metadata);
            body.Add("metadata", metadata);
        }

        if (state.WipLimit is { } limit)
            body.Add("wip_limit", Pick(Plain($"{limit}"), Quoted($"{limit}")));
        Conditions(body, "conditions", state.Conditions);
        if (state.Approvals is [var approval])
            StateApproval(body, approval, state.Label);
        if (state.Checklist is { } checklist)
            body.Add("checklist", Checklist(checklist));
        if (state.Sla.Count > 0)
            body.Add("sla", state.Sla.Count == 1 && Yes() ? Policy(state.Sla[0]) : new List([.. state.Sla.Select(Policy)]));
        Actions(body, "on_enter", state.OnEnter);
        Actions(body, "on_exit", state.OnExit);
        Actions(body, "on_complete", state.OnComplete);
        if (body.Count > 0)
            Strew(body);
        return body;
    }

    /// <summary>Whether a state's type and category are the defaults.</summary>
    private static bool IsWorkedOut(State state, WorkflowDefinition workflow)
    {
        var (type, category) =
            state.Key == workflow.InitialState && !workflow.States.Any(s => s.Type is StateType.Initial && s.Key != state.Key)
                ? (StateType.Initial, StateCategory.Pending)
            : workflow.Transitions.Any(t => t.From == state.Key && t.To != t.From) ? (StateType.Active, StateCategory.Active)
            : (StateType.Final, StateCategory.Completed);
        return (state.Type, state.Category) == (type, category)
            && (type is not StateType.Initial || workflow.InitialState == workflow.States[0].Key);
    }

    private void StateApproval(Map body, ApprovalRequirement approval, string label)
    {
        var isPlain =
            approval is { Approvers.Count: 0, Conditions.Count: 0, Timeout: null, Message: null }
            && approval.Name == $"Approval of {label}";
        if (isPlain && Yes())
        {
            body.Add("require_approval", Plain($"{approval.Required}"));
            return;
        }

        Map map = new() { { "required", Plain($"{approval.Required}") } };
        if (approval.Name != $"Approval of {label}")
            map.Add("name", Text(approval.Name));
        if (approval.Approvers.Count > 0)
            map.Add("approvers", new List([.. approval.Approvers.Select(Approver)]));
        Common(map, approval);
        Maybe(map, "message", approval.Message);
        Strew(map);
        body.Add("approval", map);
    }

    private Map Checklist(Checklist checklist)
    {
        Map map = new() { { Pick("id", "key"), Plain(checklist.Id) }, { Pick("title", "name", "label"), Text(checklist.Title) } };
        if (checklist.Mode is ChecklistMode.Any || Yes())
            map.Add("required_mode", Plain(WireName.Of(checklist.Mode)));
        map.Add("items", new List([.. checklist.Items.Select(Item)]));
        Actions(map, "on_complete", checklist.OnComplete);
        Strew(map);
        return map;
    }

    private Map Item(ChecklistItem item)
    {
        Map map = new() { { Pick("id", "key"), Plain(item.Id) }, { Pick("label", "title"), Text(item.Label) } };
        if (Yes())
            map.Add("check_type", Plain(WireName.Of(item.Check)));
        if (!item.Required || Yes())
            map.Add("required", Plain(item.Required ? Pick("true", "yes") : Pick("false", "no")));
        if (item.Condition is { } condition)
            map.Add(Pick("condition", "conditions"), Condition(condition));
        Strew(map);
        return map;
    }

    private Node Policy(SlaPolicy policy)
    {
        Map map = new();
        if (policy.Condition is { } condition)
            map.Add("condition", Condition(condition));
        else if (Yes())
            map.Add("default", Plain("true"));
        if (policy.Warning is { } warning)
            map.Add("warning", Length(warning));
        map.Add("breach", Length(policy.Breach!.Value));
        foreach (
            var (member, flag) in new[] { ("business_hours", policy.BusinessHours), ("pause_on_state", policy.PauseOnState) }
        )
        {
            if (flag || Yes())
                map.Add(member, Plain(flag ? "true" : "false"));
        }

        Actions(map, "on_warning", policy.OnWarning);
        Actions(map, "on_breach", policy.OnBreach);
        Strew(map);
        return map;
    }

    private void Actions(Map map, string member, IReadOnlyList<WorkflowAction> actions)
    {
        if (actions.Count > 0)
            map.Add(member, actions.Count == 1 && Yes() ? Action(actions[0]) : new List([.. actions.Select(Action)]));
    }

    private Map Action(WorkflowAction action)
    {
        Map map = new() { { Pick("action", "type"), Plain(action.Kind) } };
        foreach (var parameter in action.Parameters.EnumerateObject())
            map.Add(parameter.Name, Value(parameter.Value));
        return map;
    }

    private Node Transition(Transition transition)
    {
        Map map = new()
        {
            { "from", Plain(transition.From.Value) },
            { "to", Plain(Yes() ? transition.To.Value : transition.To.Value.ToUpperInvariant()) },
        };
        Maybe(map, "name", transition.Name);
        Maybe(map, "description", transition.Description);
        Conditions(map, "conditions", transition.Conditions);
        Map metadata = new();
        if (transition.RequiresFields.Count > 0)
            metadata.Add(
                "requires_fields",
                transition.RequiresFields.Count == 1 && Yes()
                    ? Plain(transition.RequiresFields[0])
                    : new List([.. transition.RequiresFields.Select(Plain)])
            );
        if (transition.CommentRequired)
            (Yes() ? map : metadata).Add("comment_required", Plain("true"));
        if (metadata.Count > 0)
        {
            Strew(metadata);
            map.Add("metadata", metadata);
        }

        var required = transition.Approvals.Where(a => a.Level == 0).ToList();
        if (required.Count > 0)
            map.Add("require_approval", RequireApproval(required));
        var chain = transition.Approvals.Where(a => a.Level > 0).ToList();
        if (chain.Count > 0)
        {
            var levels = new List([.. chain.GroupBy(a => a.Level).OrderBy(l => l.Key).Select(l => Level([.. l]))]);
            map.Add("approval_chain", Yes() ? levels : new Map { { "chain", levels } });
        }

        Strew(map);
        return map;
    }

    private Node RequireApproval(List<ApprovalRequirement> requirements)
    {
        if (requirements is [{ Name: "Approval", Approvers.Count: 0, Conditions.Count: 0, Timeout: null, Message: null } bare])
            return bare.Required == 1 && Yes() ? Plain("true") : Plain($"{bare.Required}");
        var items = requirements
            .Select(r =>
            {
                Map map = new();
                var approver = r.Approvers[0];
                if (Yes())
                    map.Add(
                        "assignment",
                        new Map { { "type", Plain(WireName.Of(approver.Kind)) }, { "identifier", Plain(approver.Identifier) } }
                    );
                else if (approver.Kind is not ApproverKind.Workflow && Yes())
                    map.Add(WireName.Of(approver.Kind), Plain(approver.Identifier));
                else
                    map.Add("assignment", Approver(approver));
                if (r.Name != $"Approval by {approver.Identifier}")
                    map.Add("name", Text(r.Name));
                if (r.Required != 1 || Yes())
                    map.Add("required", Plain($"{r.Required}"));
                Common(map, r);
                if (r.Message is not null)
                    map.Add("metadata", new Map { { "message", Text(r.Message) } });
                Strew(map);
                return (Node)map;
            })
            .ToList();
        return items.Count == 1 && Yes() ? items[0] : new List(items);
    }

    private Map Level(List<ApprovalRequirement> level)
    {
        var first = level[0];
        Map map = new();
        if (Yes())
            map.Add("level", Plain($"{first.Level}"));
        if (first.AnyOfGroup)
        {
            map.Add("logic", Plain(Pick("OR", "or")));
            map.Add(
                "parallel",
                new List([
                    .. level.Select(r =>
                    {
                        Map group = new() { { Pick("group", "name"), Plain(r.Key[(r.Key.LastIndexOf('.') + 1)..]) } };
                        group.Add("assignments", new List([.. r.Approvers.Select(Approver)]));
                        group.Add(
                            "required",
                            Plain(r.Required == r.Approvers.Count && r.Required > 1 && Yes() ? "all" : $"{r.Required}")
                        );
                        Common(group, r);
                        Maybe(group, "message", r.Message);
                        Strew(group);
                        return (Node)group;
                    }),
                ])
            );
        }
        else if (level.Count > 1)
        {
            // One approval for each of those named.
            map.Add("assignments", new List([.. level.Select(r => Approver(r.Approvers[0]))]));
            if (Yes())
                map.Add("required", Plain("all"));
        }
        else
        {
            map.Add("assignments", new List([.. first.Approvers.Select(Approver)]));
            if (first.Approvers.Count > 1 || first.Required > 1 || Yes())
                map.Add("required", Plain(first.Required == 1 && Yes() ? "any" : $"{first.Required}"));
            Common(map, first);
            Maybe(map, "message", first.Message);
        }

        Strew(map);
        return map;
    }

    private void Common(Map map, ApprovalRequirement requirement)
    {
        Conditions(map, "conditions", requirement.Conditions);
        if (requirement.Timeout is { } timeout)
            map.Add("timeout", Length(timeout));
    }

    private Node Approver(Approver approver) =>
        approver.Kind switch
        {
            ApproverKind.Role when Yes() => Plain(approver.Identifier),
            ApproverKind.Role when Yes() => new Map { { "role", Plain(approver.Identifier) } },
            ApproverKind.Role when Yes() => new Map { { "identifier", Plain(approver.Identifier) } },
            ApproverKind.User when Yes() => new Map { { "user", Plain(approver.Identifier) } },
            _ => new Map { { "type", Plain(WireName.Of(approver.Kind)) }, { "identifier", Plain(approver.Identifier) } },
        };

    private void Conditions(Map map, string member, IReadOnlyList<Condition> conditions)
    {
        if (conditions.Count > 0 || Choose(6) == 0)
            map.Add(
                member,
                conditions.Count == 1 && Yes() ? Condition(conditions[0]) : new List([.. conditions.Select(Condition)])
            );
    }

    private Node Condition(Condition condition)
    {
        Map map = new();
        switch (condition)
        {
            case AnyCondition any:
                map.Add(Pick("any", "or"), new List([.. any.Conditions.Select(Condition)]));
                break;
            case AllCondition all:
                map.Add(Pick("all", "and"), new List([.. all.Conditions.Select(Condition)]));
                break;
            case ChecklistCondition list:
                map.Add("checklist", Plain(list.Checklist));
                if (!list.Complete || Yes())
                    map.Add("complete", Plain(list.Complete ? "true" : "false"));
                break;
            case FieldCondition field:
                Field(map, field);
                break;
        }

        Strew(map);
        return map;
    }

    private void Field(Map map, FieldCondition field)
    {
        map.Add("field", Plain(field.Field));
        var spelling = Pick(Operators[field.Operator]);
        if (field.Value is not { } value)
        {
            if (Yes())
                map.Add("operator", Plain(spelling));
            else
                map.Add(spelling, Plain("true"));
        }
        else if (field.Operator is ConditionOperator.Equal && Choose(3) == 0)
        {
            map.Add("value", Value(value));
        }
        else if (Yes())
        {
            map.Add("operator", Yes() ? Plain(spelling) : Quoted(spelling));
            map.Add(Pick("value", "values"), Value(value));
        }
        else
        {
            map.Add(spelling, Value(value));
        }
    }

    private Node Value(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Array => new List([.. value.EnumerateArray().Select(Value)]),
            JsonValueKind.Object => ObjectOf(value),
            JsonValueKind.String => Text(value.GetString()!),
            _ => Plain(value.GetRawText()),
        };

    private Map ObjectOf(JsonElement value)
    {
        Map map = new();
        foreach (var member in value.EnumerateObject())
            map.Add(member.Name, Value(member.Value));
        return map;
    }

    private Scalar Length(TimeSpan length)
    {
        var minutes = (int)length.TotalMinutes;
        List<string> spellings = [$"{minutes}m", $"PT{minutes}M", $"{minutes / 60}h{minutes % 60}m"];
        if (minutes % 60 == 0)
            spellings.AddRange([$"{minutes / 60}h", $"PT{minutes / 60}H", $"{minutes / 60}H"]);
        if (minutes % (24 * 60) == 0)
            spellings.AddRange([$"{minutes / 24 / 60}d", $"P{minutes / 24 / 60}D"]);
        if (minutes % (7 * 24 * 60) == 0)
            spellings.AddRange([$"{minutes / 7 / 24 / 60}w", $"P{minutes / 7 / 24 / 60}W"]);
        return Plain(Pick([.. spellings]));
    }

    /// <summary>Sometimes an unknown key.</summary>
    private void Strew(Map map)
    {
        if (Choose(12) != 0)
            return;
        var key = string.Create(CultureInfo.InvariantCulture, $"zz_{Unknown.Count}_");
        Unknown.Add(key);
        map.Insert(
            Choose(map.Count + 1),
            key,
            Pick<Node>(Plain("3"), new List([Plain("a")]), new Map { { "x", Plain("y") } }, Plain(""))
        );
    }

    private void Maybe(Map map, string member, string? value)
    {
        if (value is not null)
            map.Add(member, Text(value));
    }

    private Scalar Text(string value) => Reads().IsMatch(value) && Yes() ? Plain(value) : Quoted(value);

    private static Scalar Plain(string value) => new Scalar(value, false);

    private static Scalar Quoted(string value) => new Scalar(value, true);

    private bool Yes() => Choose(2) == 0;

    private T Pick<T>(params T[] of) => of[Choose(of.Length)];

    private int Choose(int count) => choices.Count == 0 ? 0 : choices[position++ % choices.Count] % count;

    private static string TitleOf(string key) => char.ToUpperInvariant(key[0]) + key[1..];

    private void Block(Node node, int indent)
    {
        switch (node)
        {
            case Map { Count: > 0 } map:
                foreach (var (key, value) in map)
                    Entry($"{new string(' ', indent)}{Key(key)}:", value, indent + 2);
                break;
            case List { Items.Count: > 0 } list:
                foreach (var item in list.Items)
                    Entry($"{new string(' ', indent)}-", item, indent + 2);
                break;
        }
    }

    private void Entry(string start, Node value, int indent)
    {
        if (Choose(9) == 0)
            text.AppendLine(Yes() ? "" : "# a remark: {not: [read");
        if (value is Map { Count: > 0 } or List { Items.Count: > 0 } && Choose(4) > 0)
        {
            text.AppendLine(start);
            Block(value, indent);
        }
        else
        {
            text.Append(start).Append(' ').AppendLine(Flow(value));
        }
    }

    private string Flow(Node node) =>
        node switch
        {
            Map map => $"{{{string.Join(", ", map.Select(e => $"{Key(e.Key)}: {Flow(e.Value)}"))}}}",
            List list => $"[{string.Join(", ", list.Items.Select(Flow))}]",
            Scalar { IsQuoted: false } plain when plain.Value.Length == 0 || Safe().IsMatch(plain.Value) => plain.Value.Length
            == 0
                ? "null"
                : plain.Value,
            Scalar scalar => Yes() && !scalar.Value.Contains('\n', StringComparison.Ordinal)
                ? $"'{scalar.Value.Replace("'", "''", StringComparison.Ordinal)}'"
                : JsonSerializer.Serialize(scalar.Value),
            _ => throw new ArgumentOutOfRangeException(nameof(node)),
        };

    private string Key(string key) => Safe().IsMatch(key) && Choose(8) > 0 ? key : $"\"{key}\"";

    /// <summary>Texts that stay texts without quotes.</summary>
    [GeneratedRegex("^(?!(null|true|false)$)[A-Za-z][A-Za-z ]*[A-Za-z]$")]
    private static partial Regex Reads();

    [GeneratedRegex("^[A-Za-z0-9_.@-]([A-Za-z0-9_.@ -]*[A-Za-z0-9_.@-])?$")]
    private static partial Regex Safe();

    private abstract record Node;

    private sealed record Scalar(string Value, bool IsQuoted) : Node;

    private sealed record List(IReadOnlyList<Node> Items) : Node;

    private sealed record Map : Node, IEnumerable<(string Key, Node Value)>
    {
        private readonly List<(string Key, Node Value)> entries = [];

        public int Count => entries.Count;

        public void Add(string key, Node value) => entries.Add((key, value));

        public void Insert(int index, string key, Node value) => entries.Insert(index, (key, value));

        public IEnumerator<(string Key, Node Value)> GetEnumerator() => entries.GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => entries.GetEnumerator();
    }
}
