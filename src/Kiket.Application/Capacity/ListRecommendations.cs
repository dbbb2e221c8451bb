using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Users;
using Kiket.Application.Workflows;
using Kiket.Domain.Capacity;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;

namespace Kiket.Application.Capacity;

/// <summary>
/// Recommends reassignments so that nobody is over capacity. Only issues that the actor may change are moved, and only to people
/// who work in their project and have the required skills.
/// </summary>
/// <param name="Project">Only issues of this project, among those who work in it; or null.</param>
/// <param name="Limit">How many at most, 1 to 100; null is 25.</param>
internal sealed record ListRecommendationsQuery(ProjectRef? Project, int? Limit) : IQuery<Result<RecommendationsDto>>
{
    public const int StandardLimit = 25;
    public const int MaxLimit = 100;
}

/// <summary>A plan: its steps in order, and what it achieves.</summary>
internal sealed record RecommendationsDto(Page<RecommendationDto> Recommendations, RecommendationsSummary Summary);

/// <summary>One step of a plan.</summary>
/// <param name="Id">The same for the same state; pass it to the reassignment.</param>
/// <param name="Reasons">Sentences for people.</param>
/// <param name="Confidence">0 to 1.</param>
/// <param name="Impact">Before and after this step, assuming that all previous steps were taken.</param>
internal sealed record RecommendationDto(
    string Id,
    RecommendationType Type,
    RecommendedIssue Issue,
    UserSummary FromUser,
    UserSummary ToUser,
    IReadOnlyList<string> Reasons,
    decimal Confidence,
    RecommendationImpact Impact
);

/// <summary>A recommended reassignment.</summary>
internal enum RecommendationType
{
    Reassign,
}

internal sealed record RecommendedIssue(IssueId Id, string Key, string Title, decimal Points);

internal sealed record RecommendationImpact(UtilizationChange From, UtilizationChange To);

/// <summary>Percentages of the capacity; null for members without capacity.</summary>
internal sealed record UtilizationChange(decimal? Before, decimal? After);

/// <param name="MaxUtilization">The highest of the team.</param>
/// <param name="Optimal">Whether the plan is proved to be optimal.</param>
internal sealed record RecommendationsSummary(UtilizationChange MaxUtilization, decimal MovedPoints, bool Optimal);

internal sealed class ListRecommendationsHandler(
    IKiketDb db,
    KnownWorkflows workflows,
    IWorkBalancer balancer,
    ICurrentActor current,
    TimeProvider time
) : IQueryHandler<ListRecommendationsQuery, Result<RecommendationsDto>>
{
    public async Task<Result<RecommendationsDto>> Handle(ListRecommendationsQuery query, CancellationToken ct)
    {
        var limit = query.Limit ?? ListRecommendationsQuery.StandardLimit;
        if (limit is < 1 or > ListRecommendationsQuery.MaxLimit)
            return Error.InvalidParameter("limit", $"limit must be a number from 1 to {ListRecommendationsQuery.MaxLimit}.");
        var read = await TeamWorkload.ReadAsync(
            db,
            workflows,
            current.Actor,
            query.Project,
            null,
            GetTeamCapacityQuery.StandardWeeks,
            time.GetUtcNow(),
            ct
        );
        if (read.Error is { } error)
            return error;

        // Where nobody has room, nothing can move.
        var team = read.Value;
        var movable = team.People.Any(p => p.HasRoom) ? await team.ReadMovableAsync(db, workflows, ct) : [];
        var balance = new TeamBalance(team, movable, current.Actor.OrganizationId, limit);
        var plan = await balancer.SolveAsync(balance.Problem, ct);
        var steps = balance.Explain(plan.Moves);
        var (before, after) = (balance.Problem.LoadsAfter([]), balance.Problem.LoadsAfter(plan.Moves));
        return new RecommendationsDto(
            new Page<RecommendationDto>(steps, steps.Count, 1, limit),
            new(
                new(MaxOf(before), MaxOf(after)),
                steps.Sum(s => s.Issue.Points),
                plan.Optimal && (!team.IsLarge || movable.Count == 0)
            )
        );

        decimal? MaxOf(IReadOnlyDictionary<UserId, decimal> loads) =>
            team.People.Max(p => Utilization.Of(loads[p.Id], p.PointsPerWeek));
    }
}
