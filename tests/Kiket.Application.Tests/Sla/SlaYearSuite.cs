using System.Globalization;
using System.Text;
using Kiket.Application.Definitions;
using Kiket.Application.Organizations;
using Kiket.Application.Ports;
using Kiket.Application.Tests.Persistence;
using Kiket.Domain.Calendars;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Sla;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Sla;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Kiket.Application.Tests.Sla;

/// <summary>
/// A year of issues in a database: opened, moved, edited and deleted, with limits of every kind, a calendar that changes, and a
/// job that runs up to a day late. It ends with exactly the events that an independent count of every minute predicts.
/// </summary>
public abstract class SlaYearSuite(Func<TestDatabase> newDatabase)
{
    private const int Issues = 1_000;
    private const int Year = 366 * 24 * 60;

    /// <summary>2028 has a leap day; the clocks of Berlin change twice.</summary>
    private static readonly DateTimeOffset NewYear = new(2027, 12, 31, 23, 0, 0, TimeSpan.Zero);

    private static readonly DateOnly[] Holidays = [new(2028, 2, 29), new(2028, 4, 14), new(2028, 12, 25)];

    /// <summary>In July, a past and a future day among these become holidays.</summary>
    private static readonly DateOnly[] LaterHolidays = [.. Holidays, new(2028, 7, 12), new(2028, 7, 19)];

    private static readonly int ChangeOfCalendar = (int)
        (new DateTimeOffset(2028, 7, 13, 10, 0, 0, TimeSpan.Zero) - NewYear).TotalMinutes;

    [Fact]
    public async Task A_year_of_issues_ends_with_exactly_the_events_that_a_count_of_every_minute_predicts()
    {
        await using var database = newDatabase();
        await database.InitializeAsync();
        Assert.SkipWhen(database.Unavailable is not null, database.Unavailable ?? "");
        var random = new Random(20280229);
        var clock = new FakeTimeProvider(NewYear);
        await using var services = KiketServices
            .Collect(database.Provider, database.Connection)
            .AddSingleton<TimeProvider>(clock)
            .BuildServiceProvider();
        var limits = Limits.Draw(random);
        var scripts = Enumerable.Range(0, Issues).Select(_ => Script.Draw(random, limits)).ToList();
        var workspace = await Workspace.NewAsync(services);
        await SetUpAsync(workspace, limits);

        var ids = await LiveAsync(
            workspace,
            clock,
            scripts,
            random,
            workers: database.Provider is DatabaseProvider.Sqlite ? 1 : 2
        );

        var expected = scripts
            .Select((script, n) => (Id: ids[n], Told: new Count(limits).Of(script)))
            .SelectMany(e => e.Told.Select(t => $"{e.Id} {t}"))
            .Order()
            .ToList();
        await using var session = workspace.SignIn();
        var events = await session.Db.SlaEvents.AsNoTracking().ToListAsync();
        Assert.Equal(expected, events.Select(e => $"{e.IssueId} {Line(e.State, e.Definition.Id, e.TriggeredAt)}").Order());
        Assert.All(
            Enum.GetValues<SlaEventState>(),
            state => Assert.InRange(events.Count(e => e.State == state), 200, int.MaxValue)
        ); // the year was eventful
        Assert.All(events, e => Assert.NotNull(e.ResolvedAt));
        Assert.Equal(events.Count, await session.Db.Events.CountAsync(e => e.Name == EventNames.WorkflowSlaStatus));
        Assert.Equal(await session.Db.Events.CountAsync(), await session.Db.Events.MaxAsync(e => e.Sequence));
        Assert.Equal(0, await session.Db.SlaTimers.CountAsync(t => t.StoppedAt == null || t.NextAt != null));
        Assert.InRange(await session.Db.SlaTimers.CountAsync(t => t.ReplanSince == null), Issues, int.MaxValue);
    }

    private static async Task SetUpAsync(Workspace workspace, Limits limits)
    {
        await using var session = workspace.SignIn();
        DefinitionText[] files =
        [
            new(".kiket/workflows/main.yaml", limits.Workflow()),
            new(".kiket/workflow_sla_definitions.yml", limits.Definitions()),
        ];
        Assert.Empty((await session.SendAsync(new ImportDefinitionsCommand(files, "YEAR", null, false, "test"))).Value.Warnings);
        await SetHolidaysAsync(workspace, Holidays);
    }

