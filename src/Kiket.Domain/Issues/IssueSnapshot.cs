using System.Diagnostics.CodeAnalysis;
using Kiket.Domain.Common;

namespace Kiket.Domain.Issues;

/// <summary>An <see cref="Issue"/> as a host stores it: what an event shows of it, and where it belongs.</summary>
public sealed record IssueSnapshot : LoggedIssue, IAggregateSnapshot<IssueId>
{
    /// <summary>A snapshot that the caller fills in.</summary>
    public IssueSnapshot() { }

    [SetsRequiredMembers]
    internal IssueSnapshot(Issue issue)
        : base(issue)
    {
        Id = issue.Id;
        OrganizationId = issue.OrganizationId;
        ProjectId = issue.ProjectId;
        Number = issue.Number;
        EnteredStatusAt = issue.EnteredStatusAt;
        HierarchyPath = issue.HierarchyPath;
        ChecklistCompletedAt = issue.ChecklistCompletedAt;
        DeletedAt = issue.DeletedAt;
    }

    /// <summary>Id in the host's store, positive; 0 before it has one.</summary>
    public required IssueId Id { get; init; }

    /// <summary>The organization that owns it.</summary>
    public required OrganizationId OrganizationId { get; init; }

    /// <summary>The project.</summary>
    public required ProjectId ProjectId { get; init; }

    /// <summary>Counts the project's issues from 1; 0 before <see cref="Issue.TakeNumber"/>.</summary>
    public required int Number { get; init; }

    /// <summary>When it came into its state (UTC).</summary>
    public required DateTimeOffset EnteredStatusAt { get; init; }

    /// <summary>The ids of the issues above it, the topmost first: <c>/12/45/</c>; <c>/</c> for a root.</summary>
    public required string HierarchyPath { get; init; }

    /// <summary>When the checklist of its state was complete for the first time (UTC), or null.</summary>
    public DateTimeOffset? ChecklistCompletedAt { get; init; }

    /// <summary>When it was deleted (UTC), or null.</summary>
    public DateTimeOffset? DeletedAt { get; init; }
}
