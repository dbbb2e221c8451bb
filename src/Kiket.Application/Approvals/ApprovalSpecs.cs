using Ardalis.Specification;
using Kiket.Domain.Approvals;
using Kiket.Domain.Common;

namespace Kiket.Application.Approvals;

/// <summary>The approvals of an issue, also those that are closed.</summary>
internal sealed class ApprovalsOf : Specification<Approval>
{
    public ApprovalsOf(IssueId issueId) => Query.AsNoTracking().Where(a => a.IssueId == issueId);
}
