using Kiket.Domain.Common;
using Kiket.Domain.Issues;

namespace Kiket.Domain.Checklists;

/// <summary>A manual item of an issue's checklist that somebody has checked.</summary>
internal sealed class ChecklistMark
{
    private ChecklistMark() { }

    /// <summary>Database id.</summary>
    public long Id { get; private set; }

    /// <summary>The organization.</summary>
    public OrganizationId OrganizationId { get; private set; }

    /// <summary>The issue.</summary>
    public IssueId IssueId { get; private set; }

    /// <summary>Id of the checklist.</summary>
    public string ChecklistId { get; private set; } = "";

    /// <summary>Id of the item.</summary>
    public string ItemId { get; private set; } = "";

    /// <summary>Who checked it.</summary>
    public UserId UserId { get; private set; }

    /// <summary>When (UTC).</summary>
    public DateTimeOffset At { get; private set; }

    /// <summary>Checks an item.</summary>
    /// <param name="issue">The issue.</param>
    /// <param name="checklistId">Id of the checklist.</param>
    /// <param name="itemId">Id of the item.</param>
    /// <param name="userId">Who checks it.</param>
    /// <param name="at">Instant of the check.</param>
    public static ChecklistMark On(Issue issue, string checklistId, string itemId, UserId userId, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(issue);
        return new()
        {
            OrganizationId = issue.OrganizationId,
            IssueId = issue.Id,
            ChecklistId = checklistId,
            ItemId = itemId,
            UserId = userId,
            At = at.ToUniversalTime(),
        };
    }
}
