using System.Text.Json;
using Kiket.Domain.Calendars;
using Kiket.Domain.Capacity;
using Kiket.Domain.Common;
using Kiket.Domain.Milestones;
using Kiket.Domain.Projects;
using Kiket.Domain.Sla;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Tests.Readme;

/// <summary>The code of the package's README: each of its blocks is here between two marks, and is compiled and run.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public void The_readme_shows_exactly_the_code_that_runs_here() =>
        ShownCode.AssertSame("src/Kiket.Domain/README.md", "tests/Kiket.Domain.Tests/Readme/ReadmeTests.cs", "readme", 4);

    [Fact]
    public void A_workflow_says_what_may_happen_and_why_not()
    {
        // <readme>
        var (draft, review, signed) = (new StateKey("draft"), new StateKey("review"), new StateKey("signed"));
        var contract = WorkflowDefinition
            .Create(
                "Contract",
                initialState: draft,
                states:
                [
                    new(draft, "Draft", StateType.Initial, StateCategory.Pending),
                    new(review, "Legal review", StateType.Active, StateCategory.Review) { WipLimit = 5 },
                    new(signed, "Signed", StateType.Final, StateCategory.Completed),
                ],
                transitions:
                [
                    new(draft, review, "Send to Legal", null) { RequiresFields = ["due_date"] },
                    new(review, signed, "Sign", null),
                ]
            )
            .Value;

        var facts = IssueFacts.From(
            draft,
            new Dictionary<string, JsonElement> { ["title"] = JsonSerializer.SerializeToElement("Lease") }
        );
        var send = WorkflowEngine.Decide(contract, new(facts)).Single();

        // send.IsAllowed is false, and send.Reasons says REQUIRED_FIELD_MISSING: "due_date is required."
        // </readme>
        Assert.False(send.IsAllowed);
        Assert.Equal(("REQUIRED_FIELD_MISSING", "due_date is required."), (send.Reasons[0].Code, send.Reasons[0].Message));
    }

    [Fact]
    public void A_clock_and_a_calendar_say_when_a_limit_is_reached()
    {
        // <readme>
        var berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        var office = BusinessCalendar.Create(berlin, WeekHours.Standard, holidays: [new(2026, 12, 25)]);
        var policy = SlaPolicy.Create(warning: TimeSpan.FromHours(6), breach: TimeSpan.FromHours(8), businessHours: true).Value;

        // In review since Thursday 09:00, paused from 15:00 until Friday, which is a holiday.
        var entered = new DateTimeOffset(2026, 12, 24, 9, 0, 0, TimeSpan.FromHours(1));
        var clock = SlaClock.StartAt(entered).Pause(entered.AddHours(6)).Resume(entered.AddDays(1));
        var due = SlaDue.Calculate(clock, policy, office);

        // due.WarnsAt is Thursday 15:00 and due.BreachesAt is Monday 11:00, Berlin time.
        // </readme>
        Assert.Equal(entered.AddHours(6), due.WarnsAt);
        Assert.Equal(new DateTimeOffset(2026, 12, 28, 11, 0, 0, TimeSpan.FromHours(1)), due.BreachesAt);
    }

    [Fact]
    public void Capacity_says_what_fits_into_a_week_and_which_plan_is_better()
    {
        // <readme>
        var calendar = BusinessCalendar.Create(TimeZoneInfo.Utc, WeekHours.Standard, holidays: [new(2026, 12, 25)]);
        var monday = new DateOnly(2026, 12, 21);
        var ada = MemberCapacity.Create(pointsPerWeek: 10, calendar).Value;

        var (one, other) = (new UserId(1), new UserId(2));
        var (audit, contract) = (new IssueId(1), new IssueId(2));

        // Eight points fit into the week of Christmas, and ten into the next one.
        OpenWork[] work = [OpenWork.Create(points: 6, dueDate: monday.AddDays(2)).Value, OpenWork.Create(points: 7).Value];
        var weeks = Heatmap.Spread(work, monday, [ada.PointsOfWeek(monday), ada.PointsOfWeek(monday.AddDays(7))]);

        // The one has 13 points and can do 8; the other could take either issue.
        var team = BalanceProblem
            .Create([new(one, 8, 0), new(other, 10, 0)], [new(audit, one, 6, [other]), new(contract, one, 7, [other])])
            .Value;
        IssueMove[] plan = [new(audit, other)];
        var isAllowed = team.Validate(plan).Count == 0;
        var isBetter = team.ScoreOf(plan) < team.ScoreOf([]);
        // </readme>
        Assert.Equal([100m, 50m], weeks.Select(w => w.Percentage!.Value));
        Assert.True(isAllowed && isBetter);
    }

    [Fact]
    public void A_host_stores_aggregates_its_own_way()
    {
        var (ada, now) = (new UserId(7), new DateTimeOffset(2026, 12, 21, 12, 0, 0, TimeSpan.Zero));

        // <readme>
        var project = Project.Start(organizationId: new(1), "LEGAL", new() { Name = "Legal" }, now).Value;
        var milestone = Milestone.Plan(project, new() { Name = "Audit" }, ada, now).Value;

        var json = JsonSerializer.Serialize(milestone.ToSnapshot());
        var loaded = Milestone.Restore(JsonSerializer.Deserialize<MilestoneSnapshot>(json)!);

        loaded.Edit(new() { Status = MilestoneStatus.Completed }, now);
        // </readme>
        Assert.Equal((MilestoneStatus.Completed, 2), (loaded.Status, loaded.Version));
    }
}
