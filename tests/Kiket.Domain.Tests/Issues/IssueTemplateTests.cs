using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;

namespace Kiket.Domain.Tests.Issues;

public sealed class IssueTemplateTests
{
    private static readonly IssueTemplate Story = new("story", "Story")
    {
        IssueType = new TypeKey("UserStory"),
        Title = "A story",
        Text = "As somebody I want something.",
        Priority = IssuePriority.High,
        Labels = ["story"],
        StoryPoints = 3,
        CustomFields = new Dictionary<string, JsonElement> { ["impact"] = Json("\"low\""), ["team"] = Json("\"blue\"") },
        RequiredFields = ["description", "assignee", "custom_fields.reason", "impact"],
        Fields =
        [
            new("impact", "Impact", CustomFieldType.Enum) { Options = ["low", "high"] },
            new("story_points", "Points", CustomFieldType.Boolean),
        ],
    };

    [Fact]
    public void A_template_fills_what_is_left_open()
    {
        var filled = Story.Fill(new() { AssigneeId = new UserId(7), CustomFields = Fields(("reason", "\"because\"")) }).Value;

        Assert.Equal(
            ("A story", "As somebody I want something.", "UserStory"),
            (filled.Title.Value, filled.Description.Value, filled.IssueType.Value)
        );
        Assert.Equal((IssuePriority.High, 3m), (filled.Priority.Value, filled.StoryPoints.Value));
        Assert.Equal(["story"], filled.Labels.Value!);
        Assert.Equal(
            ["impact=low", "reason=because", "team=blue"],
            filled.CustomFields.Value!.Select(f => $"{f.Key}={f.Value}").Order()
        );
        Assert.False(filled.DueDate.IsSet);
    }

    [Fact]
    public void What_the_caller_gives_wins_field_by_field()
    {
        var filled = Story
            .Fill(
                new()
                {
                    Title = "Mine",
                    Description = "Mine too",
                    IssueType = "Task",
                    Priority = IssuePriority.Low,
                    Labels = new([]),
                    StoryPoints = null,
                    AssigneeId = new UserId(7),
                    CustomFields = Fields(("impact", "\"high\""), ("reason", "1"), ("team", "null")),
                }
            )
            .Value;

        Assert.Equal(("Mine", "Mine too", "Task"), (filled.Title.Value, filled.Description.Value, filled.IssueType.Value));
        Assert.Equal((IssuePriority.Low, (decimal?)null), (filled.Priority.Value, filled.StoryPoints.Value));
        Assert.Empty(filled.Labels.Value!);
        Assert.Equal("high", filled.CustomFields.Value!["impact"].GetString());
        Assert.Equal(JsonValueKind.Null, filled.CustomFields.Value!["team"].ValueKind);
    }

    [Fact]
    public void Every_required_field_that_is_missing_is_named()
    {
        var refusal = Story
            .Fill(new() { Description = " ", CustomFields = Fields(("impact", "null"), ("reason", "\"\"")) })
            .Error!;

        Assert.Equal(
            ["issue.description", "issue.assignee_id", "issue.custom_fields.reason", "issue.custom_fields.impact"],
            refusal.Details.Select(d => d.Field)
        );
        Assert.Equal("Story requires description.", refusal.Details[0].Message);
    }

    [Fact]
    public void A_value_must_fit_what_the_template_says_about_its_field()
    {
        var refusal = Story
            .Fill(new() { AssigneeId = new UserId(7), CustomFields = Fields(("impact", "\"huge\""), ("reason", "1")) })
            .Error!;

        Assert.Equal(
            ("issue.custom_fields.impact", "Impact must be one of low, high."),
            (Assert.Single(refusal.Details).Field, refusal.Details[0].Message)
        );
    }

    [Fact]
    public void A_template_without_anything_changes_nothing()
    {
        var given = new IssueEdit { Title = "Mine" };

        Assert.Equal(given, new IssueTemplate("empty", "Empty").Fill(given).Value);
    }

    private static Dictionary<string, JsonElement> Fields(params (string Key, string Value)[] fields) =>
        fields.ToDictionary(f => f.Key, f => Json(f.Value));

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
