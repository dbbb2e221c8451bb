using Kiket.Application.Common;
using Kiket.Application.Issues;
using Kiket.Application.Ports;
using Kiket.Application.Users;
using Kiket.Application.Workflows;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;

namespace Kiket.Application.Checklists;

/// <summary>The checklists of an issue's workflow with their progress (decisions, 15).</summary>
internal sealed record ListChecklistsQuery(IssueRef Issue) : IQuery<Result<IReadOnlyList<ChecklistDto>>>;

/// <param name="State">Key of the state that it belongs to.</param>
internal sealed record ChecklistDto(
    string Id,
    string Title,
    StateKey State,
    ChecklistMode RequiredMode,
    bool Complete,
    IReadOnlyList<ChecklistItemDto> Items
);

/// <param name="CheckedBy">Who checked a manual item; null for automatic and unchecked ones.</param>
internal sealed record ChecklistItemDto(
    string Id,
    string Label,
    ChecklistCheck CheckType,
    bool Required,
    bool Checked,
    UserSummary? CheckedBy,
    DateTimeOffset? CheckedAt
);

internal sealed class ListChecklistsHandler(IKiketDb db, KnownWorkflows workflows, ICurrentActor current, TimeProvider time)
    : IQueryHandler<ListChecklistsQuery, Result<IReadOnlyList<ChecklistDto>>>
{
    public async Task<Result<IReadOnlyList<ChecklistDto>>> Handle(ListChecklistsQuery query, CancellationToken ct)
    {
        var found = await db.FindIssueAsync(query.Issue, current.Actor, ProjectAccess.Read, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        return Result<IReadOnlyList<ChecklistDto>>.From(
            await db.ReadChecklistsAsync(workflows, found.Value.Issue, time.GetUtcNow(), ct)
        );
    }
}
