using Kiket.Domain.Checklists;
using Kiket.Domain.Common;

namespace Kiket.Domain.Tests.Checklists;

public sealed class ChecklistMarkTests
{
    [Fact]
    public void A_mark_belongs_to_the_issue_and_keeps_the_instant_in_utc()
    {
        var mark = ChecklistMark.On(An.Issue(), "release", "notes", userId: new(7), An.Noon.ToOffset(TimeSpan.FromHours(2)));

        Assert.Equal(
            (new OrganizationId(1), new IssueId(42), "release", "notes", new UserId(7)),
            (mark.OrganizationId, mark.IssueId, mark.ChecklistId, mark.ItemId, mark.UserId)
        );
        Assert.Equal((An.Noon, TimeSpan.Zero), (mark.At, mark.At.Offset));
    }
}
