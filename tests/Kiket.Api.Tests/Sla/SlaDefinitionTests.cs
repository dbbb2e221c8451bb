using System.Text.Json.Nodes;
using Kiket.Api.Tests.Actions;
using Kiket.Api.Tests.Capacity;
using Kiket.Api.Tests.Definitions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Api.Tests.Webhooks;
using Kiket.Application.Ports;
using Kiket.Infrastructure.Sla;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Sla;

/// <summary>
/// The limits of <c>workflow_sla_definitions.yml</c>, and issues that are older than a limit. Minutes are counted from the start
/// of a test.
/// </summary>
public sealed class SlaDefinitionTests(CapacityServer host) : IClassFixture<CapacityServer>
{
    private const string LimitsPath = ".kiket/workflow_sla_definitions.yml";

    private const string Pack = """
        workflow: { id: main, name: Main }
        states:
          open: { type: initial }
          doing: { type: active }
          own: { type: active, sla: [{ condition: { field: priority, operator: equals, value: high }, breach: 1h }] }
          waiting: { type: active, sla: { breach: 1m, pause_on_state: true } }
          done: { type: final }
        transitions:
          - { from: open, to: doing }
          - { from: open, to: own }
          - { from: doing, to: waiting }
          - { from: waiting, to: doing }
          - { from: doing, to: done }
        """;

    private const string Limits = """
        - { id: doing, status: doing, max_duration_minutes: 10, warning_buffer_minutes: 4 }
        - { id: urgent, status: doing, priority: critical, max_duration_minutes: 2 }
        - { id: own, status: own, max_duration_minutes: 30 }
        """;

    private readonly DateTimeOffset start = host.Clock.GetUtcNow();

    [Fact]
    public async Task A_limit_beside_the_workflow_warns_breaches_and_recovers_with_its_own_id()
    {
        var tenant = await host.Server.NewBoardAsync(Pack, (LimitsPath, Limits));
        await tenant.AddIssueAsync("ACT", fields: new { issue_type = "Bug" });
        await tenant.MoveAsync("ACT-1", "doing");

        await PassAsync(6);
        await PassAsync(4);
        await PassAsync(1);
        await tenant.MoveAsync("ACT-1", "done");

        var events = await EventsAsync(tenant);
        Assert.Equal(["recovered doing +11", "breached doing +10", "imminent doing +6"], events.Select(Told));
        var definition = events[1]["definition"]!;
        Assert.Equal(
            ("doing", "Bug", 10, 4),
            (
                (string?)definition["status"],
                (string?)definition["issue_type"],
                (int)definition["max_duration_minutes"]!,
                (int)definition["warning_buffer_minutes"]!
            )
        );
        Assert.Equal((11, 1), ((int)events[0]["metrics"]!["duration_minutes"]!, (int)events[0]["metrics"]!["overdue_minutes"]!));
        Assert.Equal(
            ["imminent", "breached", "recovered"],
            (await tenant.ReadOutboxAsync()).Where(e => e.Name == "workflow.sla_status").Select(e => e.Facts.To)
        );
    }

    [Fact]
    public async Task A_limit_names_its_state_in_upper_or_lower_case()
    {
        var tenant = await host.Server.NewBoardAsync(Pack);
        await tenant.AddIssueAsync("ACT");
        await tenant.MoveAsync("ACT-1", "DOING");

        await tenant
            .Admin.PostJsonAsync(
                "/api/v1/definitions/import",
                new
                {
                    project_key = "ACT",
                    files = new[]
                    {
                        new { path = ".kiket/workflows/main.yaml", content = Pack },
                        new { path = LimitsPath, content = Limits.Replace("status: doing", "status: Doing") },
                    },
                }
            )
            .OkAsync();

        Assert.Equal("doing +10", await DueAsync(tenant, "ACT-1"));
        Assert.Equal("doing", (string?)(await tenant.ReadAsync("issues/ACT-1/sla"))["timer"]!["status"]);
    }

