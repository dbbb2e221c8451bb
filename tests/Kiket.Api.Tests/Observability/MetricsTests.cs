using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Api.Tests.Webhooks;
using Kiket.Domain.Webhooks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Kiket.Api.Tests.Observability;

/// <summary>The metrics at <c>/metrics</c>.</summary>
/// <remarks>
/// OpenTelemetry listens to all meters of a name in the process and drops the series when one of them is disposed, so no other
/// test's server may stop in the meantime.
/// </remarks>
[Collection(nameof(MetricsTests))]
[CollectionDefinition(nameof(MetricsTests), DisableParallelization = true)]
public sealed class MetricsTests(KiketServer shared) : IAsyncLifetime
{
    private const string Token = "scraper";

    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
    private KiketServer server = null!;

    public ValueTask InitializeAsync()
    {
        server = new()
        {
            TestServices = services => services.AddSingleton<TimeProvider>(clock),
            Settings = new Dictionary<string, string> { ["Metrics:Token"] = Token },
        };
        return server.InitializeAsync();
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task They_say_what_waits_how_long_and_how_attempts_and_guards_end()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var answers = 0;
        receiver.Answer = (http, _) =>
        {
            http.Response.StatusCode = Interlocked.Increment(ref answers) == 2 ? 503 : 200;
            return http.Response.WriteAsync("{}");
        };
        var webhook = await tenant.AddWebhookAsync(receiver.Url);
        Assert.Equal((0, 0, 0), await BacklogAsync());

        for (var i = 0; i < 3; i++)
            await tenant.AddIssueAsync();
        Assert.Equal((3, 0, 0), await BacklogAsync());

        await tenant.DeliverAsync(); // handed out, and sent to nobody yet
        clock.Advance(TimeSpan.FromSeconds(90));
        Assert.Equal((0, 3, 90), await BacklogAsync());

        await tenant.DeliverAsync(webhook);
        await tenant.AddWebhookAsync(
            receiver.Url,
            WebhookKind.Extension,
            hooks: [new("workflow.before_transition", Required: true)]
        );
        await tenant.Admin.PostJsonAsync("/api/v1/issues/LEGAL-1/transition", new { to = "in_progress" }).OkAsync();

        var metrics = await ScrapeAsync();
        Assert.Equal(
            (1, 90),
            (Value(metrics, "kiket_webhook_pending"), Value(metrics, "kiket_webhook_oldest_pending_age_seconds"))
        );

        // These count in the whole process, which also runs the server that tests share.
        Assert.True(Value(metrics, "kiket_webhook_attempts_total", "result=\"delivered\"") >= 2, metrics);
        Assert.True(Value(metrics, "kiket_webhook_attempts_total", "result=\"retry\"") >= 1, metrics);
        Assert.True(Value(metrics, "kiket_webhook_attempt_duration_milliseconds_count") >= 3, metrics);
        Assert.True(Value(metrics, "kiket_guard_duration_milliseconds_count", "verdict=\"allow\"") >= 1, metrics);
    }

    [Fact]
    public async Task They_are_shown_only_with_their_token_and_only_if_one_is_set()
    {
        var tenant = await server.NewTenantAsync();

        foreach (var client in (HttpClient[])[server.NewClient(), server.NewClient("scrapes"), tenant.Admin])
            Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/metrics")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.NewClient(Token).GetAsync("/metrics")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await shared.NewClient(Token).GetAsync("/metrics")).StatusCode);
    }

    private async Task<(double Events, double Pending, double Age)> BacklogAsync()
    {
        var metrics = await ScrapeAsync();
        return (
            Value(metrics, "kiket_events_waiting"),
            Value(metrics, "kiket_webhook_pending"),
            Value(metrics, "kiket_webhook_oldest_pending_age_seconds")
        );
    }

    private Task<string> ScrapeAsync() => server.NewClient(Token).GetStringAsync("/metrics");

    /// <summary>The value of the one series that has a name and a label.</summary>
    private static double Value(string metrics, string name, string label = "")
    {
        var lines = metrics
            .Split('\n')
            .Where(l => Regex.IsMatch(l, $"^{name}[ {{]") && l.Contains(label, StringComparison.Ordinal))
            .ToList();
        Assert.True(lines.Count == 1, $"{name} {label} is not there once:\n{metrics}");
        return double.Parse(lines[0][(lines[0].LastIndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture);
    }
}
