using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.Workflows;
using Kiket.Infrastructure.Yaml;

namespace Kiket.Infrastructure.Definitions;

/// <summary>
/// Reads the rules of states and transitions: conditions, checklists, approvals, limits and actions (contract, section 19).
/// </summary>
internal static class RuleReader
{
    private const int MaxLevels = 50;

    /// <summary>Conditions in a list, a single one, or a map with <c>any</c> or <c>all</c>.</summary>
    public static IReadOnlyList<Condition> Conditions(FileReading file, YamlMap map, string key = "conditions") =>
        map.Find(key)?.Value switch
        {
            null or YamlText { IsNull: true } => [],
            YamlList list => [.. list.Items.Select(i => Condition(file, i)).OfType<Condition>()],
            var single => Condition(file, single) is { } condition ? [condition] : [],
        };

    public static Checklist? Checklist(FileReading file, YamlMap state)
    {
        if (state.Find("checklist")?.Value is null or YamlText { IsNull: true })
            return null;
        var body = file.Map(state, "checklist");
        file.RejectUnknown(body, ["id", "key", "title", "name", "label", "description", "required_mode", "items", "on_complete"]);
        if (
            (
                file.Text(body, "id", Domain.Workflows.Checklist.MaxIdLength)
                ?? file.Text(body, "key", Domain.Workflows.Checklist.MaxIdLength)
            )
            is not { } id
        )
        {
            file.AddError(body, "A checklist must have an id.");
            return null;
        }

        List<ChecklistItem> items = [];
        foreach (var (key, item) in file.Things(body, "items", "id", "key"))
        {
            if (items.Exists(i => i.Id == key.Value))
                file.AddError(key, $"The item '{key.Shown}' is listed twice.");
            else
                items.Add(Item(file, key, item));
        }

        if (items.Count == 0)
            file.Warn(body, "The checklist has no items, so it is always complete.");
        return new(
            id.Value,
            (file.Text(body, "title") ?? file.Text(body, "name") ?? file.Text(body, "label"))?.Value ?? Titles.Of(id.Value)
        )
        {
            Mode = Word(file, body, "required_mode", ChecklistMode.All),
            Items = items,
            OnComplete = Actions(file, body, "on_complete"),
        };
    }

    /// <summary>
    /// The approvals that a state requires: <c>approval</c>, <c>approval_chain</c>, or <c>require_approval</c>, also in the short
    /// form <c>require_approval: 2</c>. Only one of them can be given, because none may be ignored.
    /// </summary>
    public static IReadOnlyList<ApprovalRequirement> StateApprovals(FileReading file, YamlMap state, string label)
    {
        string[] forms = ["require_approval", "approval", "approval_chain"];
        var given = forms.Where(form => state.Find(form)?.Value is not (null or YamlText { IsNull: true })).ToList();
        if (given.Count > 1)
            file.Reject(state.Find(given[1])!.Key, $"A state can have only one of {string.Join(" and ", given)}.");
        if (
            state.Find("require_approval")?.Value is YamlText { IsNull: false }
            && file.WholeNumber(state, "require_approval") is { } count
        )
            return count == 0 ? [] : [Requirement("state", $"Approval of {label}", [], count)];
        if (state.Find("require_approval")?.Value is YamlList or YamlMap)
            return Distinct(Required(file, state), "state.");
        if (state.Find("approval")?.Value is null or YamlText { IsNull: true })
            return Distinct(Chain(file, state), "state.");

        var body = file.Map(state, "approval");
        file.RejectUnknown(body, ["required", "approvers", "conditions", "message", "timeout", "name"], ["metadata"]);
        var approvers = file.List(body, "approvers").Select(a => Approver(file, a)).OfType<Approver>().ToList();
        return
        [
            Requirement(
                "state",
                file.Text(body, "name")?.Value ?? $"Approval of {label}",
                approvers,
                Count(file, body, "required", 1)
            ) with
            {
                Conditions = Conditions(file, body),
                Timeout = Length(file, body, "timeout"),
                Message = file.Text(body, "message")?.Value,
            },
        ];
    }

