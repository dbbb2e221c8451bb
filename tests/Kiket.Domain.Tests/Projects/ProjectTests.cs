using Kiket.Domain.Milestones;
using Kiket.Domain.Projects;

namespace Kiket.Domain.Tests.Projects;

public sealed class ProjectTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("LEGAL", true)]
    [InlineData("A1", true)]
    [InlineData("1A", false)]
    [InlineData("legal", false)]
    [InlineData("LE-GAL", false)]
    [InlineData("ÄRGER", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG", false)]
    public void A_key_is_upper_case_letters_and_digits(string? key, bool valid) => Assert.Equal(valid, ProjectKey.IsValid(key));

    [Theory]
    [InlineData("Legal matters", "LEGALMATTE")]
    [InlineData("42 things", "THINGS")]
    [InlineData("日本", "PROJECT")]
    public void A_key_is_made_from_a_name(string name, string key) => Assert.Equal(key, ProjectKey.From(name));

    [Fact]
    public void A_refused_edit_names_every_field_and_changes_nothing()
    {
        var project = Start();

        var result = project.Edit(
            new()
            {
                Name = "x",
                Description = new string('x', 1001),
                StartDate = new DateOnly(2026, 2, 1),
                EndDate = new DateOnly(2026, 1, 1),
            },
            new(7),
            Noon
        );

        Assert.Equal(["project.name", "project.description", "project.end_date"], result.Error?.Details.Select(d => d.Field));
        Assert.Equal(("Legal", 1), (project.Name, project.Version));
    }

    [Fact]
    public void An_archived_project_changes_only_by_becoming_active()
    {
        var project = Start();
        project.Archive(new(7), Noon);
        project.Archive(new(7), Noon);

        Assert.Equal(2, project.Version);
        Assert.Equal("PROJECT_ARCHIVED", project.Edit(new() { Name = "Other" }, new(7), Noon).Error?.Code);
        Assert.False(project.Edit(new() { Name = "Other", Status = ProjectStatus.Active }, new(7), Noon).IsRefused);
        Assert.Equal("Other", project.Name);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(3, 2, 66.67)]
    [InlineData(3, 3, 100)]
    public void Progress_is_the_percentage_of_finished_issues(int issues, int completed, decimal progress) =>
        Assert.Equal(progress, Milestone.Progress(issues, completed));

    [Theory]
    [InlineData("2026-01-04", MilestoneStatus.Active, true, -1)]
    [InlineData("2026-01-04", MilestoneStatus.Planning, true, -1)]
    [InlineData("2026-01-04", MilestoneStatus.Completed, false, -1)]
    [InlineData("2026-01-05", MilestoneStatus.Active, false, 0)]
    [InlineData("2026-01-06", MilestoneStatus.Active, false, 1)]
    public void A_milestone_is_overdue_once_its_day_is_over(string target, MilestoneStatus status, bool overdue, int days)
    {
        var (date, today) = (DateOnly.Parse(target), DateOnly.FromDateTime(Noon.UtcDateTime));

        Assert.Equal(overdue, Milestone.IsOverdue(date, status, today));
        Assert.Equal(days, Milestone.DaysRemaining(date, today));
    }

    private static Project Start() => Project.Start(new(1), "LEGAL", new() { Name = "Legal" }, Noon).Value;
}
