using System.ComponentModel;
using System.Text.Json.Serialization;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Definitions;
using Kiket.Domain.Projects;
using Kiket.Domain.Tokens;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Kiket.Api.Definitions;

/// <summary>Definition files, which configure projects.</summary>
internal static class DefinitionEndpoints
{
    public static void MapDefinitions(this IEndpointRouteBuilder api)
    {
        var definitions = api.MapGroup("/definitions").WithTags("Definitions");

        definitions.MapGet("/", ListDefinitions).WithName(nameof(ListDefinitions)).Reads(Scope.Workflows);
        definitions
            .MapPost("/import", ImportDefinitions)
            .WithName(nameof(ImportDefinitions))
            .Writes(Scope.Workflows)
            .WithMetadata(new RequestSizeLimitAttribute(DefinitionLimits.MaxPackLength));
    }

    /// <summary>Lists the definition files of the projects that you can see.</summary>
    private static async Task<Results<Ok<DataPage<DefinitionDto>>, ErrorResult>> ListDefinitions(
        [AsParameters] DefinitionListParameters parameters,
        [AsParameters] PageParameters page,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (await mediator.Send(new ListDefinitionsQuery(parameters.ToProject(), page.ToPage()), ct)).ToOk(
            DataPage<DefinitionDto>.Of
        );

    /// <summary>Applies definition files to a project. If any file is invalid, none is applied.</summary>
    private static async Task<Results<Ok<ImportedDefinitions>, ErrorResult>> ImportDefinitions(
        DefinitionsBody body,
        [FromQuery(Name = "strict"), Description(Parameters.StrictDescription)] bool? strict,
        IMediator mediator,
        CancellationToken ct
    )
    {
        var files = body.ToFiles(body.Strict ?? strict ?? true);
        return (await mediator.Send(new ImportDefinitionsCommand(files, body.ProjectKey, null, body.DryRun, "api"), ct)).ToOk(
            imported => imported
        );
    }
}

internal sealed record DefinitionListParameters
{
    [FromQuery(Name = "project"), Description("Only files of this project: its id or key.")]
    public string? Project { get; init; }

    [FromQuery(Name = "project_id"), Description("Alias of `project`.")]
    public string? ProjectId { get; init; }

    [FromQuery(Name = "project_key"), Description("Alias of `project`.")]
    public string? ProjectKey { get; init; }

    public ProjectRef? ToProject() =>
        Parameters.Project(
            "project",
            Parameters.OneOf(("project", Project), ("project_id", ProjectId), ("project_key", ProjectKey))
        );
}

[Envelope("definitions")]
internal sealed record DefinitionsBody
{
    public IReadOnlyList<DefinitionFileBody>? Files { get; init; }

    public string? ProjectKey { get; init; }

    public bool DryRun { get; init; }

    /// <summary>Whether what may weaken a rule, such as a misspelt key, is an error; true by default.</summary>
    public bool? Strict { get; init; }

    public IReadOnlyList<DefinitionText> ToFiles(bool isStrict) =>
        [.. (Files ?? []).Select(f => new DefinitionText(f?.Path ?? "", f?.Content!, isStrict))];
}

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record DefinitionFileBody(string? Path, string? Content);