    /// <summary>The approvals that a transition requires: <c>require_approval</c> and <c>approval_chain</c>.</summary>
    public static IReadOnlyList<ApprovalRequirement> TransitionApprovals(FileReading file, YamlMap transition) =>
        Distinct([.. Required(file, transition), .. Chain(file, transition)], "");

    /// <summary>
    /// Tells apart what a file numbers alike: two entries of one level, and approvals of a state and of a transition that
    /// leaves it.
    /// </summary>
    private static List<ApprovalRequirement> Distinct(List<ApprovalRequirement> requirements, string prefix)
    {
        Dictionary<string, int> seen = new(StringComparer.Ordinal);
        return requirements.ConvertAll(r =>
        {
            var times = seen[r.Key] = seen.GetValueOrDefault(r.Key) + 1;
            return r with { Key = times == 1 ? prefix + r.Key : $"{prefix}{r.Key}~{times}" };
        });
    }

    public static IReadOnlyList<SlaPolicy> Sla(FileReading file, YamlMap state) =>
        state.Find("sla")?.Value switch
        {
            null or YamlText { IsNull: true } => [],
            YamlList list => [.. list.Items.Select(item => Policy(file, item)).OfType<SlaPolicy>()],
            var single => Policy(file, single) is { } policy ? [policy] : [],
        };

    public static IReadOnlyList<WorkflowAction> Actions(FileReading file, YamlMap map, string key)
    {
        List<WorkflowAction> actions = [];
        foreach (var item in map.Find(key)?.Value is YamlMap single ? [single] : file.List(map, key))
        {
            if (item is YamlText { IsNull: false } bare)
            {
                actions.Add(new(bare.Value, JsonSerializer.SerializeToElement(new Dictionary<string, string>())));
                continue;
            }

            var body = file.MapOf(item, "An action");
            RejectMisspelledConditions(file, body);
            if ((file.Text(body, "action") ?? file.Text(body, "type") ?? file.Text(body, "kind")) is not { } kind)
                file.AddError(item, "An action must say what to do, in action or type.");
            else
                actions.Add(new(kind.Value, Parameters(body)) { Conditions = Conditions(file, body) });
        }

        return actions;
    }

    /// <summary>The other keys of an action are its parameters, so only this key can be recognized as misspelt.</summary>
    private static void RejectMisspelledConditions(FileReading file, YamlMap action)
    {
        const string known = "conditions";
        foreach (
            var key in action
                .Entries.Select(e => e.Key)
                .Where(k => k.Value != known && Spelling.Nearest(k.Value, known) is not null)
        )
            file.Reject(key, $"The key '{key.Shown}' is not known here; {Spelling.Ask(known)}");
    }

    /// <summary>
    /// The short form <c>auto_assign</c> of a state: an action when an issue enters; with a name, the issue is assigned to that
    /// person.
    /// </summary>
    public static IReadOnlyList<WorkflowAction> AutoAssign(FileReading file, YamlMap state)
    {
        if (
            file.Text(state, "auto_assign") is not { } written
            || (written.IsPlain && written.Value is "false" or "False" or "no" or "off")
        )
            return [];
        Dictionary<string, string> parameters =
            written.IsPlain && written.Value is "true" or "True" or "yes" or "on" ? [] : new() { ["to"] = written.Value };
        return [new("auto_assign", JsonSerializer.SerializeToElement(parameters))];
    }

    private static JsonElement Parameters(YamlMap action) =>
        JsonSerializer.SerializeToElement(
            FileReading
                .ToJson(action)
                .Where(p => p.Key is not ("action" or "type" or "kind" or "conditions"))
                .ToDictionary(p => p.Key, p => p.Value)
        );

