using System.Reflection;
using System.Text.Json;
using Kiket.Domain.Calendars;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Tests.Issues;

/// <summary>Tests every field in every use, so that none is forgotten.</summary>
public sealed class IssueFieldTests
{
    private static readonly UserId Actor = new(7);
    private static readonly DateTimeOffset Noon = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);
    private static readonly Project Legal = Project.Start(new(1), "LEGAL", new() { Name = "Legal" }, Noon).Value;
    private static readonly Workflow Contract = Workflow
        .Publish(new(1), Legal.Id, "default", 1, WorkflowDefinition.BuiltIn, null, Noon)
        .Value;

    /// <summary>Valid values of every field, all different from the initial ones.</summary>
    private static readonly JsonElement[] Values = [Json("\"2026-01-15\""), Json("3"), Json("\"high\"")];

    // An issue gets its state apart from its fields; the test below is about that.
    public static TheoryData<string> Required =>
        [.. IssueFields.NamesFor(FieldUses.Requirements).Where(name => name != "status")];

    public static TheoryData<string> Given => [.. IssueFields.For(FieldUses.Definitions).Select(f => f.Name)];

    public static TheoryData<string> Editable =>
        [.. IssueFields.For(FieldUses.Actions).Where(f => !f.HasOwnMethod).Select(f => f.Name)];

    [Fact]
    public void A_name_means_one_field_to_each_use()
    {
        foreach (var use in Enum.GetValues<FieldUses>().Where(u => int.PopCount((int)u) == 1))
        {
            var names = IssueFields.NamesFor(use).ToList();

            Assert.Equal(names.Distinct(), names);
            Assert.All(names, name => Assert.Contains(name, IssueFields.Find(name, use)!.NamesFor(use)));
        }
    }

    [Fact]
    public void Every_member_of_a_change_is_a_declared_field() =>
        Assert.All(
            typeof(IssueEdit).GetProperties().Select(p => WireName.Snake(p.Name)).Except(["custom_fields"]),
            name => Assert.NotNull(IssueFields.Find(name, FieldUses.Actions))
        );

    [Theory]
    [MemberData(nameof(Required))]
    public void A_template_can_require_every_field(string name)
    {
        var template = new IssueTemplate("t", "T") { RequiredFields = [name] };
        var field = IssueFields.Find(name, FieldUses.Requirements)!;

        Assert.Equal($"issue.{field.Name}", Assert.Single(template.Fill(new()).Error!.Details).Field);
        Assert.Null(template.Fill(With(new(), field)).Error);
    }

    [Fact]
    public void A_template_can_require_a_state()
    {
        var template = new IssueTemplate("t", "T") { RequiredFields = ["status"] };

        Assert.Equal("issue.status", Assert.Single(template.Fill(new()).Error!.Details).Field);
        Assert.Null(template.Fill(new(), new StateKey("review")).Error);
        Assert.Null((template with { Status = new("review") }).Fill(new()).Error);
    }

    [Theory]
    [MemberData(nameof(Given))]
    public void A_template_can_give_every_field_that_it_can_require(string name)
    {
        var field = IssueFields.Find(name, FieldUses.Definitions)!;
        var given = new Dictionary<string, JsonElement> { [name] = ValueOf(field) };
        var template = new IssueTemplate("t", "T") { Given = given, RequiredFields = [name] };

        var filled = template.Fill(new()).Value;

        Assert.Equal(With(new(), field), filled, Same);
        Assert.True(field.Serves(FieldUses.Requirements));
    }

    [Fact]
    public void Only_fields_that_hold_ids_of_other_things_cannot_be_given_by_a_template() =>
        Assert.Equal(
            ["assignee_id", "parent_id", "milestone_id"],
            IssueFields
                .For(FieldUses.Requirements)
                .Where(f => !f.Serves(FieldUses.Definitions) && f.Name != "status")
                .Select(f => f.Name)
        );

    [Fact]
    public void A_template_that_was_stored_with_a_member_for_each_field_gives_the_same()
    {
        const string stored =
            """{"Key":"s","Name":"S","IssueType":"Task","Title":"A","Text":"B","Priority":4,"Labels":["x"],"StoryPoints":3}""";

        var template = JsonSerializer.Deserialize<IssueTemplate>(stored)!;
        var again = JsonSerializer.Deserialize<IssueTemplate>(JsonSerializer.Serialize(template))!;

        foreach (var read in new[] { template, again })
        {
            var filled = read.Fill(new()).Value;
            Assert.Equal(("Task", "A", "B"), (filled.IssueType.Value, filled.Title.Value, filled.Description.Value));
            Assert.Equal(((IssuePriority)4, 3m), (filled.Priority.Value, filled.StoryPoints.Value));
            Assert.Equal(["x"], filled.Labels.Value!);
        }
    }

    [Fact]
    public void The_history_of_a_creation_tells_every_field()
    {
        var issue = OpenWithEverything();

        var told = issue.History[0].Changes;

        var fields = IssueFields.For(FieldUses.History).ToList();
        Assert.Equal([.. fields.Select(f => f.Name), "custom_fields.team"], told.Select(c => c.Field));
        Assert.All(told, change => Assert.Null(change.From));
        Assert.Equal(fields.Select(f => f.ValueOf(issue)!), told.SkipLast(1).Select(c => c.To!));
    }

    [Theory]
    [MemberData(nameof(Editable))]
    public void The_history_of_a_change_tells_every_field_before_and_after(string name)
    {
        var field = IssueFields.Find(name, FieldUses.Actions)!;
        var issue = Open("task", new() { Title = "One" }, null);
        var before = field.ValueOf(issue);

        Assert.False(issue.Edit(With(new(), field), Legal.Schema, Actor, Noon).IsRefused);

        var change = Assert.Single(issue.History[^1].Changes);
        Assert.Equal((name, before), (change.Field, change.From));
        Assert.Equal(field.ValueOf(issue), change.To);
        Assert.NotNull(change.To);
        Assert.NotEqual(before, change.To);
    }

    [Fact]
    public void Conditions_see_every_field()
    {
        var facts = OpenWithEverything().ToFacts("ada@example.com", "bob@example.com", Noon);

        Assert.All(IssueFields.NamesFor(FieldUses.Conditions), name => Assert.False(facts[name].IsMissing, name));
    }

    [Fact]
    public void Every_name_of_a_user_names_a_recipient_and_an_approver()
    {
        var issue = Open("task", new() { Title = "One", AssigneeId = new UserId(8) }, null);
        string[] assignee = ["assignee_id", "assignee", "assigned_to"];
        string[] reporter = ["reporter_id", "reporter", "creator"];

        Assert.All(assignee, word => Assert.Equal(new(8), IssueParts.Find(issue, null, word)));
        Assert.All(reporter, word => Assert.Equal(Actor, IssueParts.Find(issue, null, word.ToUpperInvariant())));
        Assert.Equal(assignee.Concat(["lead", "project_lead"]).Order(), IssueParts.Of(issue, new(8), new(8)).Order());
        Assert.Empty(IssueFields.NamesFor(FieldUses.People).Except(assignee).Except(reporter));
        Assert.All(IssueFields.For(FieldUses.People), field => Assert.NotNull(field.User));
    }

    [Fact]
    public void A_document_of_an_issue_can_use_any_name_of_a_field()
    {
        foreach (var (name, synonyms) in IssueFields.Synonyms.Where(s => s.Key != "status"))
        {
            Assert.Contains(name, synonyms);
            Assert.All(
                synonyms,
                synonym =>
                {
                    var document = new Dictionary<string, JsonElement> { [synonym] = Json("3") };
                    Assert.False(IssueFacts.From(new("open"), document, IssueFields.Synonyms)[name].IsMissing, synonym);
                }
            );
        }

        Assert.Superset(new HashSet<string> { "assignee_id", "assigned_to" }, IssueFields.Synonyms["assignee"].ToHashSet());
    }

    [Fact]
    public void The_due_day_begins_where_the_calendar_says()
    {
        var issue = Open("task", new() { Title = "One", DueDate = new DateOnly(2026, 11, 29) }, null);
        var tokyo = TimeZoneInfo.CreateCustomTimeZone("Tokyo", TimeSpan.FromHours(9), null, null);
        var calendar = BusinessCalendar.Create(tokyo, WeekHours.Standard, []);

        Assert.Equal(FieldValue.Of(12m), issue.ToFacts(null, null, Noon)["hours_until_due"]);
        Assert.Equal(FieldValue.Of(3m), issue.ToFacts(null, null, Noon, calendar)["hours_until_due"]);
    }

    [Fact]
    public void A_snapshot_holds_every_field()
    {
        var issue = OpenWithEverything();
        issue.TakeNumber("LEGAL", 1);
        var snapshot = LoggedIssue.Of(issue);

        Assert.All(
            IssueFields.For(FieldUses.History),
            field =>
            {
                var member = typeof(LoggedIssue).GetProperties().SingleOrDefault(p => WireName.Snake(p.Name) == field.Name);
                Assert.True(member is not null, $"The snapshot has no {field.Name}.");
                var issues = typeof(Issue).GetProperty(member.Name, BindingFlags.Public | BindingFlags.Instance)!.GetValue(issue);
                Assert.Equal(issues, member.GetValue(snapshot));
            }
        );
    }

    private static Issue OpenWithEverything()
    {
        var edit = IssueFields.For(FieldUses.Actions).Where(f => !f.HasOwnMethod).Aggregate(new IssueEdit(), With);
        var parent = Open("epic", new() { Title = "Epic" }, null);
        typeof(AggregateRoot<IssueId>).GetProperty(nameof(Issue.Id))!.SetValue(parent, new IssueId(5));
        var custom = new Dictionary<string, JsonElement> { ["team"] = Json("\"blue\"") };
        return Open("task", edit with { CustomFields = custom }, parent);
    }

    private static Issue Open(string type, IssueEdit fields, Issue? parent) =>
        Issue.Open(Legal, Legal.Schema.FindType(new(type))!, Contract, fields, new() { Parent = parent }, Actor, Noon).Value;

    private static IssueEdit With(IssueEdit edit, IssueField field) => field.Read(edit, ValueOf(field))!;

    private static JsonElement ValueOf(IssueField field) => Values.First(v => field.Read(new(), v) is not null);

    private static bool Same(IssueEdit one, IssueEdit other) => JsonSerializer.Serialize(one) == JsonSerializer.Serialize(other);

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
