using System.Text.Json.Nodes;
using Kiket.Api.Tests.Actions;
using Kiket.Api.Tests.Capacity;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Sla;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Sla;

/// <summary>
/// Limits on the time in a state, from a pack to notifications and events. It is Monday, 09:00 UTC, when a test begins.
/// </summary>
public sealed class SlaTests : IAsyncLifetime
{
    private const string Pack = """
        workflow: { id: main, name: Main }
        states:
          open: { type: initial }
          doing:
            type: active
            sla:
              warning: PT30S
              breach: 1m
              on_warning: [{ action: add_label, label: hurry }]
              on_breach: [{ action: add_label, label: late }]
          waiting: { type: active, sla: { breach: 1m, pause_on_state: true } }
          office: { type: active, sla: { warning: 2h, breach: 4h, business_hours: true } }
          urgent:
            type: active
            sla:
              - { condition: { field: priority, operator: equals, value: high }, breach: 1h }
              - { default: true, breach: 4h }
          done: { type: final }
        transitions:
          - { from: open, to: doing }
          - { from: open, to: office }
          - { from: open, to: urgent }
          - { from: doing, to: waiting }
          - { from: waiting, to: doing }
          - { from: doing, to: done }
          - { from: waiting, to: done }
          - { from: office, to: done }
          - { from: urgent, to: done }
        """;

    private readonly CapacityServer host = new();

    public ValueTask InitializeAsync() => host.InitializeAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_limit_of_a_minute_warns_breaches_and_recovers_each_once_and_says_so_to_everybody()
    {
        var tenant = await host.Server.NewBoardAsync(Pack);
        var (assignee, _) = await tenant.AddUserAsync(OrganizationRole.Developer);
        await tenant.AddUserAsync(OrganizationRole.Developer);
        await tenant.AddIssueAsync("ACT", fields: new { assignee_id = assignee });
        await tenant.MoveAsync("ACT-1", "doing");

        await PassAsync(29);
        Assert.Empty(await EventsAsync(tenant));
        await PassAsync(1);
        await PassAsync(15);
        Assert.Equal(["imminent"], (await EventsAsync(tenant)).Select(State));
        await PassAsync(20);
        await tenant.RunOutboxAsync();
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        await tenant.MoveAsync("ACT-1", "done");
        await PassAsync(300);
        await tenant.RunOutboxAsync();

        var events = await EventsAsync(tenant);
        Assert.Equal(["recovered", "breached", "imminent"], events.Select(State));
        Assert.Equal(
            ["2026-12-21T09:03:05Z", "2026-12-21T09:01:00Z", "2026-12-21T09:00:30Z"],
            events.Select(e => Instant(e, "triggered_at"))
        );
        Assert.Equal(
            ["2026-12-21T09:03:05Z", "2026-12-21T09:03:05Z", "2026-12-21T09:01:00Z"],
            events.Select(e => Instant(e, "resolved_at"))
        );
        Assert.Equal("main.doing", (string?)events[0]["definition"]!["id"]);
        Assert.Equal((3, 2), ((int)events[0]["metrics"]!["duration_minutes"]!, (int)events[0]["metrics"]!["overdue_minutes"]!));
        Assert.Equal(1, (int)events[0]["definition"]!["max_duration_minutes"]!);
        Assert.Equal(["hurry", "late"], (await tenant.ReadAsync("issues/ACT-1"))["labels"]!.AsArray().Select(l => (string?)l));
        var logged = (await tenant.ReadOutboxAsync()).Where(e => e.Name == "workflow.sla_status").ToList();
        Assert.Equal(["imminent", "breached", "recovered"], logged.Select(e => e.Facts.To));
        await using var scope = host.Server.Services.CreateAsyncScope();
        var told = await scope
            .ServiceProvider.GetRequiredService<KiketDbContext>()
            .Notifications.IgnoreQueryFilters()
            .Where(n => n.OrganizationId == new OrganizationId(tenant.OrganizationId))
            .OrderBy(n => n.Id)
            .Select(n => n.UserId.Value)
            .ToListAsync();
        Assert.Equal([tenant.AdminId, assignee, tenant.AdminId, assignee], told);
    }

