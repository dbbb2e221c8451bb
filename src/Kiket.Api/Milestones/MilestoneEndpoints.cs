using System.ComponentModel;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Common;
using Kiket.Application.Milestones;
using Kiket.Domain.Common;
using Kiket.Domain.Milestones;
using Kiket.Domain.Projects;
using Kiket.Domain.Tokens;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Kiket.Api.Milestones;

/// <summary>The milestones of a project and their progress.</summary>
internal static class MilestoneEndpoints
{
    public static void MapMilestones(this IEndpointRouteBuilder api)
    {
        var milestones = api.MapGroup("/projects/{project}/milestones").WithTags("Milestones");

        milestones.MapGet("/", ListMilestones).WithName(nameof(ListMilestones)).Reads(Scope.Projects);
        milestones.MapPost("/", CreateMilestone).WithName(nameof(CreateMilestone)).Writes(Scope.Projects);
        milestones.MapGet("/{id:long}", GetMilestone).WithName(nameof(GetMilestone)).Reads(Scope.Projects);
        milestones.MapPatch("/{id:long}", UpdateMilestone).WithName(nameof(UpdateMilestone)).Writes(Scope.Projects);
        milestones.MapDelete("/{id:long}", DeleteMilestone).WithName(nameof(DeleteMilestone)).Writes(Scope.Projects);
    }

    /// <summary>Lists the milestones of a project.</summary>
    private static async Task<Results<Ok<MilestonePage>, ErrorResult>> ListMilestones(
        ProjectRef project,
        [AsParameters] MilestoneListParameters parameters,
        [AsParameters] PageParameters page,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (
            await mediator.Send(
                new ListMilestonesQuery(project, Parameters.Enums<MilestoneStatus>("status", parameters.Status), page.ToPage()),
                ct
            )
        ).ToOk(MilestonePage.Of);

    /// <summary>Creates a milestone.</summary>
    private static async Task<Results<CreatedResource<MilestoneDto>, ErrorResult>> CreateMilestone(
        ProjectRef project,
        MilestoneBody body,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (await mediator.Send(new CreateMilestoneCommand(project, body.ToEdit()), ct)).ToCreated(m =>
            $"/api/v1/projects/{m.ProjectId}/milestones/{m.Id}"
        );

    /// <summary>Reads one milestone.</summary>
    private static async Task<Results<Resource<MilestoneDto>, ErrorResult>> GetMilestone(
        ProjectRef project,
        long id,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new GetMilestoneQuery(project, id), ct)).ToResource();

    /// <summary>Changes a milestone.</summary>
    private static async Task<Results<Resource<MilestoneDto>, ErrorResult>> UpdateMilestone(
        ProjectRef project,
        long id,
        MilestoneBody body,
        IfMatch ifMatch,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new UpdateMilestoneCommand(project, id, body.ToEdit(), ifMatch.Version), ct)).ToResource();

    /// <summary>Deletes a milestone; its issues remain without a milestone.</summary>
    private static async Task<Results<Ok<Success>, ErrorResult>> DeleteMilestone(
        ProjectRef project,
        long id,
        IfMatch ifMatch,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new DeleteMilestoneCommand(project, id, ifMatch.Version), ct)).ToSuccess();
}

internal sealed record MilestoneListParameters
{
    [FromQuery(Name = "status"), Description("Only milestones with these statuses: planning, active, completed, cancelled.")]
    public string? Status { get; init; }
}

[Envelope("milestone")]
internal sealed record MilestoneBody
{
    [NullIsAbsent]
    public Optional<string?> Name { get; init; }

    public Optional<string?> Description { get; init; }

    public Optional<DateOnly?> TargetDate { get; init; }

    public Optional<MilestoneStatus> Status { get; init; }

    public Optional<string?> Version { get; init; }

    public MilestoneEdit ToEdit() =>
        new()
        {
            Name = Name,
            Description = Description,
            TargetDate = TargetDate,
            Status = Status,
            Release = Version,
        };
}

internal sealed record MilestonePage(IReadOnlyList<MilestoneDto> Milestones, PageMeta Meta)
{
    public static MilestonePage Of(Page<MilestoneDto> page) => new(page.Items, PageMeta.Of(page));
}