    private static async Task SetHolidaysAsync(Workspace workspace, IEnumerable<DateOnly> holidays)
    {
        await using var session = workspace.SignIn();
        Assert.False(
            (
                await session.SendAsync(
                    new UpdateOrganizationSettingsCommand(
                        new() { TimeZone = "Europe/Berlin", Holidays = new([.. holidays.Select(h => new Holiday(h, null))]) },
                        null
                    )
                )
            ).IsRefused
        );
    }

    /// <summary>Lets the year pass; the changes of a step are saved together, and then the job runs.</summary>
    /// <returns>The ids of the issues.</returns>
    private static async Task<Dictionary<int, IssueId>> LiveAsync(
        Workspace workspace,
        FakeTimeProvider clock,
        List<Script> scripts,
        Random random,
        int workers
    )
    {
        var queue = new Queue<(int Issue, Act Act)>(
            scripts.SelectMany((s, n) => s.Acts.Select(a => (Issue: n, Act: a))).OrderBy(a => a.Act.Minute)
        );
        var processor = workspace.Services.GetRequiredService<SlaProcessor>();
        Dictionary<int, IssueId> ids = [];
        var now = 0;
        while (now < Year + 1)
        {
            var next = Math.Min(now + random.Next(1, 24 * 60), now < ChangeOfCalendar ? ChangeOfCalendar : Year + 1);
            List<(int Issue, Act Act)> acts = [];
            while (queue.TryPeek(out var first) && first.Act.Minute <= next)
                acts.Add(queue.Dequeue());
            while (acts.Count > 0)
            {
                var round = acts.DistinctBy(a => a.Issue).ToList();
                acts = [.. acts.Except(round)];
                await SaveAsync(workspace, round, ids);
            }

            now = next;
            clock.SetUtcNow(At(now));
            await Task.WhenAll(
                Enumerable
                    .Range(0, workers)
                    .Select(_ => Task.Run(() => processor.RunAsync(TestContext.Current.CancellationToken)))
            );
            if (now == ChangeOfCalendar)
                await SetHolidaysAsync(workspace, LaterHolidays);
        }

        Assert.Empty(queue);
        return ids;
    }

    private static async Task SaveAsync(Workspace workspace, List<(int Issue, Act Act)> acts, Dictionary<int, IssueId> ids)
    {
        await using var session = workspace.SignIn();
        await session
            .Get<IUnitOfWork>()
            .RunAsync<bool>("test", () => SaveAsync(session, workspace.Admin.UserId, acts, ids), default);
    }

    private static async Task<Result<bool>> SaveAsync(
        Session session,
        UserId actor,
        List<(int Issue, Act Act)> acts,
        Dictionary<int, IssueId> ids
    )
    {
        var db = session.Db;
        var project = await db.Projects.AsNoTracking().SingleAsync();
        var workflow = await db.Workflows.AsNoTracking().SingleAsync();
        var known = acts.Where(a => ids.ContainsKey(a.Issue)).Select(a => ids[a.Issue]).ToList();
        var issues = await db.Issues.Where(i => known.Contains(i.Id)).ToDictionaryAsync(i => i.Id);
        List<(int Number, Issue Issue)> opened = [];
        foreach (var (number, act) in acts)
        {
            var (at, issue) = (At(act.Minute), ids.TryGetValue(number, out var id) ? issues[id] : null);
            switch (act)
            {
                case { State: { } state } when issue is null:
                    issue = Issue
                        .Open(
                            project,
                            project.Schema.DefaultType!,
                            workflow,
                            new() { Title = "Any", Priority = act.Priority!.Value },
                            new() { Status = new StateKey(state) },
                            actor,
                            at
                        )
                        .Value;
                    issue.TakeNumber(project.Key, number + 1);
                    db.Issues.Add(issue);
                    opened.Add((number, issue));
                    break;
                case { State: { } state }:
                    var transition = workflow.Definition.From(issue.Status).Single(t => t.To.Value == state);
                    Assert.False(
                        issue.Move(transition, workflow, new(issue.ToFacts(null, null, at)), actor, at, out _).IsRefused
                    );
                    break;
                case { Priority: { } priority }:
                    Assert.False(issue!.Edit(new() { Priority = priority }, project.Schema, actor, at).IsRefused);
                    break;
                default:
                    issue!.Delete(actor, at);
                    break;
            }
        }

        await session.Get<IUnitOfWork>().FlushAsync(default);
        foreach (var (number, issue) in opened)
            ids[number] = issue.Id;
        return true;
    }

    private static DateTimeOffset At(int minute) => NewYear.AddMinutes(minute);

    private static string Line(SlaEventState state, string rule, DateTimeOffset at) =>
        string.Create(CultureInfo.InvariantCulture, $"{state} {rule} {at:O}");

