using System.Text.Json;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Tests.Workflows;

public sealed class ConditionTests
{
    private static readonly IssueFacts Issue = IssueFacts.From(
        new("triaging"),
        JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(
            """
            {
              "title": "Broken export", "priority": "high", "labels": ["Billing", "regression"], "story_points": 3,
              "due_date": "2026-03-01",
              "assignee": null, "description": "  ", "reporter": "ada@example.com",
              "custom_fields": { "severity": "Critical", "count": 10, "text_number": "9", "flag": true,
                  "when": "2026-03-01T10:00:00+02:00", "empty": [], "list": ["a", "b"] }
            }
            """
        )!
    );

    [Theory]
    [InlineData("priority", "=", "\"HIGH\"", true)]
    [InlineData("issue.priority", "equals", "\"high\"", true)]
    [InlineData("priority", "not_equals", "\"high\"", false)]
    [InlineData("priority", ">", "\"medium\"", true)]
    [InlineData("priority", ">=", "\"critical\"", false)]
    [InlineData("priority", "<", "\"highest\"", true)]
    [InlineData("priority", "in", "[\"low\",\"high\"]", true)]
    [InlineData("priority", "not_in", "[\"low\",\"high\"]", false)]
    [InlineData("status", "=", "\"triaging\"", true)]
    [InlineData("title", "contains", "\"EXPORT\"", true)]
    [InlineData("title", "not_contains", "\"import\"", true)]
    [InlineData("labels", "contains", "\"billing\"", true)]
    [InlineData("labels", "contains", "\"bill\"", false)]
    [InlineData("labels", "in", "[\"regression\",\"other\"]", true)]
    [InlineData("labels", "not_in", "[\"other\"]", true)]
    [InlineData("labels", "=", "[\"regression\",\"billing\"]", true)]
    [InlineData("labels", "=", "[\"billing\"]", false)]
    [InlineData("labels", "is_not_empty", null, true)]
    [InlineData("story_points", "gt", "2.5", true)]
    [InlineData("story_points", "=", "\"3.0\"", true)]
    [InlineData("story_points", "lte", "3", true)]
    [InlineData("story_points", "gte", "3", true)]
    [InlineData("story_points", "lt", "3", false)]
    [InlineData("story_points", "gt", "3", false)]
    [InlineData("due_date", "<", "\"2026-03-02\"", true)]
    [InlineData("due_date", "=", "\"2026-03-01\"", true)]
    [InlineData("assignee", "is_present", null, false)]
    [InlineData("assignee", "is_empty", null, true)]
    [InlineData("assignee", "=", "null", true)]
    [InlineData("assignee", "not_equals", "\"ada@example.com\"", true)]
    [InlineData("assignee", "not_in", "[1]", true)]
    [InlineData("assignee", "in", "[1]", false)]
    [InlineData("assignee", "<", "1", false)]
    [InlineData("assignee", ">=", "1", false)]
    [InlineData("description", "is_empty", null, true)]
    [InlineData("custom_fields.severity", "=", "\"critical\"", true)]
    [InlineData("custom_fields.severity", ">", "\"high\"", true)]
    [InlineData("custom_fields.severity", "<", "\"high\"", false)]
    [InlineData("custom_fields.severity", ">", "\"urgent\"", false)]
    [InlineData("custom_fields.count", "greater_or_equal", "10", true)]
    [InlineData("custom_fields.text_number", "<", "10", true)]
    [InlineData("custom_fields.text_number", "<", "\"10\"", true)]
    [InlineData("custom_fields.flag", "=", "true", true)]
    [InlineData("custom_fields.flag", "=", "\"true\"", true)]
    [InlineData("custom_fields.flag", "=", "\"yes\"", false)]
    [InlineData("custom_fields.when", "=", "\"2026-03-01T08:00:00Z\"", true)]
    [InlineData("custom_fields.when", ">", "\"2026-03-01\"", true)]
    [InlineData("custom_fields.empty", "is_empty", null, true)]
    [InlineData("custom_fields.list", "contains", "[\"z\",\"B\"]", true)]
    [InlineData("custom_fields.nothing", "is_present", null, false)]
    [InlineData("nothing", "is_empty", null, true)]
    public void An_operator_compares_with_the_right_type(string field, string spelling, string? value, bool holds)
    {
        Assert.True(ConditionOperators.TryParse(spelling, out var @operator));
        var condition = new FieldCondition(
            field,
            @operator,
            value is null ? null : JsonSerializer.Deserialize<JsonElement>(value)
        );

        Assert.Equal(holds, WorkflowEngine.IsMet(condition, Issue));
    }

