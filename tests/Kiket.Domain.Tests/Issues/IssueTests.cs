using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Tests.Issues;

public sealed class IssueTests
{
    private static readonly UserId Actor = new(7);
    private static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly Project Legal = Project.Start(new(1), "LEGAL", new() { Name = "Legal" }, Noon).Value;
    private static readonly Workflow Contract = Workflow
        .Publish(new(1), Legal.Id, "contract", 1, WorkflowDefinition.BuiltIn, null, Noon)
        .Value;

    [Theory]
    [InlineData(null, false, 9, null)] // the initial state has no limit
    [InlineData("review", true, 1, null)]
    [InlineData("review", false, 1, ErrorCodes.Forbidden)]
    [InlineData("review", true, 2, ErrorCodes.WorkflowTransitionGuardFailed)]
    [InlineData("review", true, 3, ErrorCodes.WorkflowTransitionGuardFailed)]
    public void An_issue_begins_in_another_state_only_for_who_may_choose_it_and_while_it_has_room(
        string? status,
        bool mayChoose,
        int issues,
        string? refusal
    )
    {
        var start = new IssueStart
        {
            Status = status is null ? null : new StateKey(status),
            MayChooseState = mayChoose,
            IssuesInState = issues,
        };
        var states = Contract.Definition.States.Select(s => s.Key.Value == "review" ? s with { WipLimit = 2 } : s);
        var workflow = Workflow
            .Publish(new(1), Legal.Id, "contract", 1, Contract.Definition with { States = [.. states] }, null, Noon)
            .Value;

        Assert.Equal(refusal, Issue.Open(Legal, Legal.Schema.DefaultType!, workflow, Titled, start, Actor, Noon).Error?.Code);
    }

    [Fact]
    public void A_new_issue_begins_in_the_initial_state_and_its_history_says_so()
    {
        var issue = Open();

        Assert.Equal(
            ("backlog", "Task", IssuePriority.Medium, 1),
            (issue.Status.Value, issue.IssueType.Value, issue.Priority, issue.Version)
        );
        Assert.Equal(IssueAction.Created, Assert.Single(issue.History).Action);
        Assert.Null(issue.CompletedAt);
    }

    [Fact]
    public void Backlog_means_the_initial_state_where_the_workflow_has_no_such_state()
    {
        var definition = new WorkflowDefinition(
            "Short",
            null,
            new("new"),
            [
                new(new("new"), "New", StateType.Initial, StateCategory.Pending),
                new(new("end"), "End", StateType.Final, StateCategory.Completed),
            ],
            []
        );
        var workflow = Workflow.Publish(new(1), Legal.Id, "short", 1, definition, null, Noon).Value;

        Assert.Equal(
            "new",
            Issue
                .Open(Legal, Legal.Schema.DefaultType!, workflow, Titled, new() { Status = new StateKey("backlog") }, Actor, Noon)
                .Value.Status.Value
        );
        Assert.Equal(
            "issue.status",
            Issue
                .Open(Legal, Legal.Schema.DefaultType!, workflow, Titled, new() { Status = new StateKey("review") }, Actor, Noon)
                .Error?.Details[0]
                .Field
        );
    }

    [Fact]
    public void A_declared_transition_moves_the_issue_and_is_recorded()
    {
        var issue = Open();

        var result = Move(issue, "in_progress", Noon.AddHours(1), " why ");

        Assert.False(result.IsRefused);
        Assert.Equal(("in_progress", 2, Noon.AddHours(1)), (issue.Status.Value, issue.Version, issue.UpdatedAt));
        Assert.Equal((IssueAction.Transitioned, " why "), (issue.History[^1].Action, issue.History[^1].Comment));
    }

    [Fact]
    public void A_move_that_the_workflow_does_not_allow_is_refused_and_changes_nothing()
    {
        var issue = Open();

        var guarded = new Transition(new("backlog"), new("in_progress"), null, null) { RequiresFields = ["due_date"] };
        var workflow = Workflow.Restore(
            Contract.ToSnapshot() with
            {
                Definition = Contract.Definition with { Transitions = [guarded] },
            }
        );
        var context = new MoveContext(issue.ToFacts(null, null, Noon)) { IsAttempt = true };
        var result = issue.Move(guarded, workflow, context, Actor, Noon.AddHours(1), out _);

        Assert.Equal(ErrorCodes.WorkflowTransitionGuardFailed, result.Error?.Code);
        Assert.Equal("due_date", Assert.Single(result.Error!.Details).Field);
        Assert.Equal(("backlog", 1), (issue.Status.Value, issue.Version));
        Assert.Single(issue.History);
    }

    [Fact]
    public void A_final_state_completes_the_issue_at_the_instant_of_the_move()
    {
        var issue = Open("review");

        Move(issue, "done", Noon.AddDays(1));

        Assert.Equal(Noon.AddDays(1), issue.CompletedAt);
    }

