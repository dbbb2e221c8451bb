using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Application.Workflows;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;

namespace Kiket.Application.Issues;

/// <summary>The transitions from an issue's state (decisions, 13).</summary>
internal sealed record ListIssueTransitionsQuery(IssueRef Issue) : IQuery<Result<IssueTransitionsDto>>;

/// <param name="State">The state that the issue is in.</param>
/// <param name="Transitions">Every transition that leaves it, in the order of the definition.</param>
internal sealed record IssueTransitionsDto(StateKey State, IReadOnlyList<TransitionDto> Transitions);

/// <param name="To">Key of the state that it enters.</param>
/// <param name="ToLabel">Display name of that state.</param>
/// <param name="Allowed">Whether the caller may take it now.</param>
/// <param name="Reasons">Why not; empty when it is allowed.</param>
/// <param name="CommentRequired">Whether the transition requires a comment.</param>
internal sealed record TransitionDto(
    StateKey From,
    StateKey To,
    string? Name,
    string? Description,
    string ToLabel,
    bool Allowed,
    IReadOnlyList<TransitionReasonDto> Reasons,
    bool CommentRequired
);

internal sealed class ListIssueTransitionsHandler(IKiketDb db, KnownWorkflows workflows, ICurrentActor current, TimeProvider time)
    : IQueryHandler<ListIssueTransitionsQuery, Result<IssueTransitionsDto>>
{
    public async Task<Result<IssueTransitionsDto>> Handle(ListIssueTransitionsQuery query, CancellationToken ct)
    {
        var found = await db.FindIssueAsync(query.Issue, current.Actor, ProjectAccess.Read, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var (issue, project) = found.Value;
        var definition = await workflows.DefinitionOfAsync(db, issue, ct);
        var context = await db.ReadMoveContextAsync(issue, definition, time.GetUtcNow(), ct);

        List<TransitionReasonDto> general = [];
        if (project.Status is ProjectStatus.Archived)
            general.Add(ReasonOf(ProjectErrors.Archived(project.Key)));
        else if (
            (await db.FindProjectAsync(ProjectRef.Of(project.Id), current.Actor, ProjectAccess.Write, ct)).Error is { } error
        )
            general.Add(ReasonOf(error));

        return new IssueTransitionsDto(
            issue.Status,
            [
                .. WorkflowEngine
                    .Decide(definition, context)
                    .Select(decision => new TransitionDto(
                        decision.Transition.From,
                        decision.Transition.To,
                        decision.Transition.Name,
                        decision.Transition.Description,
                        definition.FindState(decision.Transition.To)!.Label,
                        decision.IsAllowed && general.Count == 0,
                        [.. general, .. decision.Reasons.Select(r => new TransitionReasonDto(r.Code, r.Message, r.Field))],
                        decision.Transition.CommentRequired
                    )),
            ]
        );
    }

    private static TransitionReasonDto ReasonOf(Error error) => new(error.Code, error.Message, null);
}
