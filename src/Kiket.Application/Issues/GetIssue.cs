using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Issues;

/// <summary>One issue.</summary>
internal sealed record GetIssueQuery(IssueRef Issue) : IQuery<Result<IssueDto>>;

internal sealed class GetIssueHandler(IKiketDb db, ICurrentActor current, PublicUrl url)
    : IQueryHandler<GetIssueQuery, Result<IssueDto>>
{
    public async Task<Result<IssueDto>> Handle(GetIssueQuery query, CancellationToken ct)
    {
        var issue = await db.VisibleIssues(current.Actor)
            .WithSpecification(new IssueByRef(query.Issue))
            .ToDto(db, url)
            .SingleOrDefaultAsync(ct);
        return issue is null ? IssueErrors.NotFound(query.Issue) : issue;
    }
}
