using System.Globalization;
using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;

namespace Kiket.Application.Tests.Workflows;

/// <summary>The fields and checked items that a trial chooses for an issue.</summary>
public sealed record Choice(IReadOnlyDictionary<string, JsonElement?> Fields, IReadOnlySet<string> Checked);

/// <summary>A requirement of a transition, and the reason that is reported when it is not met.</summary>
/// <param name="Condition">Null if fields and checked items do not matter.</param>
public sealed record Demand(string Code, string? Field, Condition? Condition);

/// <summary>
/// Derives from a definition how each of its transitions can be satisfied, and how each requirement can be violated while all
/// others are met. It tries boundary values of the conditions until one fits.
/// </summary>
public sealed class WorkflowDriver(WorkflowDefinition workflow)
{
    public static readonly UserId Actor = new(7);
    private const int MaxTries = 200_000;
    private static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Priorities = [.. WireName.All<IssuePriority>()];

    /// <summary>The number of requirements that were violated so far.</summary>
    public int Violations { get; private set; }

    /// <summary>The requirements of a transition besides approvals.</summary>
    public IReadOnlyList<Demand> DemandsOf(Transition transition)
    {
        var target = workflow.FindState(transition.To)!;
        return
        [
            .. transition
                .Conditions.Concat(target.Conditions)
                .Select(c => new Demand(
                    c is ChecklistCondition ? MoveReason.ChecklistIncomplete : MoveReason.ConditionNotMet,
                    c switch
                    {
                        ChecklistCondition list => $"checklist.{list.Checklist}",
                        FieldCondition field => field.Field,
                        _ => null,
                    },
                    c
                )),
            .. transition.RequiresFields.Select(f => new Demand(
                MoveReason.RequiredField,
                f,
                new FieldCondition(
                    IssueFields.OfConditions.Contains(f) || f.Contains('.') ? f : $"custom_fields.{f}",
                    ConditionOperator.IsPresent,
                    null
                )
            )),
            .. transition.CommentRequired ? [new Demand(MoveReason.CommentRequired, "comment", null)] : Array.Empty<Demand>(),
            .. target.WipLimit is null ? [] : new Demand[] { new(MoveReason.WipLimit, "state", null) },
        ];
    }

    /// <summary>A choice for which all of these hold and none of those, or null.</summary>
    public Choice? Find(IEnumerable<Condition> hold, IEnumerable<Condition> fail)
    {
        var (wanted, unwanted) = (hold.ToList(), fail.ToList());
        var plain = wanted.Concat(unwanted).SelectMany(Parts).ToList();
        var fields = plain
            .OfType<FieldCondition>()
            .GroupBy(c => c.Field)
            .Select(g => (Field: g.Key, Values: Candidates(g.Key, g).ToList()))
            .ToList();
        var items = plain
            .OfType<ChecklistCondition>()
            .Select(c => workflow.FindChecklist(c.Checklist))
            .OfType<Checklist>()
            .SelectMany(list => list.Items.Where(i => i.Check is ChecklistCheck.Manual).Select(i => $"{list.Id}/{i.Id}"))
            .Distinct()
            .ToList();

        var sizes = fields.Select(f => f.Values.Count).Concat(items.Select(_ => 2)).ToList();
        var position = new int[sizes.Count];
        for (var tries = 0; tries < MaxTries; tries++)
        {
            var choice = new Choice(
                fields.Select((f, i) => (f.Field, Value: f.Values[position[i]])).ToDictionary(f => f.Field, f => f.Value),
                items.Where((_, i) => position[fields.Count + i] == 0).ToHashSet()
            );
            var context = ContextOf("any", choice);
            if (
                wanted.TrueForAll(c => WorkflowEngine.IsMet(c, workflow, context))
                && !unwanted.Exists(c => WorkflowEngine.IsMet(c, workflow, context))
            )
                return choice;
            var digit = 0;
            while (digit < sizes.Count && ++position[digit] == sizes[digit])
                position[digit++] = 0;
            if (digit == sizes.Count)
                return null;
        }

        return null;
    }

    /// <summary>A path from a state to, and including, the first untried transition; null when none can be reached.</summary>
    public IReadOnlyList<Transition>? WayTo(StateKey state, IReadOnlyCollection<Transition> open)
    {
        Queue<(StateKey State, Transition[] Way)> queue = new([(state, [])]);
        HashSet<StateKey> seen = [state];
        while (queue.TryDequeue(out var at))
        {
            if (workflow.From(at.State).FirstOrDefault(open.Contains) is { } found)
                return [.. at.Way, found];
            foreach (var next in workflow.From(at.State).Where(t => seen.Add(t.To)))
                queue.Enqueue((next.To, [.. at.Way, next]));
        }

        return null;
    }