    private static Condition? Condition(FileReading file, YamlNode node)
    {
        if (node is not YamlMap body)
        {
            file.AddError(node, "A condition must be a map: field, operator and value; checklist and complete; any; or all.");
            return null;
        }

        string[] groups = ["any", "or", "all", "and"];
        if (body.Entries.Where(e => groups.Contains(e.Key.Value)).Select(e => e.Key.Value).ToList() is { Count: > 0 } named)
        {
            file.RejectUnknown(body, groups);
            var together = named.Select(
                Condition (n) =>
                    n is "any" or "or" ? new AnyCondition(Conditions(file, body, n)) : new AllCondition(Conditions(file, body, n))
            );
            return named.Count == 1 ? together.First() : new AllCondition([.. together]);
        }

        if (file.Text(body, "checklist") is { } checklist)
        {
            file.RejectUnknown(body, ["checklist", "complete"]);
            return new ChecklistCondition(checklist.Value, file.Flag(body, "complete", standard: true));
        }

        return FieldCondition(file, body);
    }

    /// <summary>
    /// <c>{field, operator, value}</c>, or with the operator as the key of the value: <c>{field, equals: bug}</c>.
    /// </summary>
    private static FieldCondition? FieldCondition(FileReading file, YamlMap body)
    {
        if (file.Required(body, "field", "The condition", 200) is not { } field)
        {
            file.RejectMisspelled(
                body,
                ["field", "operator", "value", "values", "checklist", "complete", "any", "all"],
                [.. ConditionOperators.Known]
            );
            return null;
        }

        if (file.Text(body, "operator") is { } written)
        {
            file.RejectUnknown(body, ["field", "operator", body.Find("value") is null ? "values" : "value"]);
            if (ConditionOperators.TryParse(written.Value, out var known))
                return Compared(field, known, (body.Find("value") ?? body.Find("values"))?.Value);
            var meant = Spelling.Nearest(written.Value, [.. ConditionOperators.Known]);
            file.AddError(
                written,
                $"'{written.Shown}' is not a valid operator. {(meant is null ? "" : $"Did you mean '{meant}'? ")}"
                    + $"Operators: {string.Join(" ", ConditionOperators.Known)}."
            );
            return null;
        }

        var shorthand = body.Entries.FirstOrDefault(e => ConditionOperators.TryParse(e.Key.Value, out _));
        if (shorthand is not null && ConditionOperators.TryParse(shorthand.Key.Value, out var short_))
        {
            file.RejectUnknown(body, ["field", shorthand.Key.Value]);
            return Compared(field, short_, shorthand.Value);
        }

        file.RejectUnknown(body, ["field", "operator", "value"]);
        if (body.Find("value")?.Value is { } equal)
            return new(field.Value, ConditionOperator.Equal, FileReading.ToJson(equal));
        file.AddError(body, "The condition has no operator.");
        return null;
    }

    /// <summary>
    /// An operator that needs no value may still have one: <c>is_present: false</c> is the opposite of <c>is_present</c>.
    /// </summary>
    private static FieldCondition Compared(YamlText field, ConditionOperator named, YamlNode? value)
    {
        var isFalse = value is YamlText { Value: "false" or "False" or "FALSE" };
        return named switch
        {
            ConditionOperator.IsPresent => new(field.Value, isFalse ? ConditionOperator.IsEmpty : named, null),
            ConditionOperator.IsEmpty => new(field.Value, isFalse ? ConditionOperator.IsPresent : named, null),
            _ => new(field.Value, named, value is null ? null : FileReading.ToJson(value)),
        };
    }

    private static ChecklistItem Item(FileReading file, YamlText key, YamlMap body)
    {
        file.RejectUnknown(
            body,
            [
                "id",
                "key",
                "label",
                "title",
                "description",
                "check_type",
                "required",
                body.Find("condition") is null ? "conditions" : "condition",
            ]
        );
        var conditions = body.Find("condition") is null ? Conditions(file, body) : Conditions(file, body, "condition");
        var check = Word(file, body, "check_type", conditions.Count > 0 ? ChecklistCheck.Auto : ChecklistCheck.Manual);
        if (check is ChecklistCheck.Auto && conditions.Count == 0)
            file.Warn(key, $"The item '{key.Shown}' is checked automatically but has no condition, so it is never done.");
        if (key.Value.Length > Domain.Workflows.Checklist.MaxIdLength)
            file.AddError(key, $"The id of an item can have at most {Domain.Workflows.Checklist.MaxIdLength} characters.");
        return new(key.Value, (file.Text(body, "label") ?? file.Text(body, "title"))?.Value ?? Titles.Of(key.Value))
        {
            Check = check,
            Required = file.Flag(body, "required", standard: true),
            Condition = conditions.Count switch
            {
                0 => null,
                1 => conditions[0],
                _ => new AllCondition(conditions),
            },
        };
    }

