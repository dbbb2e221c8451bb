using System.ComponentModel;
using System.Text.Json;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Api.Projects;
using Kiket.Application.Issues;
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

        ext.MapGet("/workflows/states", ListExtWorkflowStates).WithName(nameof(ListExtWorkflowStates)).Reads(Scope.Workflows);
        ext.MapPost("/workflows/trigger", TriggerExtWorkflow).WithName(nameof(TriggerExtWorkflow)).Executes(Scope.Workflows);
        ext.MapGet("/project", GetExtProject).WithName(nameof(GetExtProject)).Reads(Scope.Projects);
        ext.MapGet("/project/members", ListExtMembers).WithName(nameof(ListExtMembers)).Reads(Scope.Users);
    }

    /// <summary>Lists the states of a workflow.</summary>
    private static async Task<Results<Ok<WorkflowStatesDto>, ErrorResult>> ListExtWorkflowStates(
        [AsParameters] ExtProjectParameters parameters,
        [AsParameters] WorkflowStateParameters states,
        RouteScope scope,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (
            await mediator.Send(
                new GetWorkflowStatesQuery(
                    parameters.In(scope),
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
        RouteScope scope,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new GetProjectQuery(parameters.In(scope)), ct)).ToResource();

    /// <summary>Lists the members of the project that the extension is installed for.</summary>
    private static async Task<Results<Ok<MemberPage>, ErrorResult>> ListExtMembers(
        [AsParameters] ExtProjectParameters parameters,
        [AsParameters] PageParameters page,
        RouteScope scope,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new ListMembersQuery(parameters.In(scope), page.ToPage()), ct)).ToOk(MemberPage.Of);
}

internal sealed record ExtProjectParameters
{
    [FromQuery(Name = "project_id"), Description("The project: its id or key; the installation's project by default.")]
    public string? ProjectId { get; init; }

    [FromQuery(Name = "project_key"), Description("Alias of `project_id`.")]
    public string? ProjectKey { get; init; }

    public ProjectRef In(RouteScope scope) =>
        Parameters.Project("project_id", Parameters.OneOf(("project_id", ProjectId), ("project_key", ProjectKey)))
        ?? scope.Project
        ?? throw new InvalidParameterException(
            "project_id",
            "Specify project_id: the extension is installed for the whole organization, or the token is a user's."
        );
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
