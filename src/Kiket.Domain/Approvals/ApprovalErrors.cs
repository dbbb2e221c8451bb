using Kiket.Domain.Common;

namespace Kiket.Domain.Approvals;

/// <summary>The refusals about approvals.</summary>
internal static class ApprovalErrors
{
    /// <summary><c>APPROVAL_NOT_FOUND</c>: the issue has no such approval.</summary>
    /// <param name="id">The requested one.</param>
    public static Error NotFound(long id) =>
        new(ErrorKind.NotFound, "APPROVAL_NOT_FOUND", $"There is no approval {id} on this issue.");

    /// <summary><c>FORBIDDEN</c>: the workflow names others.</summary>
    /// <param name="approval">The approval.</param>
    public static Error NotAnApprover(Approval approval)
    {
        ArgumentNullException.ThrowIfNull(approval);
        var named = string.Join(", ", approval.Requirement.Approvers.Select(a => a.Identifier));
        return Error.Forbidden($"Only {named} can decide on {approval.Requirement.Name}.");
    }
}