    /// <summary>
    /// Drives issues along every transition, violating each requirement on the way; starts with a new issue when the last one is
    /// stuck.
    /// </summary>
    /// <returns>The transitions that no issue can reach.</returns>
    public IReadOnlyCollection<Transition> DriveAll()
    {
        HashSet<Transition> open = new(workflow.Transitions, ReferenceEqualityComparer.Instance);
        var version = Workflow.Publish(new(1), new(1), "driven", 1, workflow, null, Noon).Value;
        var issue = Open(version);
        while (open.Count > 0)
        {
            var way = WayTo(issue.Status, open);
            if (way is null)
            {
                issue = Open(version);
                way = WayTo(issue.Status, open);
            }

            if (way is null)
                return open;
            foreach (var transition in way)
            {
                if (open.Remove(transition))
                    Try(issue, transition, version);
                Pass(issue, transition, version);
            }
        }

        return open;
    }

    /// <summary>The edit that gives an issue the chosen fields.</summary>
    public static IssueEdit EditOf(Choice choice)
    {
        var edit = new IssueEdit();
        Dictionary<string, JsonElement> custom = [];
        foreach (var (field, value) in choice.Fields)
        {
            var text = value is { ValueKind: JsonValueKind.String } given ? given.GetString() : null;
            edit = field.Replace("issue.", "", StringComparison.Ordinal) switch
            {
                "assignee" or "assignee_id" => edit with { AssigneeId = value is { } user ? new UserId(user.GetInt64()) : null },
                "priority" => edit with
                {
                    Priority = WireName.TryParse(text, out IssuePriority priority) ? priority : IssuePriority.Medium,
                },
                "labels" => edit with { Labels = new([.. value?.EnumerateArray().Select(l => l.GetString()!) ?? []]) },
                "title" => edit with { Title = text },
                "description" => edit with { Description = text },
                "story_points" => edit with { StoryPoints = value?.GetDecimal() },
                "due_date" => edit with { DueDate = text is null ? null : DateOnly.Parse(text, CultureInfo.InvariantCulture) },
                var other when other.StartsWith("custom_fields.", StringComparison.Ordinal) => Custom(
                    other["custom_fields.".Length..],
                    value
                ),
                _ => throw new NotSupportedException($"No trial can set {field}."),
            };
        }

        return custom.Count > 0 ? edit with { CustomFields = custom } : edit;

        IssueEdit Custom(string key, JsonElement? value)
        {
            custom[key] = value ?? JsonSerializer.SerializeToElement<string?>(null);
            return edit;
        }
    }

    private static Issue Open(Workflow version)
    {
        var project = Project.Start(new(1), "DRIVEN", new() { Name = "Driven" }, Noon).Value;
        return Issue.Open(project, project.Schema.DefaultType!, version, new() { Title = "Driven" }, new(), Actor, Noon).Value;
    }

    private static List<Condition> ConditionsOf(IEnumerable<Demand> demands) =>
        [.. demands.Select(d => d.Condition).OfType<Condition>()];

    /// <summary>Violates each requirement of the transition: it is refused, with its reason, and nothing changes.</summary>
    private void Try(Issue issue, Transition transition, Workflow version)
    {
        var demands = DemandsOf(transition);
        foreach (var demand in demands)
        {
            var others = ConditionsOf(demands.Where(d => !ReferenceEquals(d, demand)));
            var alone = demand.Condition is null ? Find(others, []) : Find(others, [demand.Condition]);
            var choice = alone ?? Find([], [demand.Condition!]);
            Assert.True(choice is not null, $"{Name(transition)}: {demand} cannot be missing.");
            var reasons = Reject(issue, transition, version, choice, demand.Code, AllVotes(transition));
            Assert.Contains(reasons, r => (r.Code, r.Field) == (demand.Code, demand.Field));
            if (alone is not null)
                Assert.Single(reasons);
        }

        foreach (var requirement in workflow.ApprovalsOf(transition))
        {
            var choice = Find([.. ConditionsOf(demands), .. requirement.Conditions], []);
            Assert.True(choice is not null, $"{Name(transition)}: {requirement.Name} is never asked for.");
            TryApproval(issue, transition, version, choice, requirement);
        }
    }