    /// <summary>The assignments of <c>require_approval</c>: one approval each, all of them required.</summary>
    private static List<ApprovalRequirement> Required(FileReading file, YamlMap transition)
    {
        List<ApprovalRequirement> requirements = [];
        if (transition.Find("require_approval")?.Value is YamlText { IsNull: false })
        {
            // The short form: the number of people, or true for one.
            if (transition.Find("require_approval")!.Value is YamlText { Value: "true" or "false" })
                return file.Flag(transition, "require_approval", false) ? [Requirement("1", "Approval", [], 1)] : [];
            return file.WholeNumber(transition, "require_approval") is { } count and > 0
                ? [Requirement("1", "Approval", [], count)]
                : [];
        }

        foreach (
            var item in transition.Find("require_approval")?.Value is YamlMap single
                ? [single]
                : file.List(transition, "require_approval")
        )
        {
            var body = file.MapOf(item, "An approval");
            file.RejectUnknown(
                body,
                ["assignment", "metadata", "conditions", "timeout", "required", "role", "user", "type", "identifier", "name"]
            );
            var approver = body.Find("assignment")?.Value is { } assignment ? Approver(file, assignment) : NamedBy(file, body);
            requirements.Add(
                Requirement(
                    $"{requirements.Count + 1}",
                    file.Text(body, "name")?.Value ?? (approver is null ? "Approval" : $"Approval by {approver.Identifier}"),
                    approver is null ? [] : [approver],
                    Count(file, body, "required", 1)
                ) with
                {
                    Conditions = Conditions(file, body),
                    Timeout = Length(file, body, "timeout"),
                    Message = MessageOf(file, body),
                }
            );
        }

        return requirements;
    }

    private static List<ApprovalRequirement> Chain(FileReading file, YamlMap map)
    {
        List<ApprovalRequirement> requirements = [];
        var chain = map.Find("approval_chain")?.Value;
        if (chain is null or YamlText { IsNull: true })
            return requirements;
        var body = chain is YamlList ? YamlMap.EmptyAt(chain) : file.MapOf(chain, "approval_chain");
        file.RejectUnknown(body, ["name", "chain", "timeout"], ["escalation", "description", "metadata"]);
        var levels = chain is YamlList list ? list.Items : file.List(body, "chain");
        if (levels.Count > MaxLevels)
        {
            file.AddError(chain, $"A chain can have at most {MaxLevels} levels.");
            return requirements;
        }

        var (name, timeout) = (file.Text(body, "name")?.Value, Length(file, body, "timeout"));
        for (var i = 0; i < levels.Count; i++)
            requirements.AddRange(
                Level(file, file.MapOf(levels[i], "A level"), i + 1, name).Select(r => r with { Timeout = r.Timeout ?? timeout })
            );
        return requirements;
    }

