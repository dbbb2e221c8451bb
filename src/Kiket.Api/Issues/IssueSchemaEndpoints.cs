using System.ComponentModel;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Tokens;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Kiket.Api.Issues;

internal static class IssueSchemaEndpoints
{
    public static void MapIssueSchema(this IEndpointRouteBuilder api)
    {
        var schema = api.MapGroup("").WithTags("Issues");

        schema.MapGet("/issue_schema", GetIssueSchema).WithName(nameof(GetIssueSchema)).Reads(Scope.Issues);
        schema.MapGet("/issues/schema", GetIssueSchema).WithName("GetIssueSchemaForCli").Reads(Scope.Issues);
        schema
            .MapGet("/projects/{project}/issue_schema", GetProjectIssueSchema)
            .WithName(nameof(GetProjectIssueSchema))
            .Reads(Scope.Issues);
    }

    /// <summary>Reads the issue schema: types, custom fields, priorities and statuses.</summary>
    private static async Task<Results<Ok<IssueSchemaDto>, ErrorResult>> GetIssueSchema(
        [AsParameters] IssueSchemaParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new GetIssueSchemaQuery(parameters.ToProject()), ct)).ToOk(schema => schema);

    /// <summary>Reads the issue schema of one project.</summary>
    private static async Task<Results<Ok<IssueSchemaDto>, ErrorResult>> GetProjectIssueSchema(
        ProjectRef project,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new GetIssueSchemaQuery(project), ct)).ToOk(schema => schema);
}

internal sealed record IssueSchemaParameters
{
    [FromQuery(Name = "project_id"), Description("Only the schema of this project: its id or key.")]
    public string? ProjectId { get; init; }

    [FromQuery(Name = "project_key"), Description("Alias of `project_id`.")]
    public string? ProjectKey { get; init; }

    public ProjectRef? ToProject() =>
        Parameters.Project("project_id", Parameters.OneOf(("project_id", ProjectId), ("project_key", ProjectKey)));
}