    [Fact]
    public async Task A_limit_that_was_due_before_a_move_is_reported_even_when_no_job_ran()
    {
        var tenant = await host.Server.NewBoardAsync(Pack);
        await tenant.AddIssueAsync("ACT");
        await tenant.MoveAsync("ACT-1", "doing");
        host.Clock.Advance(TimeSpan.FromMinutes(5));

        await tenant.MoveAsync("ACT-1", "done");

        Assert.Equal(["recovered", "breached", "imminent"], (await EventsAsync(tenant)).Select(State));
        await PassAsync(300);
        Assert.Equal(3, (await EventsAsync(tenant)).Count);
    }

    [Fact]
    public async Task Time_in_a_waiting_state_does_not_count_and_coming_back_goes_on()
    {
        var tenant = await host.Server.NewBoardAsync(Pack);
        await tenant.AddIssueAsync("ACT");
        await tenant.MoveAsync("ACT-1", "doing");
        await PassAsync(20);
        await tenant.MoveAsync("ACT-1", "waiting");
        await PassAsync(600);
        var paused = (await tenant.ReadAsync("issues/ACT-1/sla"))["timer"]!;
        Assert.False((bool)paused["running"]!);
        Assert.Equal(20m, (decimal)paused["counted_seconds"]!);
        Assert.Null(paused["breaches_at"]);

        await tenant.MoveAsync("ACT-1", "doing");
        await PassAsync(39);

        Assert.Equal(["imminent"], (await EventsAsync(tenant)).Select(State));
        var timer = (await tenant.ReadAsync("issues/ACT-1/sla"))["timer"]!;
        Assert.Equal(59m, (decimal)timer["counted_seconds"]!);
        Assert.Equal(59m, timer["intervals"]!.AsArray().Sum(i => (decimal)i!["seconds"]!));
        await PassAsync(1);
        Assert.Equal(["breached", "imminent"], (await EventsAsync(tenant)).Select(State));
    }

    [Fact]
    public async Task Leaving_the_waiting_state_for_another_one_ends_the_count()
    {
        var tenant = await host.Server.NewBoardAsync(Pack);
        await tenant.AddIssueAsync("ACT");
        await tenant.MoveAsync("ACT-1", "doing");
        await PassAsync(40);
        await tenant.MoveAsync("ACT-1", "waiting");
        await PassAsync(600);

        await tenant.MoveAsync("ACT-1", "done");

        Assert.Equal(["recovered", "imminent"], (await EventsAsync(tenant)).Select(State));
        Assert.Null((await tenant.ReadAsync("issues/ACT-1/sla"))["timer"]);
    }

    [Fact]
    public async Task Editing_a_field_that_a_condition_reads_puts_another_limit_on_the_same_time()
    {
        var tenant = await host.Server.NewBoardAsync(Pack);
        await tenant.AddIssueAsync("ACT");
        await tenant.MoveAsync("ACT-1", "urgent");
        Assert.Equal("main.urgent.2", (string?)(await tenant.ReadAsync("issues/ACT-1/sla"))["timer"]!["id"]);
        await PassAsync(2 * 3600);

        await tenant.Admin.PatchJsonAsync("/api/v1/issues/ACT-1", new { priority = "high" }).OkAsync();
        await PassAsync(0);

        var breached = Assert.Single(await EventsAsync(tenant));
        Assert.Equal(("breached", "main.urgent.1"), (State(breached), (string?)breached["definition"]!["id"]));
        Assert.Equal("2026-12-21T11:00:00Z", Instant(breached, "triggered_at")); // not an hour ago: then it was no breach
        await tenant.Admin.PatchJsonAsync("/api/v1/issues/ACT-1", new { priority = "low" }).OkAsync();
        Assert.Equal(["recovered", "breached"], (await EventsAsync(tenant)).Select(State));
        Assert.Equal("2026-12-21T13:00:00.000Z", (string?)(await tenant.ReadAsync("issues/ACT-1/sla"))["timer"]!["breaches_at"]);
    }

    [Fact]
    public async Task Another_calendar_moves_what_is_to_come_says_why_and_takes_nothing_back()
    {
        var tenant = await host.Server.NewBoardAsync(Pack);
        await tenant.AddIssueAsync("ACT");
        await tenant.MoveAsync("ACT-1", "office");
        await PassAsync(2 * 3600);
        Assert.Equal(["imminent"], (await EventsAsync(tenant)).Select(State));

        await tenant
            .Admin.PatchJsonAsync(
                "/api/v1/organization/settings",
                new { settings = new { holidays = new[] { new { date = "2026-12-21" } } } }
            )
            .OkAsync();
        await PassAsync(60);

        Assert.Equal(["imminent"], (await EventsAsync(tenant)).Select(State));
        var timer = (await tenant.ReadAsync("issues/ACT-1/sla"))["timer"]!;
        Assert.Equal("2026-12-22T13:00:00.000Z", (string?)timer["breaches_at"]);
        Assert.Equal(0m, (decimal)timer["counted_seconds"]!);
        var why = Assert.Single(timer["adjustments"]!.AsArray())!;
        Assert.Equal(
            ("calendar", "2026-12-21T13:00:00.000Z", "2026-12-22T13:00:00.000Z"),
            ((string?)why["reason"], (string?)why["breaches_from"], (string?)why["breaches_to"])
        );
        await PassAsync(26 * 3600);
        Assert.Equal(["breached", "imminent"], (await EventsAsync(tenant)).Select(State));
    }

