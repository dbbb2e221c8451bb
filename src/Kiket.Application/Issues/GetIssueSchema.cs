using System.Text.Json;
using System.Text.Json.Serialization;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Application.Workflows;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Issues;

/// <summary>The issue schema: of one project, or of all active projects that the actor can see.</summary>
internal sealed record GetIssueSchemaQuery(ProjectRef? Project) : IQuery<Result<IssueSchemaDto>>;

/// <summary>
/// Contract, section 10. A strict client rejects null where a key is optional, so empty ones are omitted (decisions, 3).
/// </summary>
internal sealed record IssueSchemaDto(
    IReadOnlyList<IssueTypeDto> IssueTypes,
    IReadOnlyList<CustomFieldDto> CustomFields,
    IReadOnlyList<string> Priorities,
    IReadOnlyList<StatusDto> Statuses,
    IReadOnlyList<IssueTemplateDto> Templates
);

/// <summary>A template for new issues, with the field names of a request.</summary>
/// <param name="RequiredFields">The fields that the caller must provide unless the template does.</param>
/// <param name="Fields">The template's fields.</param>
internal sealed record IssueTemplateDto(
    string Key,
    string Name,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Hint,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TypeKey? IssueType,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] StateKey? Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Title,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Description,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IssuePriority? Priority,
    IReadOnlyList<string> Labels,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] decimal? StoryPoints,
    IReadOnlyDictionary<string, JsonElement> CustomFields,
    IReadOnlyList<string> RequiredFields,
    IReadOnlyList<CustomFieldDto> Fields
)
{
    private static readonly HashSet<string> Members = typeof(IssueTemplateDto)
        .GetProperties()
        .Select(p => WireName.Snake(p.Name))
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>The template's values of all other fields, by name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement> More { get; init; } = new(StringComparer.Ordinal);

    internal static IssueTemplateDto Of(IssueTemplate t) =>
        new(
            t.Key,
            t.Name,
            t.Description,
            t.IssueType,
            t.Status,
            t.Title,
            t.Text,
            t.Priority,
            t.Labels,
            t.StoryPoints,
            t.CustomFields,
            t.RequiredFields,
            [.. t.Fields.Select(CustomFieldDto.Of)]
        )
        {
            More = t.Given.Where(g => !Members.Contains(g.Key)).ToDictionary(StringComparer.Ordinal),
        };
}

/// <param name="Name">The same as <paramref name="Label"/>; the CLI reads this one.</param>
internal sealed record IssueTypeDto(
    TypeKey Key,
    string Label,
    string Name,
    string Icon,
    string Color,
    bool AllowChildren,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Description
);

/// <param name="Type">The coarse type that every client understands.</param>
/// <param name="FieldType">The exact type.</param>
internal sealed record CustomFieldDto(
    string Key,
    string Label,
    string Name,
    string Type,
    string FieldType,
    bool Required,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TypeKey? IssueType,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Options,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? DefaultValue,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? HelperText
)
{
    internal static CustomFieldDto Of(CustomField f) =>
        new(
            f.Key,
            f.Label,
            f.Label,
            f.CoarseType,
            WireName.Of(f.Type),
            f.Required,
            f.IssueType,
            f.Options.Count == 0 ? null : f.Options,
            f.DefaultValue,
            f.HelperText
        );
}

/// <param name="OlderVersion">
/// The version of the workflow that has this state, which the latest one does not have: issues are still in it. Omitted for
/// states of the latest one.
/// </param>
internal sealed record StatusDto(
    StateKey Key,
    string Label,
    string Name,
    string Category,
    string Type,
    string Workflow,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Color,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? OlderVersion
);

internal sealed class GetIssueSchemaHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<GetIssueSchemaQuery, Result<IssueSchemaDto>>
{
    /// <summary>The scale that clients are shown; six values are accepted (decisions, 11).</summary>
    private static readonly string[] Priorities = ["low", "medium", "high", "critical"];

    public async Task<Result<IssueSchemaDto>> Handle(GetIssueSchemaQuery query, CancellationToken ct)
    {
        IQueryable<Project> projects;
        if (query.Project is { } reference)
        {
            var found = await db.FindProjectAsync(reference, current.Actor, ProjectAccess.Read, ct);
            if (found.Error is { } unavailable)
                return unavailable;
            var id = found.Value.Id;
            projects = db.Projects.AsNoTracking().Where(p => p.Id == id);
        }
        else
        {
            projects = db.VisibleProjects(current.Actor).Where(p => p.Status == ProjectStatus.Active);
        }

        var schemas = await projects.OrderBy(p => p.Id).Select(p => p.Schema).ToListAsync(ct);
        var workflows = await db
            .Workflows.WithSpecification(new LatestWorkflowsOf(projects, db.Workflows))
            .OrderBy(w => w.ProjectId)
            .ThenBy(w => w.Id)
            .Select(w => new
            {
                w.Id,
                w.Key,
                w.Definition,
            })
            .ToListAsync(ct);

        var latest = workflows.Select(w => w.Id).ToList();
        var left = await db
            .IssueCounts.AsNoTracking()
            .Where(c => projects.Any(p => p.Id == c.ProjectId) && !latest.Contains(c.WorkflowId))
            .GroupBy(c => new { c.WorkflowId, c.Status })
            .Where(g => g.Sum(c => c.Change) > 0)
            .Select(g => new { g.Key.WorkflowId, g.Key.Status })
            .ToListAsync(ct);
        var olderIds = left.Select(i => i.WorkflowId).Distinct().ToList();
        var older =
            olderIds.Count == 0
                ? []
                : await db
                    .Workflows.AsNoTracking()
                    .Where(w => olderIds.Contains(w.Id))
                    .OrderByDescending(w => w.Revision)
                    .Select(w => new
                    {
                        w.Id,
                        w.Key,
                        w.Revision,
                        w.Definition,
                    })
                    .ToListAsync(ct);
        var latestStates = workflows.SelectMany(w => w.Definition.States.Select(s => StatusOf(s, w.Key, null)));
        var former = older.SelectMany(w =>
            w.Definition.States.Where(s => left.Exists(i => i.WorkflowId == w.Id && i.Status == s.Key))
                .Select(s => StatusOf(s, w.Key, w.Revision))
        );

        return new IssueSchemaDto(
            [
                .. schemas
                    .SelectMany(s => s.IssueTypes)
                    .Where(t => t.Active)
                    .OrderBy(t => t.Position)
                    .DistinctBy(t => t.Key)
                    .Select(TypeOf),
            ],
            [.. schemas.SelectMany(s => s.CustomFields).DistinctBy(f => (f.Key, f.IssueType)).Select(CustomFieldDto.Of)],
            Priorities,
            [.. latestStates.Concat(former).DistinctBy(s => s.Key)],
            [.. schemas.SelectMany(s => s.Templates).DistinctBy(t => t.Key).Select(IssueTemplateDto.Of)]
        );
    }

    private static IssueTypeDto TypeOf(IssueType t) =>
        new(t.Key, t.Label, t.Label, t.Icon, t.Color, t.AllowChildren, t.Description);

    private static StatusDto StatusOf(State s, string workflow, int? olderVersion) =>
        new(s.Key, s.Label, s.Label, WireName.Of(s.Category), WireName.Of(s.Type), workflow, s.Color, olderVersion);
}