    /// <summary>
    /// One level of a chain: assignments, of which one (<c>any</c>) or all are required, or groups that are requested at the same
    /// time.
    /// </summary>
    private static List<ApprovalRequirement> Level(FileReading file, YamlMap body, int position, string? chain)
    {
        file.RejectUnknown(
            body,
            [
                "level",
                "name",
                "assignments",
                "assignment",
                "parallel",
                "required",
                "logic",
                "timeout",
                "conditions",
                "message",
                "metadata",
            ]
        );
        var level = file.WholeNumber(body, "level") ?? position;
        var name = file.Text(body, "name")?.Value ?? (chain is null ? $"Level {level}" : $"{chain}, level {level}");
        var shared = (Conditions: Conditions(file, body), Timeout: Length(file, body, "timeout"), Message: MessageOf(file, body));
        ApprovalRequirement Shared(ApprovalRequirement r) =>
            r with
            {
                Conditions = [.. shared.Conditions, .. r.Conditions],
                Timeout = r.Timeout ?? shared.Timeout,
                Message = r.Message ?? shared.Message,
            };

        if (body.Find("parallel") is not null)
        {
            var isOr = IsOr(file, body);
            List<ApprovalRequirement> groups = [];
            foreach (var item in file.List(body, "parallel"))
            {
                var group = file.MapOf(item, "A group");
                file.RejectUnknown(
                    group,
                    [
                        "group",
                        "name",
                        "assignments",
                        "assignment",
                        "required",
                        "logic",
                        "timeout",
                        "conditions",
                        "message",
                        "metadata",
                    ]
                );
                var title = (file.Text(group, "group") ?? file.Text(group, "name"))?.Value ?? $"{groups.Count + 1}";
                groups.AddRange(
                    Assignments(file, group, $"chain.{level}.{title}", $"{name}: {title}", level, isOr ? $"{level}" : null)
                        .Select(r =>
                            r with
                            {
                                Conditions = Conditions(file, group),
                                Timeout = Length(file, group, "timeout"),
                                Message = MessageOf(file, group),
                            }
                        )
                );
            }

            return [.. groups.Select(Shared)];
        }

        return [.. Assignments(file, body, $"chain.{level}", name, level, null).Select(Shared)];
    }

    /// <summary>
    /// <c>required: any</c> is one approval that any of the named approvers may give, <c>required: 2</c> one that this many of
    /// them must give, and <c>all</c>, the default, one approval for each.
    /// </summary>
    private static List<ApprovalRequirement> Assignments(
        FileReading file,
        YamlMap body,
        string key,
        string name,
        int level,
        string? alternatives
    )
    {
        var items = body.Find("assignment")?.Value is { } only ? [only] : file.List(body, "assignments");
        var approvers = items.Select(i => Approver(file, Assigned(file, i))).OfType<Approver>().ToList();
        var required = file.Text(body, "required");
        var isOr = IsOr(file, body);
        if (required is { Value: "any" } || (required is null && isOr && body.Find("parallel") is null))
            return [Requirement(key, name, approvers, 1, level, alternatives)];
        if (required is { Value: "all" or "true" or "false" } or null)
        {
            // A group of alternatives is met as a whole, so its assignments become one approval that all of them must give.
            return approvers.Count <= 1 || alternatives is not null
                ?
                [
                    Requirement(
                        key,
                        name,
                        approvers,
                        Math.Max(1, required is { Value: "all" } ? approvers.Count : 1),
                        level,
                        alternatives
                    ),
                ]
                : [.. approvers.Select((a, i) => Requirement($"{key}.{i + 1}", $"{name}: {a.Identifier}", [a], 1, level))];
        }

        return [Requirement(key, name, approvers, Count(file, body, "required", 1), level, alternatives)];
    }

    /// <summary>The message to the approvers: beside the assignments, or in their metadata.</summary>
    private static string? MessageOf(FileReading file, YamlMap body)
    {
        var metadata = file.Map(body, "metadata");
        file.WarnAboutUnknown(metadata, "message");
        return (file.Text(body, "message") ?? file.Text(metadata, "message"))?.Value;
    }