    [Theory]
    [InlineData("=", "not_equals")]
    [InlineData("in", "not_in")]
    [InlineData("contains", "not_contains")]
    [InlineData("is_present", "is_empty")]
    public void An_operator_and_its_opposite_never_agree(string one, string other)
    {
        Assert.True(ConditionOperators.TryParse(one, out var left) & ConditionOperators.TryParse(other, out var right));

        foreach (
            var field in new[] { "title", "labels", "assignee", "story_points", "custom_fields.flag", "custom_fields.empty" }
        )
        {
            foreach (var value in new[] { "null", "3", "\"high\"", "[\"Billing\"]", "true", "[]" })
            {
                var json = JsonSerializer.Deserialize<JsonElement>(value);
                Assert.NotEqual(
                    WorkflowEngine.IsMet(new(field, left, json), Issue),
                    WorkflowEngine.IsMet(new(field, right, json), Issue)
                );
            }
        }
    }

    [Fact]
    public void A_user_is_equal_to_id_and_address()
    {
        var user = FieldValue.OfUser(new(5), "ada@example.com");

        Assert.True(user.Matches(FieldValue.Of("ADA@example.com")));
        Assert.True(user.Matches(FieldValue.Of(5)));
        Assert.True(FieldValue.Of("5").Matches(user));
        Assert.True(user.Matches(FieldValue.OfUser(new(5), null)));
        Assert.False(user.Matches(FieldValue.OfUser(new(6), "ada@example.com")));
        Assert.True(user.IsIn(FieldValue.Of(["bob@example.com", "5"])));
    }

    [Fact]
    public void A_number_beyond_decimals_is_a_text_and_a_date_in_words_is_not_an_instant()
    {
        Assert.Equal(FieldKind.Text, FieldValue.Of(JsonSerializer.Deserialize<JsonElement>("1e400")).Kind);
        Assert.Null(FieldValue.Of("1 March 2026").CompareTo(FieldValue.Of(new DateOnly(2026, 3, 1))));
        Assert.True(FieldValue.Of("\u200B").IsMissing);
    }

    [Fact]
    public void The_state_of_an_issue_wins_over_its_document() =>
        Assert.True(
            IssueFacts
                .From(
                    new("open"),
                    new Dictionary<string, JsonElement> { ["status"] = JsonSerializer.SerializeToElement("done") }
                )["status"]
                .Matches(FieldValue.Of("open"))
        );

    [Theory]
    [InlineData("3653d", true)]
    [InlineData("87673h", false)]
    [InlineData("1h30", false)]
    [InlineData("9999999m", false)]
    [InlineData("5000000m", true)]
    public void A_duration_is_at_most_ten_years_and_ends_with_a_unit(string text, bool isDuration) =>
        Assert.Equal(isDuration, Duration.TryParse(text, out _));

    [Theory]
    [InlineData("30m", 30)]
    [InlineData("4h", 240)]
    [InlineData("2d", 2880)]
    [InlineData("1w", 10080)]
    [InlineData("1h30m", 90)]
    [InlineData("PT4H", 240)]
    [InlineData("P1DT1M", 1441)]
    [InlineData("P2W", 20160)]
    [InlineData("0h", null)]
    [InlineData("4", null)]
    [InlineData("h", null)]
    [InlineData("P1M", null)]
    [InlineData("P1Y", null)]
    [InlineData("99999999d", null)]
    [InlineData("-4h", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_duration_is_read_in_every_notation(string? text, int? minutes)
    {
        Assert.Equal(minutes is not null, Duration.TryParse(text, out var length));
        if (minutes is { } expected)
            Assert.Equal(TimeSpan.FromMinutes(expected), length);
    }
}