    [Fact]
    public async Task An_edit_that_another_definition_is_about_puts_that_on_the_same_time()
    {
        var tenant = await host.Server.NewBoardAsync(Pack, (LimitsPath, Limits));
        await tenant.AddIssueAsync("ACT");
        await tenant.MoveAsync("ACT-1", "doing");
        await PassAsync(1);

        await tenant.Admin.PatchJsonAsync("/api/v1/issues/ACT-1", new { priority = "critical" }).OkAsync();
        Assert.Equal("urgent +2", await DueAsync(tenant, "ACT-1"));
        await PassAsync(1);
        Assert.Equal(["breached urgent +2"], (await EventsAsync(tenant)).Select(Told));
        await tenant.Admin.PatchJsonAsync("/api/v1/issues/ACT-1", new { priority = "low" }).OkAsync();

        Assert.Equal("doing +10", await DueAsync(tenant, "ACT-1"));
        Assert.Equal(["recovered urgent +2", "breached urgent +2"], (await EventsAsync(tenant)).Select(Told));
    }

    [Fact]
    public async Task A_limit_of_the_state_itself_comes_first_and_a_pause_pauses()
    {
        var tenant = await host.Server.NewBoardAsync(Pack, (LimitsPath, Limits));
        await tenant.AddIssueAsync("ACT", fields: new { priority = "high" });
        await tenant.AddIssueAsync("ACT");
        await tenant.MoveAsync("ACT-1", "own");
        await tenant.MoveAsync("ACT-2", "doing");
        Assert.Equal("main.own +60", await DueAsync(tenant, "ACT-1"));

        await tenant.Admin.PatchJsonAsync("/api/v1/issues/ACT-1", new { priority = "low" }).OkAsync();
        await PassAsync(3);
        await tenant.MoveAsync("ACT-2", "waiting");
        await PassAsync(120);
        await tenant.MoveAsync("ACT-2", "doing");

        Assert.Equal("own +30", await DueAsync(tenant, "ACT-1"));
        Assert.Equal("doing +130", await DueAsync(tenant, "ACT-2"));
        Assert.Equal(["breached own +30"], (await EventsAsync(tenant)).Select(Told));
    }

    [Fact]
    public async Task Definitions_that_are_added_changed_or_removed_move_the_timers_of_open_issues()
    {
        var tenant = await host.Server.NewBoardAsync(Pack);
        for (var i = 1; i <= 4; i++)
        {
            await tenant.AddIssueAsync("ACT");
            await tenant.MoveAsync($"ACT-{i}", "doing");
        }

        await tenant.MoveAsync("ACT-2", "waiting");
        await tenant.MoveAsync("ACT-3", "done");
        await tenant.Admin.DeleteAsync("/api/v1/issues/ACT-4").OkAsync();
        await PassAsync(7);
        Assert.Null((await tenant.ReadAsync("issues/ACT-1/sla"))["timer"]);

        Assert.Contains(
            "sla_definition doing",
            (await ImportAsync(tenant, Limits))["created"]!.AsArray().Select(c => (string?)c)
        );

        // All time in the state counts, even before the import; the past warning is reported at the instant of the import.
        Assert.Equal("doing +10", await DueAsync(tenant, "ACT-1"));
        await PassAsync(1);
        Assert.Equal(["imminent doing +7"], (await EventsAsync(tenant)).Select(Told));
        Assert.Equal([1], await TimersAsync(tenant));

        // The same definition changes nothing; a longer limit continues with the same time.
        await ImportAsync(tenant, Limits + "# as before\n");
        Assert.Equal([1], await TimersAsync(tenant));
        await ImportAsync(tenant, Limits.Replace("minutes: 10,", "minutes: 60,", StringComparison.Ordinal));
        Assert.Equal("doing +60", await DueAsync(tenant, "ACT-1"));
        Assert.Equal(["recovered doing +8", "imminent doing +7"], (await EventsAsync(tenant)).Select(Told));

        // No definition is left: nothing is watched, and moves cause no SLA events.
        var gone = await ImportAsync(tenant, "");
        Assert.Contains("sla_definition urgent", gone["removed"]!.AsArray().Select(c => (string?)c));
        Assert.Null((await tenant.ReadAsync("issues/ACT-1/sla"))["timer"]);
        await PassAsync(600);
        await tenant.MoveAsync("ACT-1", "done");
        Assert.Equal(2, (await EventsAsync(tenant)).Count);
    }

