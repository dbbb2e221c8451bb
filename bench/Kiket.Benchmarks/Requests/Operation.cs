using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Kiket.Benchmarks.Requests;

/// <summary>One kind of request.</summary>
/// <param name="name">The name in the tables and the limits.</param>
/// <param name="goal">The maximum CPU time, as a multiple of that of the floor.</param>
/// <param name="request">The nth request.</param>
internal sealed class Operation(string name, double goal, Func<int, HttpRequestMessage> request)
{
    private const double ReadGoal = 1.6;
    private const double WriteGoal = 2.5;
    private const int PerPage = 100;
    private static readonly string[] Subjects = ["login", "invoice", "export", "report", "upload", "search"];

    private int count;

    public string Name => name;

    public double Goal => goal;

    /// <summary>The next request. Applications and rounds share the count, so that each change changes something.</summary>
    public HttpRequestMessage Next() => request(Interlocked.Increment(ref count) - 1);

    /// <summary>The same request again and again.</summary>
    public HttpRequestMessage First() => request(0);

    /// <summary>The operations on issues that wait in the first state.</summary>
    public static async Task<IReadOnlyList<Operation>> AllAsync(BenchApp app)
    {
        var issues = new List<(long Id, string Key)>();
        for (var project = 1; project <= BenchDatabase.Projects; project++)
        {
            var path = $"/api/v1/issues?project=BENCH{project}&status=backlog&per_page={PerPage}";
            var rows = (await app.Client.GetFromJsonAsync<JsonElement>(path)).GetProperty("data").EnumerateArray();
            issues.AddRange(rows.Select(i => (i.GetProperty("id").GetInt64(), i.GetProperty("key").GetString()!)));
        }

        string KeyOf(int n) => issues[n % issues.Count].Key;
        return
        [
            new("by id", ReadGoal, n => Get($"issues/{issues[n % issues.Count].Id}")),
            new("by key", ReadGoal, n => Get($"issues/{KeyOf(n)}")),
            new("page of 25", ReadGoal, n => Get($"issues?project={ProjectOf(n)}")),
            Create,
            new(
                "update",
                WriteGoal,
                n =>
                    Send(
                        HttpMethod.Patch,
                        $"issues/{KeyOf(n)}",
                        new { issue = new { title = TitleOf(n), story_points = n + 0.5 } }
                    )
            ),
            // Once through all issues and then back.
            new(
                "transition",
                WriteGoal,
                n =>
                    Post(
                        $"issues/{KeyOf(n)}/transition",
                        new { transition = new { state = n / issues.Count % 2 == 0 ? "in_progress" : "backlog" } }
                    )
            ),
            new(
                "comment",
                WriteGoal,
                n => Post($"issues/{KeyOf(n)}/comments", new { comment = new { body = $"Seen here as well: {TitleOf(n)}." } })
            ),
        ];
    }

    public static Operation Create { get; } = CreateIn("create", ProjectOf);

    public static Operation CreateInOneProject { get; } = CreateIn("create in one project", _ => ProjectOf(0));

    private static Operation CreateIn(string name, Func<int, string> projectOf) =>
        new(
            name,
            WriteGoal,
            n =>
                Post(
                    "issues",
                    new
                    {
                        project_key = projectOf(n),
                        issue = new
                        {
                            title = TitleOf(n),
                            description = "Steps: open the settings, wait for the preview, then press the button twice. "
                                + "Expected: it works. "
                                + "Seen: it does not, for most customers of the northern region since the last release.",
                            priority = "high",
                            labels = (string[])["load", Subjects[n % Subjects.Length]],
                            custom_fields = new
                            {
                                severity = "s2",
                                customer = $"c{n % 300}",
                                effort = 5,
                            },
                            story_points = 3,
                        },
                    }
                )
        );

    private static string ProjectOf(int n) =>
        string.Create(CultureInfo.InvariantCulture, $"BENCH{1 + (n % BenchDatabase.Projects)}");

    private static string TitleOf(int n) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"The {Subjects[n % Subjects.Length]} of customer {n % 300} is slow, report {n}"
        );

    private static HttpRequestMessage Get(string path) => new(HttpMethod.Get, $"/api/v1/{path}");

    private static HttpRequestMessage Post(string path, object body) => Send(HttpMethod.Post, path, body);

    private static HttpRequestMessage Send(HttpMethod method, string path, object body) =>
        new(method, $"/api/v1/{path}") { Content = JsonContent.Create(body) };
}