    /// <summary>A limit in minutes.</summary>
    private sealed record Limit(string Key, int? Warning, int Breach, bool Office)
    {
        public string Yaml() =>
            $"breach: {Breach}m, business_hours: {(Office ? "true" : "false")}{(Warning is { } w ? $", warning: {w}m" : "")}";
    }

    /// <summary>The limits of all states, by state and by whether the issue is critical.</summary>
    private sealed record Limits(IReadOnlyDictionary<string, Limit?> Usual, IReadOnlyDictionary<string, Limit?> Critical)
    {
        public const string Waiting = "wait";

        public static Limits Draw(Random random)
        {
            Limit New(string key, bool? office = null)
            {
                var breach = random.Next(100, 6_000);
                return new(key, random.Next(4) == 0 ? null : random.Next(1, breach), breach, office ?? random.Next(3) > 0);
            }

            Dictionary<string, Limit?> usual = [];
            Dictionary<string, Limit?> critical = [];
            void Add(string state, Limit? forMost, Limit? forCritical) =>
                (usual[state], critical[state]) = (forMost, forCritical);
            for (var i = 0; i < 6; i++)
            {
                var single = New($"main.a{i}");
                Add($"a{i}", single, single);
            }

            Add("b", New("main.b.2"), New("main.b.1"));
            Add("c", New("most in c", office: false), New("main.c"));
            Add("idle", null, New("critical in idle", office: false));
            Add("open", null, null);
            return new(usual, critical);
        }

        public Limit? Of(string state, bool isCritical) => (isCritical ? Critical : Usual).GetValueOrDefault(state);

        public string Workflow()
        {
            var text = new StringBuilder("workflow: { id: main, name: Main }\nstates:\n  open: { type: initial }\n  idle: {}\n");
            const string isCritical = "condition: { field: priority, operator: equals, value: critical }";
            foreach (var state in Usual.Keys.Where(k => k[0] == 'a'))
                text.AppendLine(CultureInfo.InvariantCulture, $"  {state}: {{ sla: {{ {Usual[state]!.Yaml()} }} }}");
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"  b: {{ sla: [{{ {isCritical}, {Critical["b"]!.Yaml()} }}, {{ default: true, {Usual["b"]!.Yaml()} }}] }}"
            );
            text.AppendLine(CultureInfo.InvariantCulture, $"  c: {{ sla: [{{ {isCritical}, {Critical["c"]!.Yaml()} }}] }}");
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"  {Waiting}: {{ sla: {{ breach: 1m, pause_on_state: true }} }}\n  done: {{ type: final }}\ntransitions:"
            );
            string[] states = [.. Usual.Keys, Waiting];
            foreach (var from in states)
            {
                foreach (var to in states.Append("done").Where(to => to != from && to != "open"))
                    text.AppendLine(CultureInfo.InvariantCulture, $"  - {{ from: {from}, to: {to} }}");
            }

