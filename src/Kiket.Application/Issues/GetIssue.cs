using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;

namespace Kiket.Application.Issues;

/// <summary>One issue.</summary>
internal sealed record GetIssueQuery(IssueRef Issue) : IQuery<Result<IssueDto>>;

internal sealed class GetIssueHandler(IKiketDb db, IssueReads reads, ICurrentActor current, PublicUrl url)
    : IQueryHandler<GetIssueQuery, Result<IssueDto>>
{
    public async Task<Result<IssueDto>> Handle(GetIssueQuery query, CancellationToken ct)
    {
        var actor = current.Actor;
        var found = await reads.FindAsync(db, query.Issue, actor.UserId, url, ct);
        return found?.IsVisibleTo(actor) == true ? found.Issue : IssueErrors.NotFound(query.Issue);
    }
}
