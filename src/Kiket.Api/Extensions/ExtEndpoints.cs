using System.ComponentModel;
using System.Text.Json;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Api.Issues;
using Kiket.Api.Projects;
using Kiket.Application.Common;
using Kiket.Application.Issues;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Application.Workflows;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Tokens;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Kiket.Api.Extensions;

/// <summary>
/// The API of an extension in the project that it is installed for; callers with a user's token specify the project.
/// </summary>
internal static class ExtEndpoints
{
    public static void MapExt(this IEndpointRouteBuilder api)
    {
        var ext = api.MapGroup("/ext").WithTags("Extension API");

        ext.MapGet("/issues", ListExtIssues).WithName(nameof(ListExtIssues)).Reads(Scope.Issues);
        ext.MapPost("/issues", CreateExtIssue).WithName(nameof(CreateExtIssue)).Writes(Scope.Issues);
        ext.MapGroup("/issues").MapIssue("ExtIssue", transition: "TransitionExtIssue");
        ext.MapGet("/workflows/states", ListExtWorkflowStates).WithName(nameof(ListExtWorkflowStates)).Reads(Scope.Workflows);
        ext.MapPost("/workflows/trigger", TriggerExtWorkflow).WithName(nameof(TriggerExtWorkflow)).Executes(Scope.Workflows);
        ext.MapGet("/project", GetExtProject).WithName(nameof(GetExtProject)).Reads(Scope.Projects);
        ext.MapGet("/project/members", ListExtMembers).WithName(nameof(ListExtMembers)).Reads(Scope.Users);
    }

    /// <summary>Lists the issues of the project that the extension is installed for.</summary>
    private static async Task<Results<Ok<IssuePage>, ErrorResult>> ListExtIssues(
        [AsParameters] IssueListParameters parameters,
        ICurrentActor current,
        IMediator mediator,
        CancellationToken ct
    )
    {
        var filter = parameters.ToFilter();
        return (
            await mediator.Send(
                new ListIssuesQuery(
                    filter with
                    {
                        Project = filter.Project ?? OwnProject(current),
                    },
                    parameters.ToPage(),
                    parameters.ToTotal()
                ),
                ct
            )
        ).ToOk(IssuePage.Of);
    }

    /// <summary>Creates an issue.</summary>
    private static async Task<Results<CreatedResource<IssueDto>, ErrorResult>> CreateExtIssue(
        IssueBody body,
        ICurrentActor current,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (body.Project ?? OwnProject(current)) is { } project
            ? (await mediator.Send(body.ToCreation(project), ct)).ToCreated(i => $"/api/v1/ext/issues/{i.Id}")
            : new ErrorResult(
                Error.Validation("issue.project_id", "An issue must belong to a project; specify project_id or project_key.")
            );

    /// <summary>Lists the states of a workflow.</summary>
    private static async Task<Results<Ok<WorkflowStatesDto>, ErrorResult>> ListExtWorkflowStates(
        [AsParameters] ExtProjectParameters parameters,
        [AsParameters] WorkflowStateParameters states,
        ICurrentActor current,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (
            await mediator.Send(
                new GetWorkflowStatesQuery(
                    Project(parameters, current),
                    states.Workflow,
                    states.IssueType is { } type ? new TypeKey(type) : null
                ),
                ct
            )
        ).ToOk(states => states);

    /// <summary>Triggers a workflow action of an issue: a transition or a named action.</summary>
    private static async Task<Results<Ok<TriggeredWorkflow>, ErrorResult>> TriggerExtWorkflow(
        TriggerBody body,
        IMediator mediator,
        CancellationToken ct
    )
    {
        if (body.Issue is not { } issue)
            return new ErrorResult(Error.Validation("issue_id", "Specify issue_id or issue_key."));
        JsonElement? parameters = body.Params is { } given ? JsonSerializer.SerializeToElement(given) : null;
        var execution = await mediator.Send(
            new TriggerWorkflowCommand(issue, body.Action, body.To, body.Comment, parameters),
            ct
        );
        return execution.ToOk(e => new TriggeredWorkflow("ok", e.Issue, e.Id));
    }

    /// <summary>Reads the project that the extension is installed for.</summary>
    private static async Task<Results<Resource<ProjectDto>, ErrorResult>> GetExtProject(
        [AsParameters] ExtProjectParameters parameters,
        ICurrentActor current,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new GetProjectQuery(Project(parameters, current)), ct)).ToResource();

    /// <summary>Lists the members of the project that the extension is installed for.</summary>
    private static async Task<Results<Ok<MemberPage>, ErrorResult>> ListExtMembers(
        [AsParameters] ExtProjectParameters parameters,
        [AsParameters] PageParameters page,
        ICurrentActor current,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new ListMembersQuery(Project(parameters, current), page.ToPage()), ct)).ToOk(MemberPage.Of);

    private static ProjectRef? OwnProject(ICurrentActor current) =>
        current.Extension?.ProjectId is { } own ? ProjectRef.Of(own) : null;

    private static ProjectRef Project(ExtProjectParameters parameters, ICurrentActor current) =>
        Project(parameters.ProjectId, parameters.ProjectKey, current);

    private static ProjectRef Project(string? id, string? key, ICurrentActor current) =>
        Parameters.Project("project_id", Parameters.OneOf(("project_id", id), ("project_key", key)))
        ?? OwnProject(current)
        ?? throw new InvalidParameterException(
            "project_id",
            "Specify project_id: the extension is installed for the whole organization, or the token is a user's."
        );
}

internal sealed record IssuePage(IReadOnlyList<IssueDto> Issues, PageMeta Meta)
{
    public static IssuePage Of(Page<IssueDto> page) => new(page.Items, PageMeta.Of(page));
}

internal sealed record ExtProjectParameters
{
    [FromQuery(Name = "project_id"), Description("The project: its id or key; the installation's project by default.")]
    public string? ProjectId { get; init; }

    [FromQuery(Name = "project_key"), Description("Alias of `project_id`.")]
    public string? ProjectKey { get; init; }
}

internal sealed record WorkflowStateParameters
{
    [FromQuery(Name = "workflow"), Description("Key of the workflow; by default that of the issue type or the project.")]
    public string? Workflow { get; init; }

    [FromQuery(Name = "issue_type"), Description("Key of an issue type, for the workflow that its issues follow.")]
    public string? IssueType { get; init; }
}

/// <summary>The triggered action.</summary>
/// <param name="Status"><c>ok</c>.</param>
/// <param name="ExecutionId">Unique id of this execution.</param>
internal sealed record TriggeredWorkflow(string Status, IssueDto Issue, string ExecutionId);

[Envelope("trigger")]
internal sealed record TriggerBody
{
    public IssueRef? IssueId { get; init; }

    [AliasOf("issue_id")]
    public IssueRef? IssueKey { get; init; }

    /// <summary><c>transition</c>, or the name of a transition.</summary>
    public string? Action { get; init; }

    /// <summary>The target state.</summary>
    public string? To { get; init; }

    /// <summary>Further parameters; <c>comment</c> gives the reason.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Params { get; init; }

    [System.Text.Json.Serialization.JsonIgnore]
    public IssueRef? Issue => IssueId ?? IssueKey;

    [System.Text.Json.Serialization.JsonIgnore]
    public string? Comment =>
        Params?.TryGetValue("comment", out var comment) == true && comment.ValueKind is JsonValueKind.String
            ? comment.GetString()
            : null;
}