            return text.ToString();
        }

        public string Definitions() =>
            string.Concat(
                new[] { ("c", Usual["c"]!, ""), ("idle", Critical["idle"]!, ", priority: critical") }.Select(d =>
                    $"- {{ id: {d.Item2.Key}, status: {d.Item1}, max_duration_minutes: {d.Item2.Breach}"
                    + $"{(d.Item2.Warning is { } w ? $", warning_buffer_minutes: {d.Item2.Breach - w}" : "")}{d.Item3} }}\n"
                )
            );
    }

    /// <summary>A change of an issue: it enters a state, gets a priority, or, with neither, is deleted.</summary>
    private sealed record Act(int Minute, string? State, IssuePriority? Priority);

    private sealed record Script(IReadOnlyList<Act> Acts)
    {
        public static Script Draw(Random random, Limits limits)
        {
            string[] states = [.. limits.Usual.Keys.Where(s => s != "open"), Limits.Waiting, Limits.Waiting];
            var start = random.Next(0, Year - 40_000);
            if (random.Next(20) == 0)
                start = ChangeOfCalendar - random.Next(0, 6_000);
            List<Act> acts =
            [
                new(
                    start,
                    random.Next(2) == 0 ? "open" : states[random.Next(6)],
                    random.Next(3) == 0 ? IssuePriority.Critical : IssuePriority.Medium
                ),
            ];
            var (state, before) = (acts[0].State!, "");
            for (var n = random.Next(1, 5); n > 0; n--)
            {
                var minute = acts[^1].Minute + 1 + random.Next(0, random.Next(2) == 0 ? 600 : 5_000);
                if (random.Next(5) == 0)
                {
                    acts.Add(new(minute, null, random.Next(2) == 0 ? IssuePriority.Critical : IssuePriority.Medium));
                    continue;
                }

                var to =
                    state == Limits.Waiting && before is not ("" or "open") && random.Next(4) > 0
                        ? before
                        : states[random.Next(states.Length)];
                if (to == state)
                    continue;
                acts.Add(new(minute, to, null));
                (before, state) = (state, to);
            }

            acts.Add(new(acts[^1].Minute + 1 + random.Next(0, 5_000), random.Next(10) == 0 ? null : "done", null));
            return new(acts);
        }
    }

    /// <summary>Counts every minute of one issue.</summary>
    private sealed class Count(Limits limits)
    {
        private static readonly bool[] Office = WorkingMinutes(Holidays);
        private static readonly bool[] LaterOffice = WorkingMinutes(LaterHolidays);

        private readonly List<string> told = [];

        /// <summary>The limit that is watched, the state that it is about, and the minutes in which the watch ran.</summary>
        private (Limit Limit, string State, List<int> Minutes)? watch;

        private bool runs;
        private int counted;
        private bool warned;
        private bool breached;

        public List<string> Of(Script script)
        {
            var (status, entered, priority) = ("", 0, IssuePriority.Medium);
            for (var n = 0; n < script.Acts.Count; n++)
            {
                var act = script.Acts[n];
                for (var minute = n == 0 ? act.Minute : script.Acts[n - 1].Minute; minute < act.Minute; minute++)
                    Pass(minute);
                if (act.State is { } state)
                    (status, entered) = (state, act.Minute);
                priority = act.Priority ?? priority;
                Follow(
                    status,
                    entered,
                    priority is IssuePriority.Critical,
                    isDeleted: act is { State: null, Priority: null },
                    act.Minute
                );
            }

            return told;
        }

        private void Pass(int minute)
        {
            if (runs)
            {
                watch!.Value.Minutes.Add(minute);
                counted += Counts(watch.Value.Limit, minute, minute + 1) ? 1 : 0;
            }

            if (minute + 1 == ChangeOfCalendar && watch is { } open)
                counted = open.Minutes.Count(m => Counts(open.Limit, m, ChangeOfCalendar + 1));
            Check(minute + 1);
        }

        private void Follow(string status, int entered, bool isCritical, bool isDeleted, int minute)
        {
            if (status == Limits.Waiting && !isDeleted)
            {
                runs = false;
                return;
            }

            var limit = isDeleted ? null : limits.Of(status, isCritical);
            if (limit is not null && watch?.Limit == limit)
            {
                runs = true;
                Check(minute);
                return;
            }

            var minutes =
                watch is { } open && open.State == status ? open.Minutes : [.. Enumerable.Range(entered, minute - entered)];
            if ((warned || breached) && !isDeleted)
                told.Add(Line(SlaEventState.Recovered, watch!.Value.Limit.Key, At(minute)));
            (watch, runs, warned, breached) = (limit is null ? null : (limit, status, minutes), limit is not null, false, false);
            counted = limit is null ? 0 : minutes.Count(m => Counts(limit, m, minute));
            Check(minute);
        }

        private void Check(int minute)
        {
            if (!runs || breached)
                return;
            var limit = watch!.Value.Limit;
            if (counted >= limit.Breach)
            {
                breached = true;
                told.Add(Line(SlaEventState.Breached, limit.Key, At(minute)));
            }
            else if (!warned && counted >= limit.Warning)
            {
                warned = true;
                told.Add(Line(SlaEventState.Imminent, limit.Key, At(minute)));
            }
        }

        /// <summary>Whether a minute counts, as it is known at another one.</summary>
        private static bool Counts(Limit limit, int minute, int known) =>
            !limit.Office || (known > ChangeOfCalendar ? LaterOffice : Office)[minute];

        private static bool[] WorkingMinutes(DateOnly[] holidays)
        {
            var berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
            return
            [
                .. Enumerable
                    .Range(0, Year)
                    .Select(minute =>
                    {
                        var local = TimeZoneInfo.ConvertTime(At(minute), berlin);
                        return local.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday)
                            && local.Hour is >= 9 and < 17
                            && !holidays.Contains(DateOnly.FromDateTime(local.DateTime));
                    }),
            ];
        }
    }
}

public sealed class SqliteSlaYearTests() : SlaYearSuite(() => new SqliteDatabase());

public sealed class PostgreSqlSlaYearTests() : SlaYearSuite(() => new PostgreSqlDatabase());
