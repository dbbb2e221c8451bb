using Kiket.Domain.Checklists;
using Kiket.Domain.Common;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Tests.Checklists;

public sealed class ChecklistMarkTests
{
    private static readonly ChecklistItem Notes = new("notes", "Notes");
    private static readonly Checklist Release = new("release", "Release") { Items = [Notes] };

    [Fact]
    public void A_mark_belongs_to_the_issue_and_keeps_the_instant_in_utc()
    {
        var mark = ChecklistMark.On(An.Issue(), Release, Notes, userId: new(7), An.Noon.ToOffset(TimeSpan.FromHours(2))).Value;

        Assert.Equal(
            (new OrganizationId(1), new IssueId(42), "release", "notes", new UserId(7)),
            (mark.OrganizationId, mark.IssueId, mark.ChecklistId, mark.ItemId, mark.UserId)
        );
        Assert.Equal((An.Noon, TimeSpan.Zero), (mark.At, mark.At.Offset));
    }

    [Fact]
    public void Only_a_manual_item_of_the_checklist_can_be_checked()
    {
        var automatic = Notes with { Id = "auto", Check = ChecklistCheck.Auto };
        var release = Release with { Items = [Notes, automatic] };

        Assert.Equal("checked", ChecklistMark.On(An.Issue(), release, automatic, new(7), An.Noon).Error?.Details[0].Field);
        Assert.Equal(
            "CHECKLIST_ITEM_NOT_FOUND",
            ChecklistMark.On(An.Issue(), release, new("other", "Other"), new(7), An.Noon).Error?.Code
        );
    }
}
