using System.Text.Json;
using System.Text.Json.Serialization;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Common;
using Kiket.Application.Issues;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Tokens;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiket.Api.Issues;

/// <summary>Issues and their transitions.</summary>
internal static class IssueEndpoints
{
    public static void MapIssues(this IEndpointRouteBuilder api)
    {
        var issues = api.MapGroup("/issues").WithTags("Issues");

        issues.MapGet("/", ListIssues).WithName(nameof(ListIssues)).Reads(Scope.Issues);
        issues.MapIssues("Issue", transition: "TransitionIssueAlias");
        issues.MapDelete("/{issue}", DeleteIssue).WithName(nameof(DeleteIssue)).Writes(Scope.Issues);
        issues.MapPost("/{issue}/transition", TransitionIssue).WithName(nameof(TransitionIssue)).Writes(Scope.Issues);
        issues.MapGet("/{issue}/transitions", ListIssueTransitions).WithName(nameof(ListIssueTransitions)).Reads(Scope.Issues);
        issues.MapGet("/{issue}/history", ListIssueHistory).WithName(nameof(ListIssueHistory)).Reads(Scope.Issues);

        // Extensions get the same issues under another name in the response.
        var own = api.MapGroup("/ext/issues").WithTags("Extension API");
        own.MapGet("/", ListExtIssues).WithName(nameof(ListExtIssues)).Reads(Scope.Issues);
        own.MapIssues("ExtIssue", transition: "TransitionExtIssue");
    }

    /// <summary>The routes of issues, for people and for extensions.</summary>
    private static void MapIssues(this IEndpointRouteBuilder issues, string name, string transition)
    {
        issues.MapPost("/", CreateIssue).WithName($"Create{name}").Writes(Scope.Issues);
        issues.MapGet("/{issue}", GetIssue).WithName($"Get{name}").Reads(Scope.Issues);
        issues.MapPatch("/{issue}", UpdateIssue).WithName($"Update{name}").Writes(Scope.Issues);
        issues.MapPost("/{issue}/transitions", TransitionIssue).WithName(transition).Writes(Scope.Issues);
    }

    /// <summary>Lists the issues that you can see.</summary>
    private static async Task<Results<Ok<DataPage<IssueDto>>, ErrorResult>> ListIssues(
        [AsParameters] IssueListParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(parameters.ToQuery(null), ct)).ToOk(DataPage<IssueDto>.Of);

    /// <summary>Lists the issues of the project that the extension is installed for.</summary>
    private static async Task<Results<Ok<IssuePage>, ErrorResult>> ListExtIssues(
        [AsParameters] IssueListParameters parameters,
        RouteScope scope,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(parameters.ToQuery(scope.Project), ct)).ToOk(IssuePage.Of);

    /// <summary>Creates an issue.</summary>
    private static async Task<Results<CreatedResource<IssueDto>, ErrorResult>> CreateIssue(
        IssueBody body,
        RouteScope scope,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (body.Project ?? scope.Project) is { } project
            ? (await mediator.Send(body.ToCreation(project), ct)).ToCreated(i => $"{scope.Root}/issues/{i.Id}")
            : new ErrorResult(
                Error.Validation("issue.project_id", "An issue must belong to a project; specify project_id or project_key.")
            );

    /// <summary>Reads one issue by id or key.</summary>
    private static async Task<Results<Resource<IssueDto>, ErrorResult>> GetIssue(
        IssueRef issue,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new GetIssueQuery(issue), ct)).ToResource();

    /// <summary>Changes an issue; a change of status is a transition.</summary>
    private static async Task<Results<Resource<IssueDto>, ErrorResult>> UpdateIssue(
        IssueRef issue,
        IssueBody body,
        IfMatch ifMatch,
        IMediator mediator,
        CancellationToken ct
    ) =>
        body.Template is not null
            ? new ErrorResult(Error.Validation("issue.template", "A template can only be used for new issues."))
            : (
                await mediator.Send(new UpdateIssueCommand(issue, body.ToEdit(), body.Status, ifMatch.Version, body.Project), ct)
            ).ToResource();

