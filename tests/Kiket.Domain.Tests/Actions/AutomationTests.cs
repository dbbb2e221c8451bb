using System.Text.Json;
using Kiket.Domain.Actions;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Tests.Actions;

public sealed class AutomationTests
{
    [Theory]
    [InlineData("issue.created", "issue.created", "open", true)]
    [InlineData("issue.created", "issue.updated", null, false)]
    [InlineData("issue.transitioned", "issue.status_changed", "done", true)]
    [InlineData("issue.commented", "comment.created", null, true)]
    [InlineData("sla.warning", "workflow.sla_status", "imminent", true)]
    [InlineData("sla.warning", "workflow.sla_status", "breached", false)]
    [InlineData("sla.breached", "workflow.sla_status", "breached", true)]
    [InlineData("sla.recovered", "workflow.sla_status", "recovered", true)]
    [InlineData("workflow.sla_breach", "workflow.sla_status", "imminent", false)]
    [InlineData("schedule", "issue.created", "open", false)]
    public void An_automation_waits_for_the_events_that_it_names(string asked, string name, string? to, bool expected) =>
        Assert.Equal(expected, new Automation("a", "A") { Events = ["nothing", asked] }.WaitsFor(name, to));

    [Fact]
    public void One_that_is_turned_off_or_hindered_waits_for_nothing()
    {
        var automation = new Automation("a", "A") { Events = ["issue.created"] };

        Assert.True(automation.WaitsFor("issue.created", "open"));
        Assert.False((automation with { Enabled = false }).WaitsFor("issue.created", "open"));
        Assert.False((automation with { Hindrance = "it could not be read" }).WaitsFor("issue.created", "open"));
    }

    [Fact]
    public void Conditions_see_what_happened_beside_the_issue()
    {
        var fields = new Dictionary<string, JsonElement> { ["priority"] = JsonSerializer.SerializeToElement("high") };
        var facts = Automation.FactsOf(
            IssueFacts.From(new("done"), fields),
            "doing",
            "done",
            [new("labels", null, null), new("priority", null, null)]
        );

        Assert.Equal(
            ("doing", "doing", "done"),
            (facts["from_status"].ToString(), facts["previous_status"].ToString(), facts["to_status"].ToString())
        );
        Assert.Equal("labels, priority", facts["changed_fields"].ToString());
        Assert.Equal(("high", "done"), (facts["priority"].ToString(), facts.Status.Value));
    }
}
