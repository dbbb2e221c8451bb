using Kiket.Application.Common;
using Kiket.Application.Issues;
using Kiket.Application.Ports;
using Kiket.Domain.Approvals;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;

namespace Kiket.Application.Approvals;

/// <summary>The approvals of an issue, oldest first; those of states that it has left are closed.</summary>
internal sealed record ListApprovalsQuery(IssueRef Issue, PageRequest Page) : IQuery<Result<Page<ApprovalDto>>>;

internal sealed class ListApprovalsHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<ListApprovalsQuery, Result<Page<ApprovalDto>>>
{
    private static readonly SortOptions<Approval> Sorts = new SortOptions<Approval>("id asc", a => a.Id)
        .By("id", a => a.Id)
        .By("status", a => a.Status)
        .By("created_at", a => a.CreatedAt);

    public async Task<Result<Page<ApprovalDto>>> Handle(ListApprovalsQuery query, CancellationToken ct)
    {
        var found = await db.FindIssueAsync(query.Issue, current.Actor, ProjectAccess.Read, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var issueId = found.Value.Issue.Id;

        var page = await db
            .Approvals.WithSpecification(new ApprovalsOf(issueId))
            .ToPageAsync(query.Page, Sorts, rows => rows, ct);
        if (page.Error is { } error)
            return error;
        return page.Value.With(await page.Value.Items.ToDtoAsync(db, ct));
    }
}
