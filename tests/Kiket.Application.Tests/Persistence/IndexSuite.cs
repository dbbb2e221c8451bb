using System.Data.Common;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kiket.Application.Capacity;
using Kiket.Application.Comments;
using Kiket.Application.Common;
using Kiket.Application.CustomData;
using Kiket.Application.Issues;
using Kiket.Application.Milestones;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Milestones;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tests.Persistence;

/// <summary>
/// Every list uses an index: the database explains the real statements, over tables of which a list is a small part. The cost of
/// a page must not grow with the data of other organizations, projects and people.
/// </summary>
public abstract class IndexSuite(ManyIssues many)
{
    /// <summary>
    /// A list, the table that it is read from, the column by which its index finds the rows, and whether these few may be
    /// sorted.
    /// </summary>
    public static TheoryData<string, string, string, bool> Lists =>
        new()
        {
            { "organization", "issues", "organization_id", false },
            { "project by id", "issues", "project_id", false },
            { "project by key", "issues", "project_id", false },
            { "project by id, seen by a member", "issues", "project_id", false },
            { "assignee", "issues", "assignee_id", false },
            { "assignee by address", "issues", "assignee_id", false },
            { "me", "issues", "assignee_id", false },
            { "milestone", "issues", "milestone_id", true },
            { "parent", "issues", "parent_id", true },
            { "history", "issue_changes", "issue_id", false },
            { "comments", "comments", "issue_id", false },
            { "projects", "projects", "organization_id", true },
            { "custom records of a value", "custom_record_values", "value", true },
            { "custom records of some values", "custom_record_values", "value", true },
            { "custom records of a range", "custom_record_values", "value", true },
            { "custom records of a value and a range", "custom_record_values", "value", true },
            { "custom records of a value in order", "custom_record_values", "value", true },
        };

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task A_list_is_served_by_an_index(string list, string table, string column, bool maySort)
    {
        Assert.SkipWhen(many.Database.Unavailable is not null, many.Database.Unavailable ?? "");

        var plans = (await ExplainAsync(list)).Where(plan => plan.Sql.Contains(table, StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(plans);
        foreach (var plan in plans)
        {
            Assert.DoesNotContain(
                plan.Scanned,
                t => t is "issues" or "issue_changes" or "comments" or "custom_records" or "custom_record_values"
            );
            var isPage = plan.Sql.Contains("OFFSET", StringComparison.Ordinal);
            Assert.False(isPage && plan.Sorts && !maySort, $"It sorts.\n{plan.Sql}\n{plan.Text}");
        }

        // Records of custom data are found by their values, and then one by one.
        Assert.DoesNotContain(
            plans.SelectMany(p => p.Conditions),
            c => c.Table == "custom_records" && c.Columns.Contains("organization_id", StringComparison.Ordinal)
        );
        Assert.All(
            plans.SelectMany(p => p.Conditions).Where(c => c.Table == "custom_record_values"),
            c =>
                Assert.True(
                    c.Columns.Contains("value", StringComparison.Ordinal)
                        || c.Columns.Contains("record_id", StringComparison.Ordinal),
                    c.Columns
                )
        );

        // The page, and its total if it is counted.
        var least = plans.Any(plan => plan.Sql.StartsWith("SELECT COUNT(*)", StringComparison.OrdinalIgnoreCase)) ? 2 : 1;
        var found = plans.Where(plan => plan.Conditions.Any(c => c.Table == table && c.Columns.Contains(column))).ToList();
        Assert.True(
            found.Count >= least,
            $"No index finds {column}.\n{string.Join('\n', plans.Select(p => $"{p.Sql}\n{p.Text}"))}"
        );
    }

    [Fact]
    public async Task A_page_of_custom_data_is_read_in_the_order_of_its_index()
    {
        Assert.SkipWhen(many.Database.Unavailable is not null, many.Database.Unavailable ?? "");

        var page = Assert.Single(
            await ExplainAsync("custom records in order"),
            plan => plan.Sql.Contains("OFFSET", StringComparison.Ordinal)
        );

        Assert.False(page.Sorts, page.Text);
        Assert.Contains(
            page.Conditions,
            c => c.Table == "custom_record_values" && c.Columns.Contains("column", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(page.Scanned, t => t is "custom_records" or "custom_record_values");
    }

    [Fact]
    public async Task The_issues_in_a_state_are_counted_without_reading_them()
    {
        Assert.SkipWhen(many.Database.Unavailable is not null, many.Database.Unavailable ?? "");

        var plans = await ExplainAsync("state");

        Assert.DoesNotContain(plans, p => p.Sql.StartsWith("SELECT COUNT(*)", StringComparison.OrdinalIgnoreCase));
        Assert.Single(plans, p => p.Sql.Contains("issue_counts", StringComparison.Ordinal));
    }

    /// <summary>Each sort and filter of issues, alone and within a project.</summary>
    public static TheoryData<string> IssueLists =>
        [
            .. new[]
            {
                "id",
                "key",
                "title",
                "status",
                "issue_type",
                "priority",
                "created_at",
                "updated_at",
                "due_date",
            }.SelectMany(sort => new[] { $"sort={sort}", $"sort={sort} desc", $"project&sort={sort} desc" }),
            .. new[]
            {
                "status",
                "type",
                "priority",
                "assignee",
                "unassigned",
                "milestone",
                "parent",
                "created",
                "updated",
                "due",
            }.SelectMany(filter => new[] { filter, $"project&{filter}" }),
            "label",
            "rare label",
            "search",
            "common search",
            "search for a key",
            "project&search",
            "rare label&search",
            "status&type",
            "priority&assignee&milestone",
        ];

    /// <summary>
    /// The maximum number of issues, of 100,000, that a page may read: a few percent, because an index may have to skip some.
    /// </summary>
    [Theory]
    [MemberData(nameof(IssueLists))]
    public async Task A_page_of_100_000_issues_reads_few_of_them(string list)
    {
        Assert.SkipWhen(many.Database.Unavailable is not null, many.Database.Unavailable ?? "");
        var parts = list.Split('&');
        var sort = parts.FirstOrDefault(p => p.StartsWith("sort=", StringComparison.Ordinal))?["sort=".Length..];

        var plans = await ExplainAsync(
            many.LargeAdmin,
            session => IssuesAsync(session, many.LargeFilter(parts), new(null, null, sort))
        );

        Assert.All(plans, plan => Assert.DoesNotContain("issues", plan.Scanned));
        var page = Assert.Single(
            plans,
            plan =>
                plan.Sql.Contains("\"description\"", StringComparison.Ordinal)
                || plan.Sql.Contains(".description", StringComparison.Ordinal)
        );
        // For all issues by id, PostgreSQL uses the primary key and skips those of other organizations.
        if (list != "sort=id")
        {
            Assert.True(page.IssuesRead is null or < 4_000, $"It reads {page.IssuesRead} issues.\n{page.Sql}\n{page.Text}");
            Assert.All(plans, p => Assert.True(p.IssuesRead is null or < 10_000, $"{p.IssuesRead} issues.\n{p.Sql}\n{p.Text}"));
        }

        Assert.False(page.Sorts && parts is [_] && sort is not null, $"It sorts.\n{page.Sql}\n{page.Text}");
    }

    [Theory]
    [InlineData("unknown label")]
    [InlineData("search without a hit")]
    [InlineData("project&search without a hit")]
    public async Task A_filter_without_a_hit_reads_few_issues(string list)
    {
        Assert.SkipWhen(many.Database.Unavailable is not null, many.Database.Unavailable ?? "");

        var plans = await ExplainAsync(many.LargeAdmin, session => IssuesAsync(session, many.LargeFilter(list.Split('&'))));

        Assert.All(plans, plan => Assert.DoesNotContain("issues", plan.Scanned));
        Assert.All(plans, plan => Assert.True(plan.IssuesRead is null or < 100, $"{plan.IssuesRead} issues.\n{plan.Text}"));
    }

    /// <summary>The last pages are read from the end, and those in the middle without the issues before them.</summary>
    [Theory]
    [InlineData("created_at desc", 4_001)]
    [InlineData("due_date", 4_001)]
    [InlineData("created_at desc", 1_000)]
    [InlineData("updated_at", 3_000)]
    [InlineData("due_date", 600)]
    [InlineData("due_date", 2_000)]
    [InlineData("title desc", 1_000)]
    public async Task A_deep_page_reads_an_index_and_few_issues(string sort, int page)
    {
        Assert.SkipWhen(many.Database.Unavailable is not null, many.Database.Unavailable ?? "");

        var plans = await ExplainAsync(many.LargeAdmin, session => IssuesAsync(session, new(), new(page, null, sort)));

        Assert.All(plans, plan => Assert.DoesNotContain("issues", plan.Scanned));
        var pages = plans.Where(plan => plan.Sql.Contains("OFFSET", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(pages);
        Assert.All(pages, plan => Assert.False(plan.Sorts, $"It sorts.\n{plan.Sql}\n{plan.Text}"));
        Assert.All(plans, plan => Assert.True(plan.Blocks is null or < 1_000, $"{plan.Blocks} blocks.\n{plan.Sql}\n{plan.Text}"));
    }

    /// <summary>Pages of 100, the first and the last, of lists that are long by themselves.</summary>
    [Theory]
    [InlineData("history of 10,000 entries", 100)]
    [InlineData("2,000 comments", 20)]
    [InlineData("500 milestones", 5)]
    [InlineData("200 members", 2)]
    public async Task A_page_of_a_long_list_reads_few_blocks(string list, int last)
    {
        Assert.SkipWhen(many.Database.Unavailable is not null, many.Database.Unavailable ?? "");

        foreach (var page in new PageRequest[] { new(1, 100, null), new(last, 100, null) })
        {
            var plans = await ExplainAsync(
                many.LargeAdmin,
                async session => Assert.NotEqual(0, await many.ReadLongAsync(session, list, page))
            );

            // The history of this issue is nearly all of its table here, so PostgreSQL may scan that one.
            Assert.All(plans, plan => Assert.DoesNotContain(plan.Scanned, t => t is "issues" or "comments"));
            Assert.All(
                plans,
                plan => Assert.True(plan.Blocks is null or < 1_000, $"{plan.Blocks} blocks.\n{plan.Sql}\n{plan.Text}")
            );
        }
    }

    /// <summary>Even with many open issues: here 50,000 of one person.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_capacity_of_a_team_is_summed_by_the_database(bool ofProject)
    {
        Assert.SkipWhen(many.Database.Unavailable is not null, many.Database.Unavailable ?? "");
        var project = ofProject ? many.LargeFilter(["project"]).Project : null;

        var plans = await ExplainAsync(
            many.LargeAdmin,
            session => session.SendAsync(new GetTeamCapacityQuery(project, null, null, new(null, null, null)))
        );

        Assert.Contains(plans, plan => plan.Sql.Contains("issues", StringComparison.Ordinal));
        Assert.All(plans, plan => Assert.True(plan.RowsFound is null or < 500, $"{plan.RowsFound} rows.\n{plan.Sql}"));
    }

    [Fact]
    public async Task A_scan_and_a_sort_are_detected()
    {
        Assert.SkipWhen(many.Database.Unavailable is not null, many.Database.Unavailable ?? "");

        var plan = Assert.Single(await ExplainAsync("everything by title"));

        Assert.Contains("issues", plan.Scanned);
        Assert.True(plan.Sorts);
    }

    /// <summary>Asks the database for the plan of a command.</summary>
    protected abstract Task<Plan> ExplainAsync(DbCommand command);

    private async Task<IReadOnlyList<Plan>> ExplainAsync(string list)
    {
        var actor = list switch
        {
            "me" => many.Admin with { UserId = many.UserId },
            "project by id, seen by a member" => many.Admin with { UserId = many.UserId, Role = OrganizationRole.Developer },
            _ => many.Admin,
        };
        return await ExplainAsync(actor, session => ReadAsync(session, list));
    }

    private async Task<IReadOnlyList<Plan>> ExplainAsync(Actor actor, Func<Session, Task> readAsync)
    {
        await using var session = new Session(many.Database.Services, actor);
        var statements = many.Database.Statements.Begin();
        await readAsync(session);

        List<Plan> plans = [];
        await session.Db.Database.OpenConnectionAsync();
        foreach (var statement in statements)
        {
            await using var command = session.Db.Database.GetDbConnection().CreateCommand();
            command.CommandText = statement.Sql;
            foreach (var (name, value) in statement.Parameters)
            {
                var parameter = command.CreateParameter();
                (parameter.ParameterName, parameter.Value) = (name, value);
                command.Parameters.Add(parameter);
            }

            plans.Add(await ExplainAsync(command));
        }

        return plans;
    }

    private Task ReadAsync(Session session, string list) =>
        list switch
        {
            "organization" => IssuesAsync(session, new()),
            "project by id" or "project by id, seen by a member" => IssuesAsync(
                session,
                new() { Project = ProjectRef.Of(many.ProjectId) }
            ),
            "project by key" => IssuesAsync(session, new() { Project = ProjectRef.TryParse("THREE", out var key) ? key : null }),
            "state" => IssuesAsync(session, new() { Project = ProjectRef.Of(many.ProjectId), Status = ["REVIEW"] }),
            "assignee" => IssuesAsync(session, new() { Assignee = [$"{many.UserId}"] }),
            "assignee by address" => IssuesAsync(session, new() { Assignee = [ManyIssues.Address] }),
            "me" => IssuesAsync(session, new() { Assignee = ["me"] }),
            "milestone" => IssuesAsync(session, new() { MilestoneId = [many.MilestoneId] }),
            "parent" => IssuesAsync(session, new() { ParentId = [many.ParentId] }),
            "history" => session.SendAsync(new ListIssueHistoryQuery(IssueRef.Of(many.IssueId), new(null, null, null))),
            "comments" => session.SendAsync(new ListCommentsQuery(IssueRef.Of(many.IssueId), new(null, null, null))),
            "projects" => session.SendAsync(new ListProjectsQuery([], [], null, new(null, null, null))),
            "custom records in order" => CustomAsync(session, "{}", ManyIssues.CustomRecords, "total desc"),
            "custom records of a value" => CustomAsync(session, """{"kind": "rare"}""", 10),
            "custom records of some values" => CustomAsync(session, """{"kind": ["rare", "kind7"]}""", 109),
            "custom records of a range" => CustomAsync(session, """{"total": {"gte": 10, "lt": 30}}""", 20),
            "custom records of a value and a range" => CustomAsync(session, """{"kind": "rare", "total": {"lt": 5}}""", 5),
            "custom records of a value in order" => CustomAsync(session, """{"kind": "rare"}""", 10, "total"),
            "everything by title" => session
                .Db.Issues.IgnoreQueryFilters()
                .OrderBy(i => i.Title + "!")
                .Select(i => i.Title)
                .Take(25)
                .ToListAsync(),
            _ => throw new ArgumentOutOfRangeException(nameof(list), list, null),
        };

    private static async Task CustomAsync(Session session, string filters, int expected, string? sort = null)
    {
        var table = new CustomTableRef("shop", "orders", ProjectRef.TryParse("THREE", out var key) ? key : null);
        var found = await session.SendAsync(
            new ListCustomRecordsQuery(
                table,
                JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(filters)!,
                new(null, null, sort)
            )
        );
        Assert.Equal(expected, found.Value.Total);
    }

    private static async Task IssuesAsync(Session session, IssueFilter filter, PageRequest? page = null)
    {
        var found = await session.SendAsync(new ListIssuesQuery(filter, page ?? new(null, null, null)));
        var isUnknown = filter.Search is ManyIssues.Unknown || filter.Labels is [[ManyIssues.Unknown]];
        Assert.Equal(isUnknown, found.Value.Items.Count == 0);
    }

    /// <param name="Text">The plan as the database prints it.</param>
    /// <param name="Scanned">Tables that are read from end to end.</param>
    /// <param name="Conditions">The conditions of index scans, by table.</param>
    /// <param name="Sorts">Whether more than the page is sorted.</param>
    /// <param name="IssuesRead">The number of issues read, if the database counts them.</param>
    /// <param name="RowsFound">The number of result rows, if the database counts them.</param>
    /// <param name="Blocks">The number of blocks of tables and indexes read, if the database counts them.</param>
    protected sealed record Plan(
        string Sql,
        string Text,
        IReadOnlyList<string> Scanned,
        IReadOnlyList<(string Table, string Columns)> Conditions,
        bool Sorts,
        double? IssuesRead,
        double? Blocks,
        double? RowsFound
    );
}

/// <summary>
/// Twenty organizations with 1,500 issues each, and a project with 3,000 in the last of them, at which most tests look; and
/// one with 100,000 issues, a tenth of them in one of its two projects.
/// </summary>
public abstract class ManyIssues(TestDatabase database) : IAsyncLifetime
{
    public const string Address = "dev@example.com";
    public const string Unknown = "nowhere";

    /// <summary>For the statements that fill the tables: on a busy machine they are slow, and that is not the test.</summary>
    private static readonly TimeSpan FillTimeout = TimeSpan.FromMinutes(5);
    public const int CustomRecords = 100_000;

    private Workspace large = null!;
    private ProjectId largeProject;
    private long largeMilestone;
    private IssueId largeParent;
    private UserId largeUser;
    private DateTimeOffset largeNewest;

    public TestDatabase Database => database;

    internal Actor Admin { get; private set; } = null!;

    internal Actor LargeAdmin => large.Admin;

    internal UserId UserId { get; private set; }

    internal ProjectId ProjectId { get; private set; }

    internal long MilestoneId { get; private set; }

    internal IssueId ParentId { get; private set; }

    internal IssueId IssueId { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (database.Unavailable is not null)
            return;
        for (var organization = 0; organization < 20; organization++)
        {
            var workspace = await Workspace.NewAsync(database);
            (Admin, UserId) = (workspace.Admin, (await workspace.AddUserAsync(Address)).Id);
            foreach (var key in new[] { "ONE", "TWO", "THREE" })
                await FillAsync(workspace, key, organization == 19 && key == "THREE" ? 3_000 : 500);
        }

        await FillCustomDataAsync();
        await FillLargeAsync();

        // PostgreSQL does this automatically after a while; on Sqlite it is never done.
        await using var session = new Session(database.Services, Admin);
        session.Db.Database.SetCommandTimeout(FillTimeout);
        if (session.Db is PostgreSqlKiketDbContext)
            await session.Db.Database.ExecuteSqlRawAsync("VACUUM ANALYZE");
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Filters in the large organization; each matches some issues.</summary>
    internal IssueFilter LargeFilter(IEnumerable<string> names) =>
        names.Aggregate(
            new IssueFilter(),
            (filter, name) =>
                name switch
                {
                    "project" => filter with { Project = ProjectRef.Of(largeProject) },
                    "status" => filter with { Status = ["review"] },
                    "type" => filter with { IssueType = ["bug"] },
                    "priority" => filter with { Priority = [IssuePriority.High] },
                    "assignee" => filter with { Assignee = [$"{largeUser}"] },
                    "unassigned" => filter with { Assignee = ["unassigned"] },
                    "milestone" => filter with { MilestoneId = [largeMilestone] },
                    "label" => Labelled(filter, "late"),
                    "rare label" => Labelled(filter, "rare"),
                    "unknown label" => Labelled(filter, Unknown),
                    "search" => filter with { Search = "zebra" },
                    "common search" => filter with { Search = "case" },
                    "search without a hit" => filter with { Search = Unknown },
                    "search for a key" => filter with { Search = "some-77" },
                    "parent" => filter with { ParentId = [largeParent] },
                    "created" => filter with { CreatedBefore = TimeBound.At(largeNewest) },
                    "updated" => filter with { UpdatedAfter = TimeBound.At(largeNewest - TimeSpan.FromHours(1)) },
                    "due" => filter with { DueAfter = new DateOnly(2026, 1, 1), DueBefore = new DateOnly(2026, 2, 1) },
                    _ => filter,
                }
        );

    private static IssueFilter Labelled(IssueFilter filter, string label) =>
        filter with
        {
            Labels =
            [
                [label],
            ],
        };

    /// <summary>Issues of every kind, computed from their number.</summary>
    private async Task FillLargeAsync()
    {
        large = await Workspace.NewAsync(database);
        largeUser = (await large.AddUserAsync(Address)).Id;
        foreach (var (key, count) in new[] { ("MOST", 90_000), ("SOME", 10_000) })
        {
            largeProject = (await large.AddProjectAsync(key)).Id;
            await using var session = large.SignIn();
            var project = await session.Db.Projects.SingleAsync(p => p.Id == largeProject);
            var milestone = Milestone.Plan(project, new() { Name = "First" }, large.Admin.UserId, DateTimeOffset.UnixEpoch).Value;
            session.Db.Milestones.Add(milestone);
            await session.Db.SaveChangesAsync();
            largeMilestone = milestone.Id;
            largeParent = (await large.AddIssueAsync(new() { Title = "Parent", IssueType = "Epic" }, key)).Id;
            var issue = await large.AddIssueAsync(new() { Title = "Copied" }, key);
            session.Db.Database.SetCommandTimeout(FillTimeout);
            largeNewest = await session.Db.Issues.Where(i => i.Id == issue.Id).Select(i => i.UpdatedAt).SingleAsync();
            var isSqlite = session.Db is SqliteKiketDbContext;
            var due = isSqlite ? "date('2026-01-01', '+' || (s.n % 700) || ' days')" : "date '2026-01-01' + s.n % 700";
            var status = "CASE WHEN s.n % 8 > 0 THEN 'done' WHEN s.n % 16 = 0 THEN 'backlog' ELSE 'review' END";
            string Array(params string[] labels) =>
                isSqlite
                    ? $"'[{string.Join(",", labels.Select(l => $"\"{l}\""))}]'"
                    : $"ARRAY[{string.Join(",", labels.Select(l => $"'{l}'"))}]";
            var labels =
                $"CASE WHEN s.n % 9999 = 0 THEN {Array("rare")} WHEN s.n % 7 = 0 THEN {Array("late", "billing")} "
                + $"ELSE {Array("billing")} END";
            await session.Db.CopyIssueAsync(
                issue.Id,
                count,
                new Dictionary<string, string>
                {
                    ["title"] = "'Case ' || (s.n * 7919 % 100003)",
                    ["sort_key"] = "'case ' || (s.n * 7919 % 100003)",
                    ["search_text"] = "'case ' || (s.n * 7919 % 100003) || CASE WHEN s.n % 9999 = 0 THEN ' zebra' ELSE '' END",
                    ["status"] = status,
                    ["status_key"] = status,
                    ["issue_type"] = "CASE WHEN s.n % 3 = 0 THEN 'Bug' ELSE 'Task' END",
                    ["type_key"] = "CASE WHEN s.n % 3 = 0 THEN 'bug' ELSE 'task' END",
                    ["priority"] = "s.n % 5",
                    ["labels"] = labels,
                    ["assignee_id"] = $"CASE WHEN s.n % 2 = 0 THEN {largeUser} END",
                    ["milestone_id"] = $"CASE WHEN s.n % 3 = 0 THEN {largeMilestone} END",
                    ["parent_id"] = $"CASE WHEN s.n % 90 = 0 THEN {largeParent} END",
                    ["due_date"] = $"CASE WHEN s.n % 6 = 0 THEN {due} END",
                }
            );
        }

        await using var last = large.SignIn();
        await FillLongAsync(last.Db);
    }

    /// <summary>Reads a page of a long list.</summary>
    /// <returns>The number of rows on it.</returns>
    internal async Task<int> ReadLongAsync(Session session, string list, PageRequest page) =>
        list switch
        {
            "history of 10,000 entries" => (await session.SendAsync(new ListIssueHistoryQuery(IssueRef.Of(largeParent), page)))
                .Value
                .Items
                .Count,
            "2,000 comments" => (await session.SendAsync(new ListCommentsQuery(IssueRef.Of(largeParent), page)))
                .Value
                .Items
                .Count,
            "500 milestones" => (await session.SendAsync(new ListMilestonesQuery(ProjectRef.Of(largeProject), [], page)))
                .Value
                .Items
                .Count,
            "200 members" => (await session.SendAsync(new ListMembersQuery(ProjectRef.Of(largeProject), page))).Value.Items.Count,
            _ => throw new ArgumentOutOfRangeException(nameof(list), list, null),
        };

    /// <summary>A long history, many comments, milestones and members.</summary>
    private async Task FillLongAsync(KiketDbContext db)
    {
        var noRoles = db is SqliteKiketDbContext ? "[]" : "{}";
        await db.Database.ExecuteSqlRawAsync(
            $$"""
            INSERT INTO issue_changes (organization_id, issue_id, action, actor_id, at, changes)
            {{Numbers(9_999)}}
            SELECT organization_id, issue_id, action, actor_id, at, changes
            FROM issue_changes, s WHERE issue_id = {{largeParent}};
            INSERT INTO comments (organization_id, version, created_at, updated_at, issue_id, author_id, body)
            {{Numbers(2_000)}}
            SELECT organization_id, 1, created_at, updated_at, id, reporter_id, 'A comment'
            FROM issues, s WHERE id = {{largeParent}};
            INSERT INTO milestones (organization_id, version, created_at, updated_at, project_id, name, status, created_by_id)
            {{Numbers(499)}}
            SELECT organization_id, 1, created_at, updated_at, project_id, name || n, status, created_by_id
            FROM milestones, s WHERE id = {{largeMilestone}};
            INSERT INTO users (organization_id, version, created_at, updated_at, email, name, role, expertise_tags, days_off,
                super_admin, deactivated, is_service)
            {{Numbers(200)}}
            SELECT organization_id, 1, created_at, updated_at, 'member' || n || '@example.com', name, role, expertise_tags,
                days_off, false, false, false
            FROM users, s WHERE id = {{largeUser}};
            INSERT INTO project_members (organization_id, created_at, project_id, user_id, role, team_roles)
            SELECT organization_id, created_at, {{largeProject}}, id, 'member', '{{noRoles}}'
            FROM users WHERE email LIKE 'member%@example.com';
            """.Replace("{", "{{").Replace("}", "}}")
        );

        static string Numbers(int count) => $"WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count})";
    }

    /// <summary>
    /// A table with many records: ten of a rare kind, the others of a thousand kinds; each with its number as total.
    /// </summary>
    private async Task FillCustomDataAsync()
    {
        const string schema =
            "module: shop\ntables: {orders: {columns: [{name: kind, type: string, indexed: true}, {name: total, "
            + "type: integer, indexed: true}]}}";
        await using var session = new Session(database.Services, Admin);
        session.Db.Database.SetCommandTimeout(FillTimeout);
        var module = (await session.SendAsync(new PublishCustomModuleCommand(new(schema, null), null, null))).Value.Id;
        var total =
            session.Db is SqliteKiketDbContext ? "substr('00000000000000000000000000000' || n, -29)" : "lpad(n::text, 29, '0')";
        await session.Db.Database.ExecuteSqlRawAsync(
            $$"""
            INSERT INTO custom_records (organization_id, version, created_at, updated_at, module_id, project_id, "table", data)
            WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {{CustomRecords}})
            SELECT organization_id, 1, created_at, updated_at, {{module}}, id, 'orders', '{}'
            FROM projects CROSS JOIN s WHERE id = {{ProjectId}};
            INSERT INTO custom_record_values (organization_id, module_id, project_id, record_id, "table", "column", value)
            WITH numbered AS (SELECT r.*, id - (SELECT min(id) FROM custom_records WHERE module_id = {{module}}) AS n
                FROM custom_records r WHERE module_id = {{module}})
            SELECT organization_id, module_id, project_id, id, 'orders', 'kind',
                CASE WHEN n < 10 THEN '=rare' ELSE '=kind' || (n % 1000) END
            FROM numbered
            UNION ALL
            SELECT organization_id, module_id, project_id, id, 'orders', 'total', '=1' || {{total}} || '.' FROM numbered;
            """.Replace("{", "{{").Replace("}", "}}")
        );
    }

    private async Task FillAsync(Workspace workspace, string key, int count)
    {
        ProjectId = (await workspace.AddProjectAsync(key)).Id;
        await using var session = workspace.SignIn();
        var project = await session.Db.Projects.SingleAsync(p => p.Id == ProjectId);
        var milestone = Milestone.Plan(project, new() { Name = "First" }, Admin.UserId, DateTimeOffset.UnixEpoch).Value;
        session.Db.Milestones.Add(milestone);
        await session.Db.SaveChangesAsync();
        MilestoneId = milestone.Id;
        ParentId = (await workspace.AddIssueAsync(new() { Title = "Parent", IssueType = "Epic" }, key)).Id;
        var plain = await workspace.AddIssueAsync(new() { Title = "Plain" }, key);
        IssueId = (
            await workspace.AddIssueAsync(
                new()
                {
                    Title = "Rich",
                    ParentId = ParentId,
                    AssigneeId = UserId,
                    MilestoneId = MilestoneId,
                },
                key
            )
        ).Id;
        await workspace.AddIssueAsync(new() { Title = "Reviewed" }, key, "review");
        await session.Db.CopyIssueAsync(plain.Id, count - 50);
        await session.Db.CopyIssueAsync(IssueId, 50);
        await session.Db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO comments (organization_id, version, created_at, updated_at, issue_id, author_id, body)
            SELECT organization_id, 1, created_at, updated_at, id, reporter_id, 'A comment'
            FROM issues WHERE project_id = {ProjectId}
            """
        );
    }
}

public sealed class ManySqliteIssues(SqliteDatabase database) : ManyIssues(database);

public sealed class ManyPostgreSqlIssues(PostgreSqlDatabase database) : ManyIssues(database);

public sealed partial class SqliteIndexTests(ManySqliteIssues many) : IndexSuite(many), IClassFixture<ManySqliteIssues>
{
    protected override async Task<Plan> ExplainAsync(DbCommand command)
    {
        var sql = command.CommandText;
        var tables = Alias()
            .Matches(sql)
            .Select(m => (m.Groups["alias"].Value, m.Groups["table"].Value))
            .Distinct()
            .ToDictionary();
        command.CommandText = "EXPLAIN QUERY PLAN " + sql;
        List<(int Parent, string Detail)> rows = [];
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            rows.Add((reader.GetInt32(1), reader.GetString(3)));

        // SCAN of a name that is not a table reads the page from a subquery.
        var scanned = rows.Where(r => r.Detail.StartsWith("SCAN ", StringComparison.Ordinal))
            .Select(r => tables.GetValueOrDefault(r.Detail.Split(' ')[1]))
            .OfType<string>()
            .ToList();
        var sorts = rows.Where(r => r.Detail.StartsWith("USE TEMP B-TREE", StringComparison.Ordinal))
            .Any(sort =>
                tables.ContainsKey(
                    rows.First(r => r.Parent == sort.Parent && r.Detail.Split(' ')[0] is "SCAN" or "SEARCH").Detail.Split(' ')[1]
                )
            );
        var conditions = rows.Where(r => r.Detail.StartsWith("SEARCH ", StringComparison.Ordinal))
            .Select(r =>
                (
                    tables.GetValueOrDefault(r.Detail.Split(' ')[1], ""),
                    r.Detail[r.Detail.IndexOf('(', StringComparison.Ordinal)..]
                )
            )
            .ToList();
        return new(sql, string.Join('\n', rows.Select(r => r.Detail)), scanned, conditions, sorts, null, null, null);
    }

    [GeneratedRegex("""(FROM|JOIN) "(?<table>\w+)" AS "(?<alias>\w+)"\s""")]
    private static partial Regex Alias();
}

public sealed class PostgreSqlIndexTests(ManyPostgreSqlIssues many) : IndexSuite(many), IClassFixture<ManyPostgreSqlIssues>
{
    protected override async Task<Plan> ExplainAsync(DbCommand command)
    {
        var sql = command.CommandText;
        command.CommandText = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + sql;
        var text = (string)(await command.ExecuteScalarAsync())!;
        using var document = JsonDocument.Parse(text);
        var nodes = Nodes(document.RootElement[0].GetProperty("Plan")).ToList();

        var scanned = nodes.Where(n => TypeOf(n) == "Seq Scan").Select(n => n.GetProperty("Relation Name").GetString()!).ToList();
        var sorts = nodes
            .Where(n => TypeOf(n).EndsWith("Sort", StringComparison.Ordinal))
            .Where(n => Nodes(n).All(below => TypeOf(below) != "Limit"))
            .Any(n => n.GetProperty("Plans")[0].GetProperty("Actual Rows").GetDouble() > PageRequest.DefaultSize);
        var conditions = nodes
            .Where(n => n.TryGetProperty("Relation Name", out _))
            .Select(n =>
                (
                    n.GetProperty("Relation Name").GetString()!,
                    string.Concat(
                        Nodes(n).Select(part => part.TryGetProperty("Index Cond", out var condition) ? condition.GetString() : "")
                    )
                )
            )
            .ToList();
        var issuesRead = nodes.Where(n => Named(n) == "issues").Sum(RowsOf);
        var root = document.RootElement[0].GetProperty("Plan");
        var blocks = root.GetProperty("Shared Hit Blocks").GetDouble() + root.GetProperty("Shared Read Blocks").GetDouble();
        return new(sql, text, scanned, conditions, sorts, issuesRead, blocks, root.GetProperty("Actual Rows").GetDouble());
    }

    private static string? Named(JsonElement node) =>
        node.TryGetProperty("Relation Name", out var name) ? name.GetString() : null;

    /// <summary>The rows that a node reads, returned or not.</summary>
    private static double RowsOf(JsonElement node) =>
        new[] { "Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck" }.Sum(property =>
            node.TryGetProperty(property, out var rows) ? rows.GetDouble() * node.GetProperty("Actual Loops").GetDouble() : 0
        );

    private static string TypeOf(JsonElement node) => node.GetProperty("Node Type").GetString()!;

    private static IEnumerable<JsonElement> Nodes(JsonElement node) =>
        node.TryGetProperty("Plans", out var below) ? below.EnumerateArray().SelectMany(Nodes).Prepend(node) : [node];
}
