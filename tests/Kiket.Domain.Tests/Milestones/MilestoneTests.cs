using Kiket.Domain.Common;
using Kiket.Domain.Milestones;

namespace Kiket.Domain.Tests.Milestones;

public sealed class MilestoneTests
{
    [Fact]
    public void Every_invalid_field_is_named_and_a_refusal_changes_nothing()
    {
        var milestone = Milestone.Plan(An.Project, new() { Name = "First" }, new(7), An.Noon).Value;
        var edit = new MilestoneEdit { Name = " ", Release = new string('1', Milestone.MaxReleaseLength + 1) };

        var refused = milestone.Edit(edit, An.Noon.AddHours(1));

        Assert.Equal(["milestone.name", "milestone.version"], refused.Error!.Details.Select(d => d.Field));
        Assert.Equal(("First", 1, An.Noon), (milestone.Name, milestone.Version, milestone.UpdatedAt));
        Assert.Equal(ErrorCodes.ValidationError, Milestone.Plan(An.Project, new(), new(7), An.Noon).Error?.Code);
    }

    [Fact]
    public void Only_the_fields_that_are_given_change()
    {
        var fields = new MilestoneEdit { Name = "First", TargetDate = new DateOnly(2026, 5, 1) };
        var milestone = Milestone.Plan(An.Project, fields, new(7), An.Noon).Value;

        milestone.Edit(new() { Status = MilestoneStatus.Active }, An.Noon);
        milestone.Edit(new() { TargetDate = new(null) }, An.Noon);

        Assert.Equal(("First", null, MilestoneStatus.Active), (milestone.Name, milestone.TargetDate, milestone.Status));
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(3, 1, 33.33)]
    [InlineData(3, 3, 100)]
    public void Progress_is_the_part_of_the_issues_that_is_finished(int issues, int completed, double percent) =>
        Assert.Equal((decimal)percent, Milestone.Progress(issues, completed));

    [Theory]
    [InlineData(-1, MilestoneStatus.Active, true)]
    [InlineData(0, MilestoneStatus.Active, false)]
    [InlineData(-1, MilestoneStatus.Planning, true)]
    [InlineData(-1, MilestoneStatus.Completed, false)]
    [InlineData(-1, MilestoneStatus.Cancelled, false)]
    public void It_is_overdue_from_the_day_after_its_target_date_until_it_ends(int days, MilestoneStatus status, bool isOverdue)
    {
        var today = new DateOnly(2026, 5, 1);

        Assert.Equal(isOverdue, Milestone.IsOverdue(today.AddDays(days), status, today));
        Assert.Equal(days, Milestone.DaysRemaining(today.AddDays(days), today));
        Assert.False(Milestone.IsOverdue(null, status, today));
    }
}