    [Fact]
    public async Task A_limit_that_was_never_to_be_reached_is_planned_when_people_work_again()
    {
        var tenant = await host.Server.NewBoardAsync(Pack);
        var nobody = Enum.GetValues<DayOfWeek>()
            .ToDictionary(day => day.ToString().ToLowerInvariant(), _ => Array.Empty<string>());
        await tenant.Admin.PatchJsonAsync("/api/v1/organization/settings", new { settings = new { hours = nobody } }).OkAsync();
        await tenant.AddIssueAsync("ACT");
        await tenant.MoveAsync("ACT-1", "office");
        await PassAsync(3600);
        Assert.Null((await tenant.ReadAsync("issues/ACT-1/sla"))["timer"]!["breaches_at"]);

        await tenant
            .Admin.PatchJsonAsync(
                "/api/v1/organization/settings",
                new { settings = new { hours = new { monday = new[] { new { from = "09:00", to = "17:00" } } } } }
            )
            .OkAsync();
        await PassAsync(3600);

        Assert.Equal("2026-12-21T13:00:00.000Z", (string?)(await tenant.ReadAsync("issues/ACT-1/sla"))["timer"]!["breaches_at"]);
        Assert.Equal(["imminent"], (await EventsAsync(tenant)).Select(State));
    }

    [Fact]
    public async Task Migrated_issues_follow_the_limits_of_their_version_and_deleted_ones_none()
    {
        var tenant = await host.Server.NewBoardAsync(Pack);
        foreach (var _ in "12")
            await tenant.AddIssueAsync("ACT");
        await tenant.MoveAsync("ACT-1", "doing");
        await tenant.MoveAsync("ACT-2", "doing");
        await PassAsync(40);
        await tenant
            .Admin.PostJsonAsync(
                "/api/v1/definitions/import",
                new
                {
                    project_key = "ACT",
                    files = new[]
                    {
                        new
                        {
                            path = ".kiket/workflows/main.yaml",
                            content = Pack.Replace("breach: 1m\n      on_", "breach: 10m\n      on_", StringComparison.Ordinal),
                        },
                    },
                }
            )
            .OkAsync();
        await tenant.Admin.DeleteAsync("/api/v1/issues/ACT-2").OkAsync();

        await tenant.Admin.PostJsonAsync("/api/v1/workflows/main/migrate?project_id=ACT", new { }).OkAsync();
        await PassAsync(300);

        var events = await EventsAsync(tenant);
        Assert.Equal(["imminent", "recovered", "imminent", "imminent"], events.Select(State));
        Assert.All(events, e => Assert.True(e["resolved_at"] is not null || e == events[0]));
        Assert.Equal("2026-12-21T09:10:00.000Z", (string?)(await tenant.ReadAsync("issues/ACT-1/sla"))["timer"]!["breaches_at"]);
        await PassAsync(600);
        Assert.Equal(5, (await EventsAsync(tenant)).Count);
    }

