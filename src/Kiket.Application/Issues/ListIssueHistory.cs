using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Users;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;

namespace Kiket.Application.Issues;

/// <summary>Every change of an issue, oldest first (decisions, 13).</summary>
internal sealed record ListIssueHistoryQuery(IssueRef Issue, PageRequest Page) : IQuery<Result<Page<IssueChangeDto>>>;

internal sealed record IssueChangeDto
{
    public required long Id { get; init; }

    public required IssueId IssueId { get; init; }

    public required IssueAction Action { get; init; }

    public required UserSummary Actor { get; init; }

    public required IReadOnlyList<FieldChange> Changes { get; init; }

    public required string? Comment { get; init; }

    public required DateTimeOffset At { get; init; }
}

internal sealed class ListIssueHistoryHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<ListIssueHistoryQuery, Result<Page<IssueChangeDto>>>
{
    private static readonly SortOptions<IssueChange> Sorts = new SortOptions<IssueChange>("id asc", c => c.Id)
        .By("id", c => c.Id)
        .By("at", c => c.At);

    public async Task<Result<Page<IssueChangeDto>>> Handle(ListIssueHistoryQuery query, CancellationToken ct)
    {
        var found = await db.FindIssueAsync(query.Issue, current.Actor, ProjectAccess.Read, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var issueId = found.Value.Issue.Id;

        return await db
            .IssueChanges.WithSpecification(new ChangesOf(issueId))
            .ToPageAsync(
                query.Page,
                Sorts,
                page =>
                    page.Join(
                        db.Users,
                        c => c.ActorId,
                        u => u.Id,
                        (c, u) =>
                            new IssueChangeDto
                            {
                                Id = c.Id,
                                IssueId = c.IssueId,
                                Action = c.Action,
                                Actor = new UserSummary(u.Id, u.Name, u.Email),
                                Changes = c.Changes,
                                Comment = c.Comment,
                                At = c.At,
                            }
                    ),
                ct
            );
    }
}