    [Fact]
    public async Task A_dry_run_moves_no_timer_and_another_project_keeps_its_own()
    {
        var tenant = await host.Server.NewBoardAsync(Pack);
        await tenant.AddIssueAsync("ACT");
        await tenant.MoveAsync("ACT-1", "doing");
        await tenant
            .Admin.PostJsonAsync(
                "/api/v1/definitions/import",
                new
                {
                    project_key = "BIS",
                    files = new[]
                    {
                        new { path = ".kiket/workflows/main.yaml", content = Pack },
                        new { path = LimitsPath, content = Limits },
                    },
                }
            )
            .OkAsync();

        await ImportAsync(tenant, Limits, dryRun: true);

        Assert.Null((await tenant.ReadAsync("issues/ACT-1/sla"))["timer"]);
    }

    [Fact]
    public async Task Limits_that_a_dry_run_has_read_do_not_hold_for_what_is_imported_afterwards()
    {
        var tenant = await host.Server.NewTenantAsync();
        foreach (var (breach, dryRun) in new[] { ("1h", true), ("2h", false) })
        {
            await tenant
                .Admin.PostJsonAsync(
                    "/api/v1/definitions/import",
                    new
                    {
                        dry_run = dryRun,
                        files = new[]
                        {
                            new
                            {
                                path = ".kiket/project.yaml",
                                content = "project: { key: ACT, name: Acts, seed_data: { issues: [{ title: Seed, status: own "
                                    + "}] } }",
                            },
                            new
                            {
                                path = ".kiket/workflows/main.yaml",
                                content = Pack.Replace(
                                    "[{ condition: { field: priority, operator: equals, value: high }, breach: 1h }]",
                                    $"{{ breach: {breach} }}",
                                    StringComparison.Ordinal
                                ),
                            },
                        },
                    }
                )
                .OkAsync();
        }

        Assert.Equal("main.own +120", await DueAsync(tenant, "ACT-1"));
    }

    [Fact]
    public async Task A_migration_to_a_version_with_limits_counts_the_time_since_the_issue_came_into_its_state()
    {
        var tenant = await host.Server.NewBoardAsync(Pack);
        for (var i = 1; i <= 2; i++)
        {
            await tenant.AddIssueAsync("ACT");
            await tenant.MoveAsync($"ACT-{i}", "doing");
        }

        await PassAsync(30);
        await ImportAsync(
            tenant,
            Pack.Replace(
                "doing: { type: active }",
                "doing: { type: active, sla: { warning: 20m, breach: 40m } }",
                StringComparison.Ordinal
            ),
            ".kiket/workflows/main.yaml"
        );
        await PassAsync(1);
        Assert.Null((await tenant.ReadAsync("issues/ACT-1/sla"))["timer"]); // it stays on the version that it was opened with
        await tenant.MoveAsync("ACT-2", "done");

        await tenant.Admin.PostJsonAsync("/api/v1/workflows/main/migrate?project_id=ACT", new { }).OkAsync();

        Assert.Equal("main.doing +40", await DueAsync(tenant, "ACT-1"));
        await PassAsync(0);
        Assert.Equal(["imminent main.doing +31"], (await EventsAsync(tenant)).Select(Told));
        await PassAsync(9);
        Assert.Equal(["breached main.doing +40", "imminent main.doing +31"], (await EventsAsync(tenant)).Select(Told));
        Assert.Equal([1], await TimersAsync(tenant));
    }

    [Fact]
    public async Task A_migration_into_another_state_begins_the_count_there_and_one_to_a_version_without_limits_ends_it()
    {
        var tenant = await host.Server.NewBoardAsync(Pack, (LimitsPath, Limits));
        await tenant.AddIssueAsync("ACT");
        await tenant.MoveAsync("ACT-1", "doing");
        await PassAsync(5);

        await ImportAsync(
            tenant,
            """
            workflow: { id: main, name: Main }
            states:
              open: { type: initial }
              building: { type: active, sla: { breach: 10m } }
              done: { type: final }
            transitions: [{ from: open, to: building }, { from: building, to: done }]
            """,
            ".kiket/workflows/main.yaml"
        );
        await tenant
            .Admin.PostJsonAsync("/api/v1/workflows/main/migrate?project_id=ACT", new { mapping = new { doing = "building" } })
            .OkAsync();
        Assert.Equal("main.building +15", await DueAsync(tenant, "ACT-1"));
        await PassAsync(11);
        await ImportAsync(
            tenant,
            "workflow: { id: main, name: Main }\nstates: { open: { type: initial }, building: {}, done: { type: final } }\n"
                + "transitions: [{ from: open, to: building }, { from: building, to: done }]\n",
            ".kiket/workflows/main.yaml"
        );
        await tenant.Admin.PostJsonAsync("/api/v1/workflows/main/migrate?project_id=ACT", new { }).OkAsync();

        Assert.Null((await tenant.ReadAsync("issues/ACT-1/sla"))["timer"]);
        Assert.Equal(["recovered main.building +16", "breached main.building +15"], (await EventsAsync(tenant)).Select(Told));
    }

