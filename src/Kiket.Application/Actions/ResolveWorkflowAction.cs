using Kiket.Application.Common;
using Kiket.Application.Issues;
using Kiket.Application.Ports;
using Kiket.Application.Workflows;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Actions;

/// <summary>The state to which an action takes an issue: <c>transition</c> to the one given, any other to that of the transition of this name.</summary>
/// <param name="Action">Null is <c>transition</c>.</param>
public sealed record ResolveWorkflowActionQuery(IssueRef Issue, string? Action, string? To) : IQuery<Result<string>>;

internal sealed class ResolveWorkflowActionHandler(IKiketDb db, ICurrentActor current) : IQueryHandler<ResolveWorkflowActionQuery, Result<string>>
{
    public async Task<Result<string>> Handle(ResolveWorkflowActionQuery query, CancellationToken ct)
    {
        var found = await db.FindIssueAsync(query.Issue, current.Actor, ProjectAccess.Read, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        if (query.Action is null or "transition")
        {
            return string.IsNullOrWhiteSpace(query.To)
                ? Error.Validation("to", "The action transition needs to, the state to go to.")
                : query.To;
        }

        var issue = found.Value.Issue;
        var definition = await db.Workflows.WithSpecification(new WorkflowOf(issue)).Select(w => w.Definition).SingleAsync(ct);
        var ways = definition.From(issue.Status).Where(t => t.Name is not null).ToList();
        if (ways.Find(t => string.Equals(t.Name, query.Action, StringComparison.OrdinalIgnoreCase)) is not { } named)
        {
            var known = string.Join(", ", ways.Select(t => t.Name).Prepend("transition"));
            return Error.Validation("action", $"In the state {issue.Status} there is no action '{query.Action}'. Possible: {known}.");
        }

        return query.To is { Length: > 0 } to && !string.Equals(to, named.To, StringComparison.OrdinalIgnoreCase)
            ? Error.Validation("to", $"The action '{named.Name}' goes to {named.To}.")
            : named.To;
    }
}
