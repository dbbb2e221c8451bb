using System.Collections.Concurrent;
using System.Diagnostics;

namespace Kiket.Benchmarks.Cluster;

/// <summary>
/// Creates issues with comments, and reads them. Half of the writes have an idempotency key; these are sent again until they
/// are acknowledged. The outcome of another one that failed is unknown.
/// </summary>
internal sealed class WriteLoad(ClusterClient client, string project, Stopwatch time, TimeSpan duration)
{
    private const int Clients = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private int keyed;
    private int replayed;
    private int unknown;

    /// <summary>The titles of acknowledged issues, by id.</summary>
    public ConcurrentDictionary<long, string> Issues { get; } = new();

    /// <summary>The texts of acknowledged comments, by id.</summary>
    public ConcurrentDictionary<long, string> Comments { get; } = new();

    /// <summary>What was acknowledged but is wrong.</summary>
    public ConcurrentQueue<string> Faults { get; } = new();

    public Task RunAsync() => Task.WhenAll(Enumerable.Range(0, Clients).Select(number => Task.Run(() => WriteAllAsync(number))));

    public override string ToString() =>
        $"{Clients} clients: {Issues.Count} issues and {Comments.Count} comments acknowledged, {keyed} of them with an "
        + $"idempotency key, of which {replayed} were replayed; the outcome of {unknown} is unknown";

    private async Task WriteAllAsync(int number)
    {
        for (var turn = 0; time.Elapsed < duration; turn++)
        {
            await WriteIssueAsync($"{number}.{turn}", isKeyed: turn % 2 == 0, isCommented: turn % 3 == 0);
            await Task.Delay(Random.Shared.Next(150)); // so that the machine has time for the workers
        }
    }

    private async Task WriteIssueAsync(string name, bool isKeyed, bool isCommented)
    {
        var title = $"Issue {name}";
        var body = new { project_key = project, issue = new { title } };
        if (await WriteAsync("/api/v1/issues", body, title, isKeyed, Issues) is not { } id)
            return;
        var path = $"/api/v1/issues/{id}";
        if (isCommented)
        {
            var text = $"Comment {name}";
            await WriteAsync($"{path}/comments", new { comment = new { body = text } }, text, isKeyed, Comments);
        }

        // Any node shows at once what another one has acknowledged.
        if (await client.TryGetAsync(path) is { } shown && (string?)shown.Body["title"] != title)
            Faults.Enqueue($"{path} has the title '{shown.Body["title"]}' and not '{title}'.");
    }

    /// <returns>The id of what was acknowledged, or null.</returns>
    private async Task<long?> WriteAsync(
        string path,
        object body,
        string name,
        bool isKeyed,
        ConcurrentDictionary<long, string> acknowledged
    )
    {
        var firstTry = DateTimeOffset.UtcNow;
        Answer? answer;
        while ((answer = await client.TryPostAsync(path, body, isKeyed ? name : null, firstTry)) is null)
        {
            if (!isKeyed || time.Elapsed > duration + Patience)
            {
                Interlocked.Increment(ref unknown);
                return null;
            }

            await Task.Delay(Random.Shared.Next(200, 500));
        }

        if (isKeyed)
            Interlocked.Increment(ref keyed);
        if (answer.IsReplayed)
            Interlocked.Increment(ref replayed);
        var id = (long)answer.Body["id"]!;
        if (!acknowledged.TryAdd(id, name))
            Faults.Enqueue($"{path}: the id {id} of '{name}' is also that of '{acknowledged[id]}'.");
        return id;
    }
}