    [Fact]
    public async Task A_published_pack_takes_limits_for_its_states()
    {
        var files = Packs.FilesOf(Path.Combine(Packs.Shared(), "kanban"));
        files.Add(
            new JsonObject
            {
                ["path"] = LimitsPath,
                ["content"] =
                    "- { id: review, status: review, max_duration_minutes: 60, warning_buffer_minutes: 10 }\n- { id: "
                    + "late, status: done, max_duration_minutes: 60 }\n",
            }
        );
        var tenant = await host.Server.NewTenantAsync();
        var imported = await tenant
            .Admin.PostJsonAsync("/api/v1/definitions/import", new { project_key = "ACT", files })
            .OkAsync();
        var warning = Assert.Single(imported["warnings"]!.AsArray(), w => (string?)w!["file"] == LimitsPath)!;
        Assert.Equal(
            (2, "The limit late never applies: no time is counted in the final state done."),
            ((int)warning["line"]!, (string?)warning["message"])
        );
        var key = (string)
            (
                await tenant
                    .Admin.PostJsonAsync(
                        "/api/v1/issues",
                        new { project_key = "ACT", issue = new { title = "Slow", assignee_id = tenant.AdminId } }
                    )
                    .CreatedAsync()
            )["key"]!;

        await tenant.MoveAsync(key, "in_progress");
        Assert.Null((await tenant.ReadAsync($"issues/{key}/sla"))["timer"]);
        await tenant.MoveAsync(key, "review");
        await PassAsync(50);
        await PassAsync(10);

        Assert.Equal(["breached review +60", "imminent review +50"], (await EventsAsync(tenant)).Select(Told));
    }

    private async Task PassAsync(int minutes)
    {
        host.Clock.Advance(TimeSpan.FromMinutes(minutes));
        await host.Server.Services.GetRequiredService<SlaProcessor>().RunAsync(TestContext.Current.CancellationToken);
    }

    private static Task<JsonNode> ImportAsync(Tenant tenant, string content, string path = LimitsPath, bool dryRun = false) =>
        tenant
            .Admin.PostJsonAsync(
                "/api/v1/definitions/import",
                new
                {
                    project_key = "ACT",
                    files = new[] { new { path, content } },
                    dry_run = dryRun,
                }
            )
            .OkAsync();

    private static async Task<List<JsonNode>> EventsAsync(Tenant tenant) =>
        [.. (await tenant.ReadAsync("sla_events"))["data"]!.AsArray().Select(e => e!)];

    /// <summary>As <c>breached id +10</c>.</summary>
    private string Told(JsonNode e) => $"{e["state"]} {e["definition"]!["id"]} {Since(e["triggered_at"])}";

    private string Since(JsonNode? instant) => $"+{((DateTimeOffset)instant! - start).TotalMinutes}";

    /// <summary>The limit that applies to an issue, and when it is breached, as <c>id +10</c>.</summary>
    private async Task<string> DueAsync(Tenant tenant, string issue)
    {
        var timer = (await tenant.ReadAsync($"issues/{issue}/sla"))["timer"]!;
        return $"{timer["id"]} {Since(timer["breaches_at"])}";
    }

    /// <summary>The issues, by number, that have ever been watched.</summary>
    private static Task<List<int>> TimersAsync(Tenant tenant) =>
        tenant.OnDatabaseAsync(db =>
            db.SlaTimers.Join(
                    db.Issues.IgnoreQueryFilters(new[] { IKiketDb.NotDeletedFilter }),
                    t => t.IssueId,
                    i => i.Id,
                    (_, i) => i.Number
                )
                .OrderBy(n => n)
                .ToListAsync()
        );
}
