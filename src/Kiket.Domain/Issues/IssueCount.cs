using Kiket.Domain.Common;

namespace Kiket.Domain.Issues;

/// <summary>
/// A part of the number of issues in a state, deleted ones aside. The number is the sum of its parts: each change of an issue
/// adds some, so that writers never wait for each other here (docs/decisions/0059-totals-of-issue-lists.md).
/// </summary>
internal sealed class IssueCount
{
    public long Id { get; private set; }

    public required OrganizationId OrganizationId { get; init; }

    public required ProjectId ProjectId { get; init; }

    public required long WorkflowId { get; init; }

    public required StateKey Status { get; init; }

    /// <summary>How many issues came, or, negative, went.</summary>
    public required int Change { get; init; }
}