    [Fact]
    public void An_edit_records_each_changed_field_and_an_edit_without_a_difference_nothing()
    {
        var issue = Open();

        issue.Edit(
            new()
            {
                Title = "Other",
                StoryPoints = 3m,
                Labels = new(["b", "a", "b"]),
            },
            Legal.Schema,
            Actor,
            Noon
        );
        issue.Edit(
            new()
            {
                Title = "Other",
                StoryPoints = 3m,
                Labels = new(["b", "a"]),
            },
            Legal.Schema,
            Actor,
            Noon
        );

        Assert.Equal(["title", "story_points", "labels"], issue.History[^1].Changes.Select(c => c.Field));
        Assert.Equal((2, 2), (issue.History.Count, issue.Version));
        Assert.Equal(["b", "a"], issue.Labels);
    }

    [Fact]
    public void A_refused_edit_names_every_field_and_changes_nothing()
    {
        var issue = Open();

        var result = issue.Edit(
            new()
            {
                Title = "",
                Description = new string('x', 65_537),
                StoryPoints = 0.001m,
            },
            Legal.Schema,
            Actor,
            Noon
        );

        Assert.Equal(["issue.title", "issue.description", "issue.story_points"], result.Error?.Details.Select(d => d.Field));
        Assert.Equal(("An issue", 1), (issue.Title, issue.Version));
    }

    [Fact]
    public void Custom_fields_are_free_while_the_project_defines_none()
    {
        var issue = Open();

        var result = issue.Edit(new() { CustomFields = Fields("""{"anything":{"goes":[1]}}""") }, Legal.Schema, Actor, Noon);

        Assert.False(result.IsRefused);
        Assert.Equal("custom_fields.anything", issue.History[^1].Changes[0].Field);
    }

    [Theory]
    [InlineData("""{"nothing":1}""", "nothing")]
    [InlineData("""{"severity":"huge"}""", "severity")]
    [InlineData("""{"severity":null}""", "severity")]
    [InlineData("""{"count":1.5}""", "count")]
    [InlineData("""{"count":"1"}""", "count")]
    [InlineData("""{"on":"2026-02-30"}""", "on")]
    [InlineData("""{"at":"noon"}""", "at")]
    [InlineData("""{"link":"ftp://x"}""", "link")]
    [InlineData("""{"mail":"nobody"}""", "mail")]
    [InlineData("""{"yes":"true"}""", "yes")]
    [InlineData("""{"many":["low","huge"]}""", "many")]
    [InlineData("""{"bug_only":"x"}""", "bug_only")]
    public void Defined_custom_fields_take_only_what_fits(string fields, string field)
    {
        var issue = Open(schema: Defined);

        var result = issue.Edit(new() { CustomFields = Fields(fields) }, Defined, Actor, Noon);

        Assert.Equal($"issue.custom_fields.{field}", Assert.Single(result.Error!.Details).Field);
    }

    [Fact]
    public void Defined_custom_fields_take_what_fits_and_a_new_issue_gets_the_defaults()
    {
        var issue = Open(schema: Defined);

        var result = issue.Edit(
            new()
            {
                CustomFields = Fields(
                    """
                    {"count":3,"on":"2026-02-28","at":"2026-02-28T10:00:00Z","link":"https://example.com",
                     "mail":"a@b.c","yes":true,"many":["low"]}
                    """
                ),
            },
            Defined,
            Actor,
            Noon
        );

        Assert.Null(result.Error);
        Assert.Equal("low", issue.CustomFields["severity"].GetString());
    }

    [Fact]
    public void A_required_custom_field_without_a_default_must_be_given_to_a_new_issue()
    {
        var schema = ProjectSchema.BuiltIn with
        {
            CustomFields = [new("team", "Team", CustomFieldType.String) { Required = true }],
        };
        var project = Project.Start(new(1), "LEGAL", new() { Name = "Legal" }, Noon).Value;
        project.UseSchema(schema, Noon);

        var refused = Issue.Open(project, schema.DefaultType!, Contract, Titled, new(), Actor, Noon);
        var opened = Issue.Open(
            project,
            schema.DefaultType!,
            Contract,
            Titled with
            {
                CustomFields = Fields("""{"team":"a"}"""),
            },
            new(),
            Actor,
            Noon
        );

        Assert.Equal("issue.custom_fields.team", refused.Error?.Details[0].Field);
        Assert.False(opened.IsRefused);
        Assert.True(opened.Value.Edit(new() { CustomFields = Fields("""{"team":null}""") }, schema, Actor, Noon).IsRefused);
        Assert.False(opened.Value.Edit(new() { Title = "Else" }, schema, Actor, Noon).IsRefused);
    }

    [Fact]
    public void Nothing_opens_in_an_archived_project()
    {
        var project = Project.Start(new(1), "LEGAL", new() { Name = "Legal" }, Noon).Value;
        project.Archive(new(7), Noon);

        Assert.Equal(
            "PROJECT_ARCHIVED",
            Issue.Open(project, project.Schema.DefaultType!, Contract, Titled, new(), Actor, Noon).Error?.Code
        );
    }

