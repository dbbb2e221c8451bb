using Kiket.Api.Tests.Actions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Api.Tests.Webhooks;
using Kiket.Infrastructure.Events;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Observability;

/// <summary>What a collector receives, and how a trace goes on after the request.</summary>
/// <remarks>Tracing is on for the whole process, so no other test may run meanwhile.</remarks>
[Collection(nameof(MetricsTests))]
public sealed class TelemetryTests(KiketServer shared) : IAsyncLifetime
{
    private readonly OtlpReceiver collector = new();
    private KiketServer server = null!;

    public ValueTask InitializeAsync()
    {
        server = new()
        {
            Settings = new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
                ["OTEL_BLRP_SCHEDULE_DELAY"] = "100",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
            },
        };
        return server.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        collector.Dispose();
    }

    [Fact]
    public async Task One_trace_leads_from_the_request_through_event_and_hand_out_to_the_receiver()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var webhook = await tenant.AddWebhookAsync(receiver.Url);

        var created = await tenant.Admin.PostJsonAsync(
            "/api/v1/issues",
            new { issue = new { project_id = "LEGAL", title = "Follow me" } }
        );
        var trace = created.Headers.GetValues("X-Request-Id").Single();
        await tenant.DeliverAsync(webhook);

        var request = await SpanAsync(trace, "POST /api/v1/issues/");
        var handOut = await SpanAsync(trace, "hand out event");
        var sent = await SpanAsync(trace, "send webhook");
        Assert.Equal((request.Id, request.Id), (handOut.ParentId, sent.ParentId));
        Assert.Equal($"00-{trace}-{sent.Id}-01", receiver.Requests.Single().Header("traceparent"));
        Assert.All(
            [request, handOut],
            span => Assert.Equal($"{tenant.OrganizationId}", span.Attributes["kiket.organization.id"])
        );
        Assert.Equal(
            ("issue.created", "200"),
            (sent.Attributes["kiket.event.name"], sent.Attributes["http.response.status_code"])
        );
    }

    [Fact]
    public async Task A_reaction_and_what_its_actions_send_belong_to_the_trace_of_their_cause()
    {
        await using var receiver = await Receiver.StartAsync();
        var tenant = await server.NewBoardAsync(
            $$"""
            workflow: { id: main, name: Main, version: "1.0" }
            states:
              open:
                type: initial
                on_enter:
                  - action: webhook
                    url: "{{receiver.Url}}/told"
              done: { type: final }
            transitions:
              - { from: open, to: done }
            """
        );
        var created = await tenant.Admin.PostJsonAsync(
            "/api/v1/issues",
            new { issue = new { project_id = "ACT", title = "Tell others" } }
        );
        var trace = created.Headers.GetValues("X-Request-Id").Single();

        await tenant.RunOutboxAsync();
        await tenant.DeliverAsync([.. await tenant.OnDatabaseAsync(db => db.Webhooks.ToListAsync())]);

        var reaction = await SpanAsync(trace, "react to event");
        var sent = await SpanAsync(trace, "send webhook");
        Assert.Equal(reaction.Id, sent.ParentId);
        Assert.Equal($"00-{trace}-{sent.Id}-01", receiver.Requests.Single().Header("traceparent"));
    }

    [Fact]
    public async Task Without_a_collector_a_webhook_carries_the_trace_of_a_caller_who_records_it_and_else_none()
    {
        var tenant = await shared.NewTenantAsync();
        await tenant.AddProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var webhook = await tenant.AddWebhookAsync(receiver.Url);
        const string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        await server.DisposeAsync(); // it listens in the whole process

        await tenant.AddIssueAsync();
        await tenant.DeliverAsync(webhook);
        tenant.Admin.DefaultRequestHeaders.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-01");
        await tenant.AddIssueAsync();
        await tenant.DeliverAsync(webhook);

        var sent = receiver.Requests.Select(r => r.Header("traceparent")).ToList();
        Assert.Null(sent[0]);
        Assert.StartsWith($"00-{trace}-", sent[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_gets_metrics_and_logs_and_no_traces_of_probes_or_of_workers_that_look_for_work()
    {
        await server.NewClient().GetAsync("/health/ready").OkAsync();
        var refused = await server.NewClient("kpat_nobody_has_this_token").GetAsync("/api/v1/issues");
        var trace = refused.Headers.GetValues("X-Request-Id").Single();
        await server.Services.GetRequiredService<OutboxProcessor>().RunAsync(TestContext.Current.CancellationToken);

        var log = await OtlpReceiver.ArrivalAsync(collector.Logs, l => l.TraceId == trace);
        await SpanAsync(trace, "GET /api/v1/issues/");
        foreach (var metric in (string[])["http.server.request.duration", "dotnet.process.memory.working_set"])
            await OtlpReceiver.ArrivalAsync(collector.Metrics, m => m == metric);

        Assert.Equal("Warning", log.Level);
        Assert.Contains("/api/v1/issues", log.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(collector.Spans, s => s.Name.Contains("/health", StringComparison.Ordinal));
        Assert.DoesNotContain(collector.Spans, s => s.ParentId == "" && s.Attributes.ContainsKey("db.system.name"));
    }

    [Fact]
    public async Task An_expected_conflict_is_neither_an_error_of_the_span_nor_in_the_log()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();

        var again = await tenant.Admin.PostJsonAsync(
            "/api/v1/projects",
            new
            {
                project = new
                {
                    name = "Again",
                    project_key = "LEGAL",
                    visibility = "team",
                },
            }
        );
        var trace = again.Headers.GetValues("X-Request-Id").Single();

        var span = await SpanAsync(trace, "POST /api/v1/projects/");
        Assert.InRange((int)again.StatusCode, 400, 499);
        Assert.DoesNotContain("error.type", span.Attributes.Keys);
        Assert.DoesNotContain(collector.Logs, l => l.TraceId == trace);
    }

    private Task<ReceivedSpan> SpanAsync(string trace, string name) =>
        OtlpReceiver.ArrivalAsync(collector.Spans.Where(s => s.TraceId == trace), s => s.Name == name);
}
