using System.Security.Cryptography;
using System.Text;
using Kiket.Api.Tests.Actions;
using Kiket.Api.Tests.Capacity;
using Kiket.Api.Tests.Extensions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Api.Tests.Webhooks;
using Kiket.Domain.Webhooks;
using Kiket.Infrastructure.Sla;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Sla;

/// <summary>
/// A limit of a minute, from a pack that is imported over HTTP to a receiver on a port of its own. Only the clock is moved by
/// hand, and the test runs the jobs.
/// </summary>
public sealed class SlaServerTests(CapacityServer host) : IClassFixture<CapacityServer>
{
    private const string Workflow = """
        workflow: { id: main, name: Main }
        states:
          open: { type: initial }
          doing: { type: active, sla: { warning: PT40S, breach: 1m } }
          review: { type: active }
          done: { type: final }
        transitions:
          - { from: open, to: doing }
          - { from: open, to: review }
          - { from: doing, to: done }
          - { from: review, to: done }
        """;

    private const string Secret = "only we know";

    private const string Limits =
        "- { id: review, status: review, issue_type: Task, max_duration_minutes: 2, warning_buffer_minutes: 1 }\n";

    private readonly DateTimeOffset start = host.Clock.GetUtcNow();

    [Theory]
    [InlineData("doing", "main.doing", 40, 60, 1)]
    [InlineData("review", "review", 60, 120, 2)]
    public async Task A_limit_from_a_pack_is_seen_to_warn_breach_and_recover_with_its_webhooks(
        string state,
        string rule,
        int warning,
        int breach,
        int minutes
    )
    {
        var tenant = await host.Server.NewBoardAsync(Workflow, (".kiket/workflow_sla_definitions.yml", Limits));
        await using var receiver = await Receiver.StartAsync();
        var installed = await Installed.NewAsync(tenant, "ACT", permissions: ["read:issues", "webhooks:write"]);
        Webhook[] webhooks = [await SubscribeAsync("workflow.sla_status"), await SubscribeAsync("workflow.sla_breach")];
        var issue = await tenant.AddIssueAsync("ACT", fields: new { assignee_id = tenant.AdminId, issue_type = "Task" });
        await tenant.MoveAsync("ACT-1", state);

        await PassAsync(warning - 1);
        Assert.Empty(receiver.Requests);
        await PassAsync(1);
        Assert.Equal([("workflow.sla_status", "imminent")], Told());
        Assert.Equal(["ACT-1"], await KeysAsync("imminent"));
        await PassAsync(breach - warning - 1);
        Assert.Single(receiver.Requests);
        await PassAsync(1);
        Assert.Equal(3, receiver.Requests.Count);
        Assert.Equal(("workflow.sla_breach", "breached"), Told().Single(t => t.Event == "workflow.sla_breach"));
        Assert.Equal(["ACT-1"], await KeysAsync("breached"));
        host.Clock.Advance(TimeSpan.FromSeconds(60));
        await tenant.MoveAsync("ACT-1", "done");
        await PassAsync(0);
        await PassAsync(3600);

        Assert.Equal(4, receiver.Requests.Count);
        Assert.Equal(
            ["imminent", "breached", "recovered"],
            Told().Where(t => t.Event == "workflow.sla_status").Select(t => t.State)
        );
        Assert.All(receiver.Requests, r => Assert.Equal(Signature(Secret, r), r.Header("X-Kiket-Signature")));
        Assert.Equal(4, receiver.Requests.Select(r => r.Header("X-Kiket-Delivery")).Distinct().Count());
        var body = receiver.Requests.Last().Json;
        Assert.Equal(("ACT-1", (long)issue["id"]!), ((string?)body["issue"]!["key"], (long)body["issue_id"]!));
        Assert.Equal(
            (rule, state, "Task"),
            (
                (string?)body["definition"]!["id"],
                (string?)body["definition"]!["status"],
                (string?)body["definition"]!["issue_type"]
            )
        );
        Assert.Equal((minutes + 1, 1), ((int)body["metrics"]!["duration_minutes"]!, (int)body["metrics"]!["overdue_minutes"]!));
        Assert.Equal(At(breach + 60), (DateTimeOffset)body["occurred_at"]!);

        foreach (
            var events in new[]
            {
                await tenant.ReadAsync("sla_events"),
                await installed.Client.GetAsync("/api/v1/ext/sla/events").OkAsync(),
            }
        )
        {
            Assert.Equal(["recovered", "breached", "imminent"], events["data"]!.AsArray().Select(e => (string?)e!["state"]));
            Assert.Equal(
                [At(breach + 60), At(breach), At(warning)],
                events["data"]!.AsArray().Select(e => (DateTimeOffset)e!["triggered_at"]!)
            );
        }

        async Task<Webhook> SubscribeAsync(string name)
        {
            var made = await installed
                .Client.PostJsonAsync(
                    "/api/v1/ext/webhooks/subscribe",
                    new
                    {
                        url = receiver.Url,
                        events = new[] { name },
                        secret = Secret,
                    }
                )
                .CreatedAsync();
            var id = (long)made["id"]!;
            return await tenant.OnDatabaseAsync(db => db.Webhooks.SingleAsync(w => w.Id == id));
        }

        List<(string Event, string State)> Told() =>
            [.. receiver.Requests.Select(r => (r.Header("X-Kiket-Event")!, (string)r.Json["state"]!))];

        async Task<IEnumerable<string?>> KeysAsync(string sla) =>
            (await tenant.ReadAsync($"issues?sla={sla}"))["data"]!.AsArray().Select(i => (string?)i!["key"]);

        async Task PassAsync(int seconds)
        {
            host.Clock.Advance(TimeSpan.FromSeconds(seconds));
            await new SlaJob(host.Server.Services.GetRequiredService<SlaProcessor>()).RunAsync(
                TestContext.Current.CancellationToken
            );
            await tenant.RunOutboxAsync();
            await tenant.DeliverAsync(webhooks);
        }
    }

    private DateTimeOffset At(int seconds) => start.AddSeconds(seconds);

    private static string Signature(string secret, Received received) =>
        Convert.ToHexStringLower(
            HMACSHA256.HashData(
                Encoding.UTF8.GetBytes(secret),
                Encoding.UTF8.GetBytes($"{received.Header("X-Kiket-Timestamp")}.{received.Body}")
            )
        );
}
