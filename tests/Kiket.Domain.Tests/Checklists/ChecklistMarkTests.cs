using Kiket.Domain.Checklists;

namespace Kiket.Domain.Tests.Checklists;

public sealed class ChecklistMarkTests
{
    [Fact]
    public void A_mark_belongs_to_the_issue_and_keeps_the_instant_in_utc()
    {
        var mark = ChecklistMark.On(An.Issue(), "release", "notes", userId: 7, An.Noon.ToOffset(TimeSpan.FromHours(2)));

        Assert.Equal(
            (1L, 42L, "release", "notes", 7L),
            (mark.OrganizationId, mark.IssueId, mark.ChecklistId, mark.ItemId, mark.UserId)
        );
        Assert.Equal((An.Noon, TimeSpan.Zero), (mark.At, mark.At.Offset));
    }
}