    /// <summary>Deletes an issue; its children become roots.</summary>
    private static async Task<Results<Ok<Success>, ErrorResult>> DeleteIssue(
        IssueRef issue,
        IfMatch ifMatch,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new DeleteIssueCommand(issue, ifMatch.Version), ct)).ToSuccess();

    /// <summary>Moves an issue along one transition of its workflow.</summary>
    private static async Task<Results<Resource<IssueDto>, ErrorResult>> TransitionIssue(
        IssueRef issue,
        TransitionBody body,
        IfMatch ifMatch,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new TransitionIssueCommand(issue, body.Target, body.Comment, ifMatch.Version), ct)).ToResource();

    /// <summary>Lists the transitions from an issue's current state.</summary>
    private static async Task<Results<Ok<IssueTransitionsDto>, ErrorResult>> ListIssueTransitions(
        IssueRef issue,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new ListIssueTransitionsQuery(issue), ct)).ToOk(t => t);

    /// <summary>Lists every change of an issue, oldest first.</summary>
    private static async Task<Results<Ok<DataPage<IssueChangeDto>>, ErrorResult>> ListIssueHistory(
        IssueRef issue,
        [AsParameters] PageParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new ListIssueHistoryQuery(issue, parameters.ToPage()), ct)).ToOk(DataPage<IssueChangeDto>.Of);
}

internal sealed record IssuePage(IReadOnlyList<IssueDto> Issues, PageMeta Meta)
{
    public static IssuePage Of(Page<IssueDto> page) => new(page.Items, PageMeta.Of(page));
}

[Envelope("issue", "project_id", "project_key", "template")]
internal sealed record IssueBody
{
    [NullIsAbsent]
    public Optional<string?> Title { get; init; }

    public Optional<string?> Description { get; init; }

    [NullIsAbsent]
    public Optional<string?> IssueType { get; init; }

    public Optional<IssuePriority> Priority { get; init; }

    public string? Status { get; init; }

    public Optional<UserId?> AssigneeId { get; init; }

    /// <summary>Alias of <c>assignee_id</c>.</summary>
    [AliasOf("assignee_id")]
    public Optional<UserId?> AssignedTo { get; init; }

    public Optional<IReadOnlyList<string>?> Labels { get; init; }

    public Optional<IReadOnlyDictionary<string, JsonElement>?> CustomFields { get; init; }

    public Optional<IssueId?> ParentId { get; init; }

    public Optional<long?> MilestoneId { get; init; }

    public Optional<decimal?> StoryPoints { get; init; }

    public Optional<DateOnly?> StartDate { get; init; }

    public Optional<DateOnly?> DueDate { get; init; }

    /// <summary>Key of the template that provides values for a new issue.</summary>
    public string? Template { get; init; }

    public ProjectRef? ProjectId { get; init; }

    [AliasOf("project_id")]
    public ProjectRef? ProjectKey { get; init; }

    [JsonIgnore]
    public ProjectRef? Project => ProjectId ?? ProjectKey;

    public CreateIssueCommand ToCreation(ProjectRef project) =>
        new(project, ToEdit(), Status is { } state ? new StateKey(state) : null, Template);

    public IssueEdit ToEdit() =>
        new()
        {
            Title = Title,
            Description = Description,
            IssueType = IssueType,
            Priority = Priority,
            AssigneeId = AssigneeId.IsSet ? AssigneeId : AssignedTo,
            Labels = Labels,
            CustomFields = CustomFields,
            ParentId = ParentId,
            MilestoneId = MilestoneId,
            StoryPoints = StoryPoints,
            StartDate = StartDate,
            DueDate = DueDate,
        };
}

/// <summary>
/// <c>{"transition": {"state": "done"}}</c>, <c>{"transition": "done"}</c> or <c>{"to": "done"}</c> (contract 7.2).
/// </summary>
[Envelope("transition", "comment")]
internal sealed record TransitionBody
{
    public string? State { get; init; }

    [AliasOf("state")]
    public string? To { get; init; }

    [AliasOf("state")]
    public string? Transition { get; init; }

    public string? Comment { get; init; }

    [JsonIgnore]
    public string? Target => State ?? To ?? Transition;
}
