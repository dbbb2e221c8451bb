using System.Text.Json;
using System.Text.Json.Serialization;
using System.Xml;
using Kiket.Application.Common;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;

namespace Kiket.Application.Workflows;

/// <summary>
/// A version of a workflow. Its parts have the same names as in a definition file; durations are ISO 8601.
/// </summary>
/// <param name="Version">The version shown.</param>
/// <param name="LatestVersion">The version that new issues follow.</param>
/// <param name="Source">The exact text that it was read from; null for the built-in workflow.</param>
internal sealed record WorkflowDto(
    long Id,
    string Key,
    string Name,
    string? Description,
    int Version,
    int LatestVersion,
    ProjectId ProjectId,
    string ProjectKey,
    StateKey InitialState,
    IReadOnlyList<StateDto> States,
    IReadOnlyList<WorkflowTransitionDto> Transitions,
    string? Source,
    DateTimeOffset CreatedAt
) : IVersioned
{
    internal static WorkflowDto Of(Workflow workflow, Project project, int latest) =>
        new(
            workflow.Id,
            workflow.Key,
            workflow.Name,
            workflow.Definition.Description,
            workflow.Revision,
            latest,
            project.Id,
            project.Key,
            workflow.Definition.InitialState,
            [.. workflow.Definition.States.Select(StateDto.Of)],
            [.. workflow.Definition.Transitions.Select(WorkflowTransitionDto.Of)],
            workflow.Source,
            workflow.CreatedAt
        );
}

internal sealed record StateDto(
    StateKey Key,
    string Label,
    StateType Type,
    StateCategory Category,
    string? Description,
    string? Color,
    string? Icon,
    int? WipLimit,
    IReadOnlyList<SlaPolicyDto> Sla,
    IReadOnlyList<ApprovalRequirementDto> Approvals,
    IReadOnlyList<ConditionDto> Conditions,
    ChecklistDefinitionDto? Checklist,
    IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> OnEnter,
    IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> OnExit,
    IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> OnComplete
)
{
    internal static StateDto Of(State s) =>
        new(
            s.Key,
            s.Label,
            s.Type,
            s.Category,
            s.Description,
            s.Color,
            s.Icon,
            s.WipLimit,
            [.. s.Sla.Select(SlaPolicyDto.Of)],
            [.. s.Approvals.Select(ApprovalRequirementDto.Of)],
            ConditionDto.Of(s.Conditions),
            s.Checklist is { } checklist ? ChecklistDefinitionDto.Of(checklist) : null,
            ActionDto.Of(s.OnEnter),
            ActionDto.Of(s.OnExit),
            ActionDto.Of(s.OnComplete)
        );
}

internal sealed record WorkflowTransitionDto(
    StateKey From,
    StateKey To,
    string? Name,
    string? Description,
    IReadOnlyList<ConditionDto> Conditions,
    IReadOnlyList<ApprovalRequirementDto> Approvals,
    IReadOnlyList<string> RequiresFields,
    bool CommentRequired
)
{
    internal static WorkflowTransitionDto Of(Transition t) =>
        new(
            t.From,
            t.To,
            t.Name,
            t.Description,
            ConditionDto.Of(t.Conditions),
            [.. t.Approvals.Select(ApprovalRequirementDto.Of)],
            t.RequiresFields,
            t.CommentRequired
        );
}

/// <summary>
/// One of: <c>field</c>, <c>operator</c> and <c>value</c>; <c>checklist</c> and <c>complete</c>; <c>any</c>; <c>all</c>.
/// </summary>
internal sealed record ConditionDto
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Field { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ConditionOperator? Operator { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Value { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Checklist { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Complete { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ConditionDto>? Any { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ConditionDto>? All { get; init; }

    internal static IReadOnlyList<ConditionDto> Of(IEnumerable<Condition> conditions) => [.. conditions.Select(Of)];

    internal static ConditionDto Of(Condition condition) =>
        condition switch
        {
            FieldCondition field => new()
            {
                Field = field.Field,
                Operator = field.Operator,
                Value = field.Value,
            },
            ChecklistCondition checklist => new() { Checklist = checklist.Checklist, Complete = checklist.Complete },
            AnyCondition any => new() { Any = Of(any.Conditions) },
            AllCondition all => new() { All = Of(all.Conditions) },
            _ => throw new ArgumentOutOfRangeException(nameof(condition), condition, null),
        };
}

/// <param name="Group">Requirements of one level with the same group are alternatives; null for none.</param>
internal sealed record ApprovalRequirementDto(
    string Key,
    string Name,
    IReadOnlyList<WorkflowApproverDto> Approvers,
    int Required,
    int Level,
    string? Group,
    IReadOnlyList<ConditionDto> Conditions,
    string? Timeout,
    string? Message
)
{
    internal static ApprovalRequirementDto Of(ApprovalRequirement r) =>
        new(
            r.Key,
            r.Name,
            [.. r.Approvers.Select(a => new WorkflowApproverDto(a.Kind, a.Identifier))],
            r.Required,
            r.Level,
            r.Group,
            ConditionDto.Of(r.Conditions),
            Lengths.Of(r.Timeout),
            r.Message
        );
}

internal sealed record WorkflowApproverDto(ApproverKind Type, string Identifier);

internal sealed record ChecklistDefinitionDto(
    string Id,
    string Title,
    ChecklistMode RequiredMode,
    IReadOnlyList<ChecklistItemDefinitionDto> Items,
    IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> OnComplete
)
{
    internal static ChecklistDefinitionDto Of(Checklist c) =>
        new(
            c.Id,
            c.Title,
            c.Mode,
            [
                .. c.Items.Select(i => new ChecklistItemDefinitionDto(
                    i.Id,
                    i.Label,
                    i.Check,
                    i.Required,
                    i.Condition is null ? null : ConditionDto.Of(i.Condition)
                )),
            ],
            ActionDto.Of(c.OnComplete)
        );
}

internal sealed record ChecklistItemDefinitionDto(
    string Id,
    string Label,
    ChecklistCheck CheckType,
    bool Required,
    ConditionDto? Condition
);

internal sealed record SlaPolicyDto(
    ConditionDto? Condition,
    string? Warning,
    string? Breach,
    bool BusinessHours,
    bool PauseOnState,
    IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> OnWarning,
    IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> OnBreach
)
{
    internal static SlaPolicyDto Of(SlaPolicy p) =>
        new(
            p.Condition is null ? null : ConditionDto.Of(p.Condition),
            Lengths.Of(p.Warning),
            Lengths.Of(p.Breach),
            p.BusinessHours,
            p.PauseOnState,
            ActionDto.Of(p.OnWarning),
            ActionDto.Of(p.OnBreach)
        );
}

/// <summary>Actions as in a definition: the kind of action in <c>action</c>, and its other keys beside it.</summary>
internal static class ActionDto
{
    public static IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Of(IEnumerable<WorkflowAction> actions) =>
        [.. actions.Select(Of)];

    private static Dictionary<string, JsonElement> Of(WorkflowAction action)
    {
        Dictionary<string, JsonElement> written = new(StringComparer.Ordinal)
        {
            ["action"] = JsonSerializer.SerializeToElement(action.Kind),
        };
        foreach (var parameter in action.Parameters.EnumerateObject())
            written[parameter.Name] = parameter.Value;
        if (action.Conditions.Count > 0)
            written["conditions"] = JsonSerializer.SerializeToElement(ConditionDto.Of(action.Conditions), WireJson.Options);
        return written;
    }
}

internal static class Lengths
{
    public static string? Of(TimeSpan? length) => length is { } known ? XmlConvert.ToString(known) : null;
}
