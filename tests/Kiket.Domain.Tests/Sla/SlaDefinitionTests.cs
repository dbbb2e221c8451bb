using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Sla;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Tests.Sla;

public sealed class SlaDefinitionTests
{
    private static readonly DateTimeOffset Now = new(2026, 12, 21, 9, 0, 0, TimeSpan.Zero);
    private static readonly Project Legal = Project.Start(new(1), "LEGAL", new() { Name = "Legal" }, Now).Value;
    private static readonly Workflow Flow = Workflow
        .Publish(new(1), new(1), "default", 1, WorkflowDefinition.BuiltIn, null, Now)
        .Value;

    private static readonly SlaDefinition Any = new("any", new("backlog"), TimeSpan.FromDays(1));
    private static readonly SlaDefinition Critical = Any with { Id = "critical", Priority = IssuePriority.Critical };
    private static readonly SlaDefinition Bugs = Any with { Id = "bugs", IssueType = new TypeKey("bug") };
    private static readonly SlaDefinition CriticalBugs = Bugs with { Id = "critical bugs", Priority = IssuePriority.Critical };
    private static readonly SlaDefinition Default = Any with { Id = "default", Workflow = "default" };
    private static readonly SlaDefinition Elsewhere = CriticalBugs with { Id = "elsewhere", Workflow = "other" };
    private static readonly SlaDefinition Review = CriticalBugs with { Id = "review", Status = new("review") };

    [Theory]
    [InlineData("Bug", IssuePriority.Critical, "critical bugs")]
    [InlineData("Bug", IssuePriority.Low, "bugs")]
    [InlineData("Task", IssuePriority.Critical, "critical")]
    [InlineData("Task", IssuePriority.Low, "any")]
    public void The_definition_that_says_most_about_an_issue_holds(string type, IssuePriority priority, string expected) =>
        Assert.Equal(
            expected,
            SlaRule.Of([Any, Review, Elsewhere, Critical, Bugs, CriticalBugs], Open(type, priority), "default")?.Key
        );

    [Fact]
    public void Among_equals_the_first_one_holds()
    {
        var issue = Open("Bug", IssuePriority.Critical);

        Assert.Equal("bugs", SlaRule.Of([Any, Bugs, Critical], issue, "default")?.Key);
        Assert.Equal("default", SlaRule.Of([Default, Critical, Bugs], issue, "default")?.Key);
    }

    [Fact]
    public void No_definition_of_another_state_or_workflow_applies() =>
        Assert.Null(SlaRule.Of([Review, Elsewhere], Open("Bug", IssuePriority.Critical), "default"));

    [Fact]
    public void A_definition_names_its_state_in_upper_or_lower_case() =>
        Assert.NotNull(SlaRule.Of([Any with { Status = new("BACKLOG") }], Open("Bug", IssuePriority.Low), "default"));

    [Fact]
    public void The_warning_comes_so_long_before_the_breach_and_every_minute_counts()
    {
        var rule = SlaRule.Of([Any with { WarningBuffer = TimeSpan.FromHours(2) }], Open("Task", IssuePriority.Low), "default")!;

        Assert.Equal(
            ("backlog", TimeSpan.FromHours(22), TimeSpan.FromDays(1)),
            (rule.State.Value, rule.Policy.Warning, rule.Policy.Breach)
        );
        Assert.False(rule.Policy.BusinessHours || rule.Policy.PauseOnState);
        Assert.Null(SlaRule.Of([Any], Open("Task", IssuePriority.Low), "default")!.Policy.Warning);
    }

    [Fact]
    public void Nonsense_is_refused_at_its_place()
    {
        var (state, hour) = (new StateKey("review"), TimeSpan.FromHours(1));

        Assert.Equal(new SlaDefinition("a", state, hour), SlaDefinition.Create("a", state, hour, TimeSpan.Zero).Value);
        Assert.Null(SlaDefinition.Create("a", state, SlaPolicy.Longest).Error);
        Assert.Equal(["id", "status", "limit"], ErrorsOf(SlaDefinition.Create(null, default, TimeSpan.Zero)));
        Assert.Equal(["id", "status"], ErrorsOf(SlaDefinition.Create(new('a', 101), new(new('a', 65)), hour)));
        Assert.Equal(["limit"], ErrorsOf(SlaDefinition.Create("a", state, SlaPolicy.Longest + TimeSpan.FromTicks(1))));
        Assert.Equal(["limit"], ErrorsOf(SlaDefinition.Create("a", state, -hour, TimeSpan.Zero)));
        Assert.Equal(["warning_buffer"], ErrorsOf(SlaDefinition.Create("a", state, hour, -hour)));
        Assert.Equal(["warning_buffer"], ErrorsOf(SlaDefinition.Create("a", state, hour, hour)));
    }

    private static IEnumerable<string> ErrorsOf(Result<SlaDefinition> result)
    {
        Assert.Equal(ErrorCodes.ValidationError, result.Error?.Code);
        return result.Error!.Details.Select(d => d.Field);
    }

    private static Issue Open(string type, IssuePriority priority) =>
        Issue
            .Open(
                Legal,
                Legal.Schema.FindType(new(type))!,
                Flow,
                new() { Title = "Any", Priority = priority },
                new(),
                new(1),
                Now
            )
            .Value;
}
