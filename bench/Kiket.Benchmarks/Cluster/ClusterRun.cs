using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Kiket.Benchmarks.Cluster;

/// <summary>
/// Loads a cluster through its balancer while parts of it are killed and started again (bench/faults/chaos). What must hold
/// nevertheless: every acknowledged write exists, once; the event log has no gap; every event reaches the webhook, and every
/// action takes effect, once; no credential exceeds its rate limit; requests fail only while something is away, never with 500.
/// </summary>
internal sealed class ClusterRun(
    IReadOnlyList<Outage> outages,
    Receiver receiver,
    ClusterClient admin,
    WriteLoad writes,
    LimitedLoad limited
)
{
    private const string Project = "LOAD";
    private const int FaultsShown = 20;

    /// <summary>How long deliveries and actions may take after the load; a killed worker's lease lasts 30 s.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private const string Workflow = """
        workflow: { id: main, name: Main }
        states:
          open: { type: initial }
          done: { type: final }
        transitions: [{ from: open, to: done }]
        """;

    private const string Automations = """
        automations:
          - id: report
            trigger: issue.created
            actions: [{ type: notify, recipients: { user: reporter }, message: "${issue.title}" }]
        """;

    private readonly List<string> faults = [];

    /// <summary>Arguments: address, token, seconds, file of the outages.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var address = new Uri(arguments[0]);
        var duration = TimeSpan.FromSeconds(int.Parse(arguments[2], CultureInfo.InvariantCulture));
        await using var receiver = await Receiver.StartAsync();
        using var admin = new ClusterClient(address, arguments[1]);
        using var restricted = new ClusterClient(address, await PrepareAsync(admin, receiver.Address));
        await File.WriteAllTextAsync(arguments[3], ""); // from now on, parts are killed
        var time = Stopwatch.StartNew();
        var writes = new WriteLoad(admin, Project, time, duration);
        var limited = new LimitedLoad(restricted, time, duration);
        await Task.WhenAll(writes.RunAsync(), limited.RunAsync());

        var run = new ClusterRun(Outage.ReadAll(arguments[3]), receiver, admin, writes, limited);
        Console.WriteLine($"  {writes}");
        run.CheckFailures([.. admin.Failures, .. restricted.Failures]);
        await run.CheckWritesAsync();
        run.CheckLimit();
        return run.Report();
    }

    /// <summary>Creates a project with an automation, and a webhook for its events.</summary>
    /// <returns>A token with the limit of <see cref="LimitedLoad"/>.</returns>
    private static async Task<string> PrepareAsync(ClusterClient admin, string receiver)
    {
        var files = new[]
        {
            new { path = ".kiket/workflows/main.yaml", content = Workflow },
            new { path = ".kiket/automations/report.yaml", content = Automations },
        };
        await admin.PostAsync("/api/v1/definitions/import", JsonContent.Create(new { project_key = Project, files }));
        var manifest = $$"""
            model_version: "1.0"
            extension:
              id: bench.receiver
              name: Receiver
              version: 1.0.0
              delivery: http
              callback: { url: "{{receiver}}" }
              hooks: [{ event: issue.created }, { event: comment.created }]
              permissions: ["issues:read", "comments:read"]
            """;
        await admin.PostAsync(
            $"/api/v1/extensions?project_id={Project}",
            new StringContent(manifest, Encoding.UTF8, "application/yaml")
        );
        var token = new
        {
            name = "Limited",
            scopes = new[] { "issues:read" },
            rate_limit_requests = LimitedLoad.Limit,
            rate_limit_window = (int)LimitedLoad.Window.TotalSeconds,
        };
        var created = await admin.PostAsync(
            "/api/v1/workspace_api_tokens",
            JsonContent.Create(new { workspace_api_token = token })
        );
        return (string)created["token"]!;
    }

    private void CheckFailures(IReadOnlyList<Failure> failures)
    {
        var unexplained = failures.Where(f => f.Status is 500 || !outages.Any(o => o.Explains(f.From, f.Until))).ToList();
        faults.AddRange(unexplained.Select(f => $"{f.From:HH:mm:ss.fff} {f.Description}"));
        var statuses = failures
            .GroupBy(f => f.Status?.ToString(CultureInfo.InvariantCulture) ?? "no answer")
            .Select(s => $"{s.Key}: {s.Count()}");
        Console.WriteLine(
            $"  {outages.Count} outages; {failures.Count} requests failed ({string.Join(", ", statuses)}), "
                + $"{unexplained.Count} of them without a reason"
        );
    }

    private async Task CheckWritesAsync()
    {
        var issues = await ReadPagesAsync($"/api/v1/issues?project_key={Project}&sort=id");
        var log = await ReadLogAsync();
        faults.AddRange(writes.Faults);
        foreach (var title in Repeated(issues.Select(i => (string)i["title"]!)))
            faults.Add($"'{title}' exists twice.");
        CheckStored(writes.Issues, issues.ToDictionary(i => (long)i["id"]!, i => (string)i["title"]!));

        // The log is written with each change, so it also shows whether comments are stored.
        var comments = log.Where(e => (string)e["event"]! == "comment.created").ToList();
        foreach (var body in Repeated(comments.Select(e => (string)e["body"]!)))
            faults.Add($"'{body}' exists twice.");
        CheckStored(writes.Comments, comments.ToDictionary(e => (long)e["comment_id"]!, e => (string)e["body"]!));

        var created = log.Where(e => (string)e["event"]! == "issue.created").Select(e => (long)e["issue_id"]!).ToList();
        CheckSame("an event", created, "an issue", [.. issues.Select(i => (long)i["id"]!)]);
        for (var i = 1; i < log.Count; i++)
        {
            if ((long)log[i]["sequence"]! != (long)log[i - 1]["sequence"]! + 1)
                faults.Add($"The log continues after {log[i - 1]["sequence"]} with {log[i]["sequence"]}.");
        }

        var titles = issues.Select(i => (string)i["title"]!).ToList();
        var expected = created.Count + comments.Count;
        var effects = await WaitForAsync(titles.Count, expected);
        CheckSame("a notification", effects, "an issue", titles);
        var events = log.ToDictionary(e => (string)e["id"]!, e => (long)e["sequence"]!, StringComparer.Ordinal);
        foreach (var (id, sequence) in receiver.Events.Where(r => events.GetValueOrDefault(r.Key) != r.Value))
            faults.Add($"The webhook got {id} with the sequence {sequence}, which is not in the log.");
        if (receiver.Events.Count != expected)
            faults.Add($"The webhook got {receiver.Events.Count} of {expected} events.");
        Console.WriteLine(
            $"  {issues.Count} issues and {comments.Count} comments stored; {log.Count} events in the log; the webhook got "
                + $"{receiver.Events.Count} events in {receiver.Requests} requests; {effects.Count} notifications"
        );
    }

    /// <summary>Waits until the workers have done everything.</summary>
    /// <returns>The texts of all notifications.</returns>
    private async Task<IReadOnlyList<string>> WaitForAsync(int notifications, int events)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < Patience; await Task.Delay(1_000))
        {
            var count = (int)(await admin.GetAsync("/api/v1/notifications?per_page=1"))["meta"]!["total"]!;
            if (count < notifications || receiver.Events.Count < events)
                continue;
            Console.WriteLine($"  workers are done {waited.Elapsed.TotalSeconds:0} s after the load");
            break;
        }

        return [.. (await ReadPagesAsync("/api/v1/notifications?")).Select(n => (string)n["message"]!)];
    }

    private void CheckLimit()
    {
        var windows = limited.AcceptedBesides(outages);
        faults.AddRange(windows.Where(w => w > LimitedLoad.Limit).Select(w => $"A window of {LimitedLoad.Limit} accepted {w}."));
        if (!windows.Contains(LimitedLoad.Limit))
            faults.Add("No window was full, so the limit was not tested.");
        Console.WriteLine(
            $"  {windows.Count} windows of the rate limit while Redis was there, {windows.Count(w => w == LimitedLoad.Limit)} of "
                + $"them full; at most {windows.DefaultIfEmpty().Max()} of {LimitedLoad.Limit} requests accepted"
        );
    }

    private int Report()
    {
        foreach (var fault in faults.Take(FaultsShown))
            Console.WriteLine($"  FAULT {fault[..Math.Min(fault.Length, 400)]}");
        Console.WriteLine($"  {faults.Count} faults");
        return faults.Count == 0 && !writes.Issues.IsEmpty ? 0 : 1;
    }

    private void CheckStored(IReadOnlyDictionary<long, string> acknowledged, IReadOnlyDictionary<long, string> stored)
    {
        foreach (var (id, name) in acknowledged.Where(a => stored.GetValueOrDefault(a.Key) != a.Value))
            faults.Add($"'{name}' was acknowledged with the id {id}, under which there is '{stored.GetValueOrDefault(id)}'.");
    }

    private void CheckSame<T>(string what, IReadOnlyList<T> found, string each, IReadOnlyList<T> expected)
    {
        foreach (var item in Repeated(found))
            faults.Add($"'{item}' has {what} twice.");
        foreach (var item in expected.Except(found))
            faults.Add($"'{item}', {each}, lacks {what}.");
        foreach (var item in found.Except(expected))
            faults.Add($"'{item}' has {what} but is not {each}.");
    }

    private static IEnumerable<T> Repeated<T>(IEnumerable<T> items) =>
        items.GroupBy(i => i).Where(g => g.Count() > 1).Select(g => g.Key);

    private async Task<List<JsonNode>> ReadPagesAsync(string path)
    {
        List<JsonNode> all = [];
        for (var page = 1; ; page++)
        {
            var list = await admin.GetAsync($"{path}&per_page=100&page={page}");
            all.AddRange(list["data"]!.AsArray()!);
            if (page >= (int)list["meta"]!["total_pages"]!)
                return all;
        }
    }

    private async Task<List<JsonNode>> ReadLogAsync()
    {
        List<JsonNode> all = [];
        while (true)
        {
            var page = await admin.GetAsync($"/api/v1/events?limit=200&after={all.LastOrDefault()?["sequence"] ?? 0}");
            if (page["data"]!.AsArray() is not { Count: > 0 } events)
                return all;
            all.AddRange(events!);
        }
    }
}