    [Fact]
    public async Task Lists_show_who_is_late_and_who_will_be_to_those_who_may_see_it()
    {
        var tenant = await host.Server.NewBoardAsync(Pack);
        foreach (var _ in "123")
            await tenant.AddIssueAsync("ACT");
        await tenant.MoveAsync("ACT-1", "doing");
        await tenant.MoveAsync("ACT-2", "urgent");
        await PassAsync(600);
        var (_, stranger) = await tenant.AddUserAsync(OrganizationRole.Developer);
        await tenant.Admin.PatchJsonAsync("/api/v1/projects/ACT", new { project = new { visibility = "private" } }).OkAsync();

        Assert.Equal(["ACT-1"], Keys(await tenant.ReadAsync("issues?sla=breached")));
        Assert.Equal(["ACT-2"], Keys(await tenant.ReadAsync("issues?sla=ok")));
        Assert.Equal(
            ["ACT-2"],
            (await tenant.ReadAsync("sla/at_risk?within=4h"))["data"]!.AsArray().Select(i => (string?)i!["issue_key"])
        );
        Assert.Empty((await tenant.ReadAsync("sla/at_risk?within=1h"))["data"]!.AsArray());
        Assert.Single(await EventsAsync(tenant, "?state=breached&issue_id=ACT-1&project_id=ACT&organization=any&limit=200"));
        var page = await tenant.ReadAsync("sla_events?limit=1");
        Assert.Equal(
            ("breached", 2, 2),
            (State(page["data"]![0]!), (int)page["meta"]!["total_count"]!, (int)page["meta"]!["total_pages"]!)
        );
        Assert.Empty(await EventsAsync(tenant, "?issue_id=ACT-2"));
        Assert.Equal(2, (await tenant.ReadAsync("ext/sla/events?project_id=ACT"))["data"]!.AsArray().Count);
        Assert.Empty((await stranger.GetAsync("/api/v1/sla_events").OkAsync())["data"]!.AsArray());
        Assert.Empty((await stranger.GetAsync("/api/v1/sla/at_risk").OkAsync())["data"]!.AsArray());
        await stranger.GetAsync("/api/v1/issues/ACT-1/sla").RefusedAsync(404, "ISSUE_NOT_FOUND");
        await tenant.Admin.GetAsync("/api/v1/sla_events?limit=201").RefusedAsync(400, "INVALID_PARAMETER");
        await tenant.Admin.GetAsync("/api/v1/sla_events?state=late").RefusedAsync(400, "INVALID_PARAMETER");
        await tenant.Admin.GetAsync("/api/v1/sla/at_risk?within=soon").RefusedAsync(400, "INVALID_PARAMETER");
    }

    [Fact]
    public async Task Workers_and_moves_at_the_same_time_report_each_limit_once()
    {
        var tenant = await host.Server.NewBoardAsync(Pack);
        for (var i = 1; i <= 40; i++)
        {
            await tenant.AddIssueAsync("ACT");
            await tenant.MoveAsync($"ACT-{i}", "doing");
        }

        host.Clock.Advance(TimeSpan.FromMinutes(2));
        var processor = host.Server.Services.GetRequiredService<SlaProcessor>();
        var workers = Enumerable
            .Range(0, 4)
            .Select(_ => Task.Run(() => processor.RunAsync(TestContext.Current.CancellationToken)))
            .ToList();
        for (var i = 1; i <= 20; i++)
            await tenant.MoveAsync($"ACT-{41 - i}", "done");
        await Task.WhenAll(workers);
        host.Clock.Advance(SlaProcessor.Lease);
        await PassAsync(1);

        var events = await EventsAsync(tenant, "?limit=200");
        Assert.Equal(100, events.Count);
        Assert.Equal(100, events.DistinctBy(e => ((long)e["issue_id"]!, State(e))).Count());
        Assert.Equal(20, events.Count(e => State(e) == "recovered"));
        Assert.Equal(100, (await tenant.ReadOutboxAsync()).Count(e => e.Name == "workflow.sla_status"));
    }

    [Fact]
    public async Task Timers_of_an_archived_project_are_postponed()
    {
        var tenant = await host.Server.NewBoardAsync(Pack);
        await tenant.AddIssueAsync("ACT");
        await tenant.MoveAsync("ACT-1", "doing");
        await tenant.Admin.DeleteAsync("/api/v1/projects/ACT").OkAsync();

        await PassAsync(600);
        await PassAsync(600);

        Assert.Empty(await EventsAsync(tenant));
    }

    private async Task PassAsync(int seconds)
    {
        host.Clock.Advance(TimeSpan.FromSeconds(seconds));
        await host.Server.Services.GetRequiredService<SlaProcessor>().RunAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<List<JsonNode>> EventsAsync(Tenant tenant, string query = "") =>
        [.. (await tenant.ReadAsync($"sla_events{query}"))["data"]!.AsArray().Select(e => e!)];

    private static string? State(JsonNode e) => (string?)e["state"];

    private static string? Instant(JsonNode e, string name) => ((string?)e[name])?.Replace(".000", "", StringComparison.Ordinal);

    private static IEnumerable<string?> Keys(JsonNode page) => page["data"]!.AsArray().Select(i => (string?)i!["key"]);
}
