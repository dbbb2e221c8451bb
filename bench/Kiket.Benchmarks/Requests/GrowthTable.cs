using System.Diagnostics;
using System.Globalization;

namespace Kiket.Benchmarks.Requests;

/// <summary>How reads grow with the number of issues: one request at a time, the median in milliseconds.</summary>
internal sealed class GrowthTable
{
    private const int Times = 7;
    private const int PerPage = 25;

    private static readonly (string Name, string Path)[] Reads =
    [
        ("list, all projects", "issues"),
        ("list, one project", "issues?project=BENCH7"),
        ("list, one project and state", "issues?project=BENCH7&status=backlog"),
        ("filter by type", "issues?issue_type=Bug"),
        ("filter by unassigned", "issues?assignee=unassigned"),
        ("filter by label", "issues?label=billing"),
        ("search, rare", "issues?search=zebra"),
        ("search, common", "issues?search=login"),
        ("search, no hit", "issues?search=quetzalcoatl"),
        ("sort by updated", "issues?sort=updated_at%20desc"),
        ("sort by priority", "issues?sort=priority%20desc"),
        ("sort by title", "issues?sort=title"),
        ("sort by due date", "issues?sort=due_date"),
        ("page 200", "issues?page=200"),
        ("sort by due date, last page", "issues?sort=due_date&page={last}"),
        ("page in the middle", "issues?page={middle}"),
        ("last page", "issues?page={last}"),
        ("capacity: team, one project", "capacity/team?project=BENCH7"),
        ("capacity: recommendations, one project", "capacity/recommendations?project=BENCH7"),
        ("milestones of a project", "projects/BENCH7/milestones"),
        ("one issue", "issues/BENCH7-100"),
        ("history of 10,000 entries", "issues/BENCH7-100/history?per_page=100"),
        ("history of 10,000 entries, last page", "issues/BENCH7-100/history?per_page=100&page=100"),
        ("2,000 comments", "issues/BENCH7-100/comments?per_page=100"),
        ("500 milestones", "projects/BENCH8/milestones?per_page=100"),
        ("200 members", "projects/BENCH8/members?per_page=100"),
        ("projects", "projects"),
        ("users", "users"),
        ("events", "events"),
    ];

    private readonly SortedDictionary<int, List<double>> medians = [];

    public async Task MeasureAsync(BenchApp product, int size)
    {
        var last = (size + PerPage - 1) / PerPage;
        List<double> column = [];
        foreach (var (_, path) in Reads)
        {
            var filled = path.Replace("{middle}", $"{last / 2}", StringComparison.Ordinal)
                .Replace("{last}", $"{last}", StringComparison.Ordinal);
            List<double> times = [];
            for (var i = 0; i < Times; i++)
            {
                var watch = Stopwatch.StartNew();
                using var response = await product.Client.GetAsync(new Uri($"/api/v1/{filled}", UriKind.Relative));
                await response.Content.ReadAsByteArrayAsync();
                times.Add(watch.Elapsed.TotalMilliseconds);
                response.EnsureSuccessStatusCode();
            }

            column.Add(times.Order().ElementAt(Times / 2));
        }

        medians.Add(size, column);
    }

    public void Print()
    {
        Console.WriteLine("\n### How reads grow\n\nOne request at a time, median in ms.\n");
        var sizes = medians.Keys.Select(size => string.Create(CultureInfo.InvariantCulture, $" {size:N0} |"));
        Console.WriteLine($"| request |{string.Concat(sizes)} growth |");
        Console.WriteLine($"| --- |{string.Concat(medians.Keys.Select(_ => " --- |"))} --- |");
        for (var i = 0; i < Reads.Length; i++)
        {
            var cells = medians.Values.Select(column => string.Create(CultureInfo.InvariantCulture, $" {column[i]:0.0} |"));
            var growth = medians.Values.Last()[i] / medians.Values.First()[i];
            Console.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"| {Reads[i].Name} |{string.Concat(cells)} {growth:0.0} |")
            );
        }
    }
}
