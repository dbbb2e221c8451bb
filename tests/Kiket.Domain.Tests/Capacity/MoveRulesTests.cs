using Kiket.Domain.Capacity;
using Kiket.Domain.Common;

namespace Kiket.Domain.Tests.Capacity;

public sealed class MoveRulesTests
{
    private static readonly DateOnly Today = new(2026, 3, 2);

    [Theory]
    [InlineData("NotBegun", 1, true)]
    [InlineData("InProgress", 1, true)]
    [InlineData("Blocked", 1, false)]
    [InlineData("NotBegun", 0, false)]
    public void Blocked_work_and_work_without_points_stay(string stage, int points, bool moves) =>
        Assert.Equal(moves, MoveRules.IsMovable(Enum.Parse<WorkStage>(stage), points));

    [Theory]
    [InlineData(8, "SQL,design", true)]
    [InlineData(8, "sql,law", false)]
    [InlineData(8, "", true)]
    [InlineData(0, "", false)]
    public void Work_goes_to_those_who_have_time_and_every_skill(int capacity, string needed, bool can) =>
        Assert.Equal(
            can,
            MoveRules.CanTake(capacity, ["sql", "Design"], needed.Split(',', StringSplitOptions.RemoveEmptyEntries))
        );

    [Theory]
    [InlineData("NotBegun", IssuePriority.Lowest, null, 0)]
    [InlineData("NotBegun", IssuePriority.Lowest, 15, 0)]
    [InlineData("NotBegun", IssuePriority.Lowest, 14, 15)]
    [InlineData("NotBegun", IssuePriority.Lowest, -3, 15)]
    [InlineData("InProgress", IssuePriority.Medium, null, 60)]
    [InlineData("InProgress", IssuePriority.Critical, 0, 90)]
    public void Begun_urgent_and_due_work_is_moved_last(string stage, IssuePriority priority, int? days, int expected) =>
        Assert.Equal(
            expected,
            MoveRules.ReluctanceOf(Enum.Parse<WorkStage>(stage), priority, days is { } ahead ? Today.AddDays(ahead) : null, Today)
        );
}
