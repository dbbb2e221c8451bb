using Ardalis.Specification;
using Kiket.Domain.Approvals;

namespace Kiket.Application.Approvals;

/// <summary>The approvals of an issue, also those that are closed.</summary>
internal sealed class ApprovalsOf : Specification<Approval>
{
    public ApprovalsOf(long issueId) => Query.AsNoTracking().Where(a => a.IssueId == issueId);
}