    private void TryApproval(Issue issue, Transition transition, Workflow version, Choice choice, ApprovalRequirement requirement)
    {
        // One of several alternatives is enough, so all of them must be missing.
        var missing = requirement.AnyOfGroup
            ? workflow
                .ApprovalsOf(transition)
                .Where(r => r.AnyOfGroup && r.Level == requirement.Level && r.Group == requirement.Group)
                .Select(r => r.Key)
                .ToList()
            : [requirement.Key];
        var others = AllVotes(transition).Where(v => !missing.Contains(v.Requirement)).ToList();
        var enough = AllVotes(transition).Where(v => v.Requirement == requirement.Key).ToList();

        Assert.All(
            Reject(issue, transition, version, choice, null, others),
            r => Assert.Equal(MoveReason.ApprovalRequired, r.Code)
        );
        Assert.All(
            Reject(issue, transition, version, choice, null, [.. others, .. enough[1..]]),
            r => Assert.Equal(MoveReason.ApprovalRequired, r.Code)
        );
        if (requirement.Required == 1)
            Reject(issue, transition, version, choice, null, [.. others, new(requirement.Key, Actor, true)]);
        var rejected = Reject(
            issue,
            transition,
            version,
            choice,
            null,
            [.. others, .. enough, new(requirement.Key, new(999), false)]
        );
        Assert.Contains(rejected, r => r.Code == MoveReason.ApprovalRejected);

        // Missing approvals of lower levels are requested first, whatever higher levels have.
        var decision = WorkflowEngine.Decide(workflow, transition, Context(issue, choice, transition, null, others));
        Assert.All(decision.MissingApprovals, r => Assert.Equal(requirement.Level, r.Level));
        Assert.Contains(decision.MissingApprovals, r => r.Key == requirement.Key);
    }

    private IReadOnlyList<MoveReason> Reject(
        Issue issue,
        Transition transition,
        Workflow version,
        Choice choice,
        string? missing,
        IReadOnlyList<ApprovalVote> votes
    )
    {
        Assert.False(issue.Edit(EditOf(choice), ProjectSchema.BuiltIn, Actor, Noon).IsRefused);
        var context = Context(issue, choice, transition, missing, votes);
        var before = (issue.Status, issue.Version, issue.CompletedAt, issue.History.Count);

        var decision = WorkflowEngine.Decide(workflow, transition, context);
        var moved = issue.Move(transition, version, context, Actor, Noon, out _);

        Assert.False(decision.IsAllowed, $"{Name(transition)} is allowed without {missing ?? "an approval"}.");
        Assert.Equal(ErrorCodes.WorkflowTransitionGuardFailed, moved.Error?.Code);
        Assert.Equal(missing is null, moved.Error!.IsPending);
        Assert.Equal(before, (issue.Status, issue.Version, issue.CompletedAt, issue.History.Count));
        Violations++;
        return decision.Reasons;
    }

    private void Pass(Issue issue, Transition transition, Workflow version)
    {
        var choice = Find(ConditionsOf(DemandsOf(transition)), []);
        Assert.True(choice is not null, $"{Name(transition)} can never be taken.");
        Assert.False(issue.Edit(EditOf(choice), ProjectSchema.BuiltIn, Actor, Noon).IsRefused);
        var context = Context(issue, choice, transition, null, AllVotes(transition));

        Assert.Empty(WorkflowEngine.Decide(workflow, transition, context).Reasons);
        Assert.Null(issue.Move(transition, version, context, Actor, Noon, out _).Error);
        Assert.Equal(transition.To, issue.Status);
        Assert.Equal(workflow.FindState(transition.To)!.IsFinal, issue.CompletedAt is not null);
    }

    private MoveContext Context(
        Issue issue,
        Choice choice,
        Transition transition,
        string? missing,
        IReadOnlyList<ApprovalVote> votes
    )
    {
        var limit = workflow.FindState(transition.To)!.WipLimit ?? 0;
        return new MoveContext(issue.ToFacts(null, null, Noon))
        {
            IsAttempt = true,
            Comment = missing == MoveReason.CommentRequired ? " " : "Because",
            CheckedItems = choice.Checked,
            IssuesInState = new Dictionary<StateKey, int>
            {
                [new(transition.To.Value)] = missing == MoveReason.WipLimit ? limit : Math.Max(0, limit - 1),
            },
            Votes = new Dictionary<StateKey, IReadOnlyList<ApprovalVote>> { [new(transition.To.Value)] = votes },
            Requesters = new Dictionary<StateKey, UserId> { [new(transition.To.Value)] = Actor },
        };
    }