    /// <summary>Whether one of the groups is enough.</summary>
    private static bool IsOr(FileReading file, YamlMap body)
    {
        var logic = file.Text(body, "logic");
        if (logic is not null && logic.Value.ToUpperInvariant() is not ("AND" or "OR"))
            file.Reject(logic, $"'{logic.Shown}' is not a valid logic; use and, or.");
        return string.Equals(logic?.Value, "or", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>An assignment may be given directly, or in a map of its own.</summary>
    private static YamlNode Assigned(FileReading file, YamlNode item)
    {
        if (item is not YamlMap map || map.Find("assignment")?.Value is not { } inner)
            return item;
        file.RejectUnknown(map, ["assignment"]);
        return inner;
    }

    private static ApprovalRequirement Requirement(
        string key,
        string name,
        IReadOnlyList<Approver> approvers,
        int required,
        int level = 0,
        string? alternatives = null
    ) =>
        new(key, name)
        {
            Approvers = approvers,
            Required = required,
            Level = level,
            Group = alternatives,
            AnyOfGroup = alternatives is not null,
        };

    /// <summary>
    /// <c>{role: qa}</c>, <c>{user: ada@example.com}</c>, <c>{type: role, identifier: qa}</c>, or the name of a role.
    /// </summary>
    private static Approver? Approver(FileReading file, YamlNode node)
    {
        if (node is YamlText { IsNull: false } role)
            return new(ApproverKind.Role, role.Value);
        if (node is not YamlMap body)
        {
            file.AddError(node, "An approver must be a role, a user or a part of the issue.");
            return null;
        }

        file.RejectUnknown(body, ["role", "user", "type", "identifier"]);
        return NamedBy(file, body);
    }

    /// <summary>The approver that the keys of a map name, or null when none does.</summary>
    private static Approver? NamedBy(FileReading file, YamlMap body)
    {
        if (file.Text(body, "role") is { } byRole)
            return new(ApproverKind.Role, byRole.Value);
        if (file.Text(body, "user") is { } byUser)
            return new(ApproverKind.User, byUser.Value);
        if (body.Find("type") is null && body.Find("identifier") is null)
            return null;
        var kind = Word(file, body, "type", ApproverKind.Role);
        return file.Required(body, "identifier", "The approver", 200) is { } identifier ? new(kind, identifier.Value) : null;
    }

    private static SlaPolicy? Policy(FileReading file, YamlNode node)
    {
        var body = file.MapOf(node, "sla");
        file.RejectUnknown(
            body,
            [
                body.Find("condition") is null ? "conditions" : "condition",
                "default",
                "warning",
                "breach",
                "business_hours",
                "pause_on_state",
                "on_warning",
                "on_breach",
            ]
        );
        var conditions = body.Find("condition") is null ? Conditions(file, body) : Conditions(file, body, "condition");
        if (file.Flag(body, "default", standard: conditions.Count == 0) != (conditions.Count == 0))
            file.Warn(body.Find("default")!.Key, "A policy is the default exactly when it has no condition.");
        var (warning, breach) = (Length(file, body, "warning"), Length(file, body, "breach"));
        var policy = SlaPolicy.Create(
            warning,
            breach,
            file.Flag(body, "business_hours", standard: false),
            file.Flag(body, "pause_on_state", standard: false),
            conditions.Count switch
            {
                0 => null,
                1 => conditions[0],
                _ => new AllCondition(conditions),
            },
            Actions(file, body, "on_warning"),
            Actions(file, body, "on_breach")
        );
        foreach (var error in policy.Error?.Details ?? [])
            file.AddError(body.Find(error.Field)?.Value ?? body, error.Message);
        return policy.IsRefused ? null : policy.Value;
    }

    private static TimeSpan? Length(FileReading file, YamlMap map, string key)
    {
        if (file.Text(map, key) is not { } text)
            return null;
        if (Duration.TryParse(text.Value, out var length))
            return length;
        file.AddError(text, $"'{text.Shown}' is not a valid duration; use 30m, 4h, 2d, 1w or ISO 8601.");
        return null;
    }

    private static int Count(FileReading file, YamlMap map, string key, int standard)
    {
        if (file.Text(map, key) is not { } text || text.Value is "true" or "false" or "any" or "all")
            return standard;
        var count = file.WholeNumber(map, key) ?? standard;
        if (count is >= 1 and <= ApprovalRequirement.MaxRequired)
            return count;
        file.AddError(text, $"{key} must be a number from 1 to {ApprovalRequirement.MaxRequired}.");
        return standard;
    }

    private static T Word<T>(FileReading file, YamlMap body, string key, T standard)
        where T : struct, Enum
    {
        if (file.Text(body, key) is not { } text)
            return standard;
        if (WireName.TryParse(text.Value, out T value))
            return value;
        file.AddError(text, $"'{text.Shown}' is not a valid {key}; use {string.Join(", ", WireName.All<T>())}.");
        return standard;
    }
}