    [Fact]
    public void A_type_with_another_workflow_is_taken_only_where_the_state_exists()
    {
        var issue = Open("in_progress");
        var bug = Legal.Schema.FindType(new("bug"))!;
        var without = Workflow
            .Publish(
                new(1),
                Legal.Id,
                "short",
                1,
                WorkflowDefinition.BuiltIn with
                {
                    States = [WorkflowDefinition.BuiltIn.States[0]],
                },
                null,
                Noon
            )
            .Value;

        Assert.Equal("issue.status", issue.ChangeType(bug, without, Actor, Noon).Error?.Details[0].Field);
        Assert.Equal("Task", issue.IssueType.Value);
        Assert.False(issue.ChangeType(bug, Contract, Actor, Noon).IsRefused);
        Assert.Equal("Bug", issue.IssueType.Value);
    }

    [Fact]
    public void A_type_whose_workflow_writes_the_state_differently_leaves_the_issue_in_a_state_of_that_workflow()
    {
        var issue = Open("in_progress");
        State doing = new(new("In_Progress"), "Doing", StateType.Initial, StateCategory.Active);
        State done = new(new("done"), "Done", StateType.Final, StateCategory.Completed);
        var other = WorkflowDefinition.Create("Other", doing.Key, [doing, done], [new(doing.Key, done.Key, null, null)]).Value;
        var workflow = Workflow.Publish(new(1), Legal.Id, "other", 1, other, null, Noon).Value;

        Assert.False(issue.ChangeType(Legal.Schema.FindType(new("bug"))!, workflow, Actor, Noon).IsRefused);

        Assert.Equal(doing.Key, issue.Status);
        Assert.Single(other.From(issue.Status));
    }

    [Fact]
    public void Search_finds_without_case_accents_and_width()
    {
        Assert.Equal("epic cafe abc ss", SearchText.Of("Épic CAFÉ ＡＢＣ ss"));
    }

    [Theory]
    [InlineData(false, "issue.custom_fields.must")]
    [InlineData(true, null)]
    public void An_imported_issue_may_lack_what_later_ones_must_have(bool mayLack, string? refused)
    {
        var project = Project.Start(new(1), "LEGAL", new() { Name = "Legal" }, Noon).Value;
        CustomField must = new("must", "Must", CustomFieldType.String) { Required = true };
        project.UseSchema(project.Schema with { CustomFields = [must] }, Noon);
        var start = new IssueStart { MayLackCustomFields = mayLack };

        var opened = Issue.Open(project, project.Schema.DefaultType!, Contract, Titled, start, Actor, Noon);

        Assert.Equal(refused, opened.Error?.Details[0].Field);
    }

    [Fact]
    public void An_issue_keeps_its_number()
    {
        var issue = Open();
        issue.TakeNumber("LEGAL", 42);

        Assert.Throws<InvalidOperationException>(() => issue.TakeNumber("LEGAL", 43));
    }

    private static Result Move(Issue issue, string target, DateTimeOffset at, string? comment = null) =>
        issue.Move(
            Contract.Definition.FindTransition(issue.Status, target)!,
            Contract,
            new MoveContext(issue.ToFacts(null, null, at)) { Comment = comment, IsAttempt = true },
            Actor,
            at,
            out _
        );

    private static IssueEdit Titled => new() { Title = "An issue" };

    private static ProjectSchema Defined { get; } =
        ProjectSchema.BuiltIn with
        {
            CustomFields =
            [
                new("severity", "Severity", CustomFieldType.Enum)
                {
                    Required = true,
                    Options = ["low", "high"],
                    DefaultValue = JsonSerializer.SerializeToElement("low"),
                },
                new("count", "Count", CustomFieldType.Integer),
                new("on", "On", CustomFieldType.Date),
                new("at", "At", CustomFieldType.Datetime),
                new("link", "Link", CustomFieldType.Url),
                new("mail", "Mail", CustomFieldType.Email),
                new("yes", "Yes", CustomFieldType.Boolean),
                new("many", "Many", CustomFieldType.MultiEnum) { Options = ["low", "high"] },
                new("bug_only", "Bug only", CustomFieldType.String) { IssueType = new TypeKey("Bug") },
            ],
        };

    private static Issue Open(string? status = null, ProjectSchema? schema = null)
    {
        var project = Project.Start(new(1), "LEGAL", new() { Name = "Legal" }, Noon).Value;
        if (schema is not null)
            project.UseSchema(schema, Noon);
        return Issue
            .Open(
                project,
                project.Schema.DefaultType!,
                Contract,
                Titled,
                new() { Status = status is null ? null : new StateKey(status) },
                Actor,
                Noon
            )
            .Value;
    }

    private static Dictionary<string, JsonElement> Fields(string json) =>
        JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!;
}
