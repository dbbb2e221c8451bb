using Kiket.Application.Abstractions;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Issues;

/// <summary>The ways out of an issue's state (decisions, 13).</summary>
public sealed record ListIssueTransitionsQuery(IssueRef Issue) : IQuery<Result<IssueTransitionsDto>>;

/// <param name="State">The state that the issue is in.</param>
/// <param name="Transitions">Every transition that leaves it, in the order of the definition.</param>
public sealed record IssueTransitionsDto(string State, IReadOnlyList<TransitionDto> Transitions);

/// <param name="To">Key of the state that it enters.</param>
/// <param name="ToLabel">Display name of that state.</param>
/// <param name="Allowed">Whether the caller may take it now.</param>
/// <param name="Reasons">Why not; empty when it is allowed.</param>
public sealed record TransitionDto(
    string From, string To, string? Name, string? Description, string ToLabel, bool Allowed, IReadOnlyList<TransitionReasonDto> Reasons);

public sealed record TransitionReasonDto(string Code, string Message, string? Field);

internal sealed class ListIssueTransitionsHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<ListIssueTransitionsQuery, Result<IssueTransitionsDto>>
{
    public async Task<Result<IssueTransitionsDto>> Handle(ListIssueTransitionsQuery query, CancellationToken ct)
    {
        var found = await db.FindIssueAsync(query.Issue, current.Actor, ProjectAccess.Read, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var (issue, project) = found.Value;
        var workflow = await db.Workflows.AsNoTracking().SingleAsync(w => w.Id == issue.WorkflowId, ct);
        var definition = workflow.Definition;

        List<TransitionReasonDto> reasons = [];
        if (project.Status is ProjectStatus.Archived)
            reasons.Add(ReasonOf(ProjectErrors.Archived(project.Key)));
        else if ((await db.FindProjectAsync(ProjectRef.Of(project.Id), current.Actor, ProjectAccess.Write, ct)).Error is { } refusal)
            reasons.Add(ReasonOf(refusal));

        return new IssueTransitionsDto(
            issue.Status,
            [
                .. definition.From(issue.Status).Select(t => new TransitionDto(
                    t.From, t.To, t.Name, t.Description, definition.FindState(t.To)!.Label, reasons.Count == 0, reasons)),
            ]);
    }

    private static TransitionReasonDto ReasonOf(Error refusal) => new(refusal.Code, refusal.Message, null);
}
