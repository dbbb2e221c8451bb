using System.Text.RegularExpressions;
using Kiket.Api.Tests.Actions;
using Kiket.Api.Tests.Capacity;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Infrastructure.Sla;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Operations;

/// <summary>The operations pages about work and who does it.</summary>
public sealed class PlanningPagesTests(CapacityServer host) : IClassFixture<CapacityServer>
{
    private const string Pack = """
        workflow: { id: main, name: Main }
        states: { open: { type: initial, sla: { warning: 30m, breach: 1h } }, done: { type: final } }
        transitions: [{ from: open, to: done }]
        """;

    [Fact]
    public async Task Issues_at_risk_and_those_past_their_limit_are_listed()
    {
        var tenant = await host.Server.NewBoardAsync(Pack);
        await tenant.AddIssueAsync("ACT", "Late", new { issue_type = "Task" });
        for (var n = 0; n < 2; n++)
        {
            host.Clock.Advance(TimeSpan.FromMinutes(30));
            await host.Server.Services.GetRequiredService<SlaProcessor>().RunAsync(TestContext.Current.CancellationToken);
        }

        await tenant.AddIssueAsync("ACT", "Soon", new { issue_type = "Task" });
        var browser = await tenant.OpenBrowserAsync();

        var page = await browser.GetPageAsync("/ops/sla?within=24");

        Assert.Matches("1 issue before a breach within 1 day.*ACT-2.*1 issue past the limit.*ACT-1", Flat(page));
    }

    [Fact]
    public async Task Work_is_reassigned_after_a_trial_that_changes_nothing()
    {
        var tenant = await host.Server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var busy = await tenant.AddWorkerAsync(5, ["LEGAL"]);
        var idle = await tenant.AddWorkerAsync(20, ["LEGAL"]);
        for (var n = 0; n < 10; n++)
            await tenant.AssignAsync(busy, 5);
        var browser = await tenant.OpenBrowserAsync();

        var page = await browser.GetPageAsync("/ops/capacity");
        var id = Regex.Match(page.Text, "value=\"(rec_[0-9_]+)\"").Groups[1].Value;
        var trial = await browser.SubmitAsync(page, "/ops/capacity/try", ("recommendation", id));
        var before = await AssignedAsync(tenant, idle);
        var done = await browser.SubmitAsync(trial, "/ops/capacity/reassign");

        Assert.Contains("1 issue would be reassigned", trial.Text, StringComparison.Ordinal);
        Assert.Contains("1 issue was reassigned.", done.Text, StringComparison.Ordinal);
        Assert.Equal((0, 1), (before, await AssignedAsync(tenant, idle)));
        await tenant.AssertAuditedAsync("reassign_issues", "updated");
    }

    [Fact]
    public async Task A_workflow_that_is_too_large_for_a_picture_is_shown_as_tables()
    {
        var keys = Enumerable.Range(0, 41).Select(n => $"s{n}").ToList();
        var ways = keys.Zip(keys.Skip(1), (from, to) => $"{{ from: {from}, to: {to} }}");
        var pack = $"""
            workflow: main
            states: [{string.Join(", ", keys)}]
            transitions: [{string.Join(", ", ways)}]
            """;
        var tenant = await host.Server.NewBoardAsync(pack);
        var browser = await tenant.OpenBrowserAsync();

        var page = await browser.GetPageAsync("/ops/workflows/ACT/main");

        Assert.DoesNotContain("<svg", page.Text, StringComparison.Ordinal);
        Assert.Contains("<td>s40</td>", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trial_of_nothing_says_so()
    {
        var tenant = await host.Server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var browser = await tenant.OpenBrowserAsync();
        var fields = Browser.HiddenFieldsOf(await browser.GetPageAsync("/ops/audit"));

        var trial = await browser.PostAsync("/ops/capacity/try", fields);

        Assert.Contains("Nothing was chosen.", trial.Text, StringComparison.Ordinal);
    }

    private static async Task<int> AssignedAsync(Tenant tenant, long user) =>
        (int)(await tenant.Admin.GetAsync($"/api/v1/issues?assignee={user}").OkAsync())["meta"]!["total"]!;

    private static string Flat(Browser.Page page) => Regex.Replace(page.Text, @"\s+", " ");
}