    private List<ApprovalVote> AllVotes(Transition transition) =>
        [
            .. workflow
                .ApprovalsOf(transition)
                .SelectMany(r => Enumerable.Range(100, r.Required).Select(user => new ApprovalVote(r.Key, new(user), true))),
        ];

    private static MoveContext ContextOf(string status, Choice choice)
    {
        var custom = choice
            .Fields.Where(f => f.Key.Contains("custom_fields.", StringComparison.Ordinal) && f.Value is not null)
            .ToDictionary(
                f => f.Key.Replace("issue.", "", StringComparison.Ordinal)["custom_fields.".Length..],
                f => f.Value!.Value
            );
        var fields = choice
            .Fields.Where(f => !f.Key.Contains("custom_fields.", StringComparison.Ordinal) && f.Value is not null)
            .ToDictionary(f => f.Key.Replace("issue.", "", StringComparison.Ordinal), f => f.Value!.Value);
        fields["custom_fields"] = JsonSerializer.SerializeToElement(custom);
        return new(IssueFacts.From(new(status), fields)) { CheckedItems = choice.Checked };
    }

    private IEnumerable<Condition> Parts(Condition condition) =>
        condition switch
        {
            AnyCondition any => any.Conditions.SelectMany(Parts),
            AllCondition all => all.Conditions.SelectMany(Parts),
            ChecklistCondition list => workflow.FindChecklist(list.Checklist) is { } found
                ? [list, .. found.Items.Select(i => i.Condition).OfType<Condition>().SelectMany(Parts)]
                : [list],
            _ => [condition],
        };

    private static IEnumerable<JsonElement?> Candidates(string field, IEnumerable<FieldCondition> conditions) =>
        field.Replace("issue.", "", StringComparison.Ordinal) switch
        {
            "assignee" or "assignee_id" => [null, Json(Actor)],
            "priority" => Priorities.Select(p => (JsonElement?)Json(p)),
            "labels" =>
            [
                null,
                .. conditions.SelectMany(Scalars).Select(s => (JsonElement?)Json(new[] { s.ToString() })),
                Json(new[] { "zz" }),
            ],
            "title" =>
            [
                Json("zz"),
                .. conditions
                    .SelectMany(Scalars)
                    .Where(s => s.ToString().Length > 0)
                    .Select(s => (JsonElement?)Json(s.ToString())),
            ],
            "description" => [null, Json("zz"), .. conditions.SelectMany(Scalars).Select(s => (JsonElement?)Json(s.ToString()))],
            "story_points" =>
            [
                null,
                Json(0),
                .. conditions.SelectMany(Scalars).Where(s => s.ValueKind is JsonValueKind.Number).SelectMany(Around),
            ],
            "due_date" =>
            [
                null,
                Json("1999-01-01"),
                Json("2999-01-01"),
                .. conditions
                    .SelectMany(Scalars)
                    .Where(s => DateOnly.TryParse(s.ToString(), CultureInfo.InvariantCulture, out _))
                    .Select(s => (JsonElement?)s),
            ],
            _ =>
            [
                null,
                Json("zz"),
                .. conditions
                    .SelectMany(c => c.Value is { ValueKind: JsonValueKind.Array } list ? [list] : Array.Empty<JsonElement>())
                    .Select(l => (JsonElement?)l),
                .. conditions.SelectMany(Scalars).SelectMany(Around),
            ],
        };

    private static IEnumerable<JsonElement> Scalars(FieldCondition condition) =>
        condition.Value switch
        {
            { ValueKind: JsonValueKind.Array } list => list.EnumerateArray(),
            { ValueKind: not JsonValueKind.Null and not JsonValueKind.Undefined } single => [single],
            _ => [],
        };

    private static IEnumerable<JsonElement?> Around(JsonElement value) =>
        value.ValueKind is JsonValueKind.Number && value.TryGetDecimal(out var number)
            ? [Json(number), Json(number + 1), Json(number - 1)]
            : [value];

    private static JsonElement Json<T>(T value) => JsonSerializer.SerializeToElement(value);

    private static string Name(Transition transition) => $"{transition.From} → {transition.To}";
}
