// Uses the engines of Kiket in a program of its own: workflows, service levels and capacity, without a database, a web server
// or YAML.
using System.Globalization;
using System.Text.Json;
using EmbeddedWorkflow;
using Kiket.Domain.Calendars;
using Kiket.Domain.Capacity;
using Kiket.Domain.Common;
using Kiket.Domain.Sla;
using Kiket.Domain.Workflows;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var (draft, review, signed) = (new StateKey("draft"), new StateKey("review"), new StateKey("signed"));
var made = WorkflowDefinition.Create(
    "Contract",
    draft,
    [
        new(draft, "Draft", StateType.Initial, StateCategory.Pending),
        new(review, "Legal review", StateType.Active, StateCategory.Review)
        {
            Checklist = new("review", "Review") { Items = [new("read", "Every page is read")] },
        },
        new(signed, "Signed", StateType.Final, StateCategory.Completed),
    ],
    [
        new(draft, review, "Send to Legal", null) { RequiresFields = ["due_date"] },
        new(review, draft, "Send back", null) { CommentRequired = true },
        new(review, signed, "Sign", null)
        {
            Conditions =
            [
                Condition.OfChecklist("review").Value,
                Condition
                    .OfField("custom_fields.amount", ConditionOperator.LessThan, JsonSerializer.SerializeToElement(100_000))
                    .Value,
            ],
        },
    ]
);
if (made.Error is { } error)
{
    foreach (var detail in error.Details)
        Console.Error.WriteLine($"{detail.Field}: {detail.Message}");
    return 1;
}

var contract = made.Value;

Show("a draft without a date", new(Facts(draft, """{"title": "Lease"}""")));
Show("a draft with a date", new(Facts(draft, """{"title": "Lease", "due_date": "2026-12-24"}""")));
Show("a large contract that nobody has read", new(Facts(review, """{"custom_fields": {"amount": 250000}}""")));
Show(
    "a small contract that somebody has read",
    new(Facts(review, """{"custom_fields": {"amount": 5000}}""")) { CheckedItems = new HashSet<string> { "review/read" } }
);

// A contract may be in review for eight working hours. This one arrived on Christmas Eve and waited for the customer
// overnight, and nobody works on Christmas Day.
var office = BusinessCalendar.Create(
    TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"),
    WeekHours.Standard,
    [new(2026, 12, 25)]
);
var limit = SlaPolicy.Create(warning: TimeSpan.FromHours(6), breach: TimeSpan.FromHours(8), businessHours: true).Value;
var entered = new DateTimeOffset(2026, 12, 24, 9, 0, 0, TimeSpan.FromHours(1));
var clock = SlaClock.StartAt(entered).Pause(entered.AddHours(6)).Resume(entered.AddDays(1));
var due = SlaDue.Calculate(clock, limit, office);
Console.WriteLine(
    $"in review since {entered:ddd HH:mm}: the warning is due {due.WarnsAt:ddd HH:mm} UTC, the breach "
        + $"{due.BreachesAt:ddd HH:mm} UTC, because of"
);
foreach (var counted in clock.Intervals(office, due.BreachesAt!.Value))
    Console.WriteLine($"  {counted.From:ddd HH:mm} to {counted.To:HH:mm} UTC: {counted.Length.TotalHours} h");

// Ada can do ten points a week, but eight in the week of Christmas, because Friday is a holiday.
var monday = new DateOnly(2026, 12, 21);
var ada = MemberCapacity.Create(10, office).Value;
var (audit, renewal) = (new IssueId(1), new IssueId(2));
OpenWork[] work = [OpenWork.Create(6, monday.AddDays(2)).Value, OpenWork.Create(7).Value];
foreach (var week in Heatmap.Spread(work, monday, [ada.PointsOfWeek(monday), ada.PointsOfWeek(monday.AddDays(7))]))
    Console.WriteLine($"the week of {week.WeekStart:yyyy-MM-dd}: {week.Points} of {week.Capacity} points, {week.Percentage} %");

// Checks which plans are allowed and which is better; finding the best one is up to the host.
var (one, other) = (new UserId(1), new UserId(2));
var team = BalanceProblem
    .Create([new(one, 8, 0), new(other, 10, 4)], [new(audit, one, 6, [other]), new(renewal, one, 7, [other])])
    .Value;
foreach (
    IssueMove[] plan in (IssueMove[][])
        [
            [],
            [new(audit, other)],
            [new(renewal, other)],
        ]
)
{
    var (errors, score) = (team.Validate(plan), team.ScoreOf(plan));
    var moves =
        plan.Length == 0 ? "nothing moves" : string.Join(", ", plan.Select(m => $"issue {m.IssueId} to user {m.ToUserId}"));
    Console.WriteLine(
        $"{moves}: {(errors.Count > 0 ? string.Join(' ', errors) : $"at most {100 * score.MaxUtilization:0.#} % to do")}"
    );
}

foreach (var line in ContractDesk.Run())
    Console.WriteLine(line);

return 0;

void Show(string what, MoveContext context)
{
    Console.WriteLine($"{what}:");
    foreach (var decision in WorkflowEngine.Decide(contract, context))
    {
        var answer = decision.IsAllowed ? "allowed" : string.Join(" ", decision.Reasons.Select(r => $"[{r.Code}] {r.Message}"));
        Console.WriteLine($"  {decision.Transition.Name}: {answer}");
    }
}

static IssueFacts Facts(StateKey status, string fields) =>
    IssueFacts.From(status, JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(fields)!);
