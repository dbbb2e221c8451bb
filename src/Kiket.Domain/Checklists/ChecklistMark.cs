using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Workflows;

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
    /// <param name="checklist">The checklist, one of the issue's workflow.</param>
    /// <param name="item">One of its items.</param>
    /// <param name="userId">Who checks it.</param>
    /// <param name="at">Instant of the check.</param>
    /// <returns>
    /// The mark; <c>CHECKLIST_ITEM_NOT_FOUND</c> for an item of another checklist; or <c>VALIDATION_ERROR</c> for an automatic
    /// one.
    /// </returns>
    public static Result<ChecklistMark> On(Issue issue, Checklist checklist, ChecklistItem item, UserId userId, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(issue);
        ArgumentNullException.ThrowIfNull(checklist);
        ArgumentNullException.ThrowIfNull(item);
        if (!checklist.Items.Contains(item))
            return ChecklistErrors.ItemNotFound(item.Id);
        if (item.Check is ChecklistCheck.Auto)
            return Error.Validation("checked", $"{item.Label} is checked automatically.");
        return new ChecklistMark
        {
            OrganizationId = issue.OrganizationId,
            IssueId = issue.Id,
            ChecklistId = checklist.Id,
            ItemId = item.Id,
            UserId = userId,
            At = at.ToUniversalTime(),
        };
    }
}
