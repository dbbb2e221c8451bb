using System.Text.Json;
using System.Text.Json.Serialization;
using Kiket.Application.Events;
using Kiket.Application.Issues;
using Kiket.Application.Sla;
using Kiket.Domain.Calendars;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Sla;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tests.Persistence;

/// <summary>
/// The JSON of rows that were written when the domain still serialized what happened, up to version 0.1: it reads as before.
/// </summary>
public abstract class StoredFactSuite(TestDatabase database)
{
    private const string Rule =
        """{"id":"default.backlog","status":"backlog","issue_type":"Task","priority":"high","max_duration_minutes":60,"""
        + """ "warning_buffer_minutes":null,"business_hours":false}""";

    private const string Times = """{"duration_minutes":70,"overdue_minutes":10}""";

    private const string More = """{"state":"breached","definition":""" + Rule + """ ,"metrics":""" + Times + "}";

    private const string Changes =
        """[{"field":"assignee_id","from":7},{"field":"labels","from":["a"],"to":["a","b"]},"""
        + """{"field":"guards.com.example.scan","to":{"verdict":"deny","message":"No.","latency_ms":12}}]""";

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Events_of_service_levels_read_as_before()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        var id = (await workspace.AddIssueAsync(new() { Title = "Late" })).Id;
        await using var session = workspace.SignIn();
        var issue = await session.Db.Issues.SingleAsync(i => i.Id == id);
        var policy = SlaPolicy.Create(breach: TimeSpan.FromHours(1)).Value;
        var timer = SlaTimer.Start(issue, new("other", issue.Status, policy), null, BusinessCalendar.AroundTheClock, Noon).Value;
        timer.Advance(issue, BusinessCalendar.AroundTheClock, workspace.Admin.UserId, Noon.AddHours(2));
        session.Db.SlaTimers.Add(timer);
        await session.Db.SaveChangesAsync();
        await ChangeAsync(
            session,
            $"UPDATE sla_events SET definition = {Literal(Rule)}, metrics = {Literal(Times)} WHERE issue_id = {id}"
        );

        var found = (await session.SendAsync(new ListSlaEventsQuery(null, null, [], null, null))).Value.Items.Single();

        Assert.Equal(
            new SlaEventRule("default.backlog", new("backlog"), new("Task"), IssuePriority.High)
            {
                MaxDurationMinutes = 60,
                WarningBufferMinutes = null,
                BusinessHours = false,
            },
            found.Definition
        );
        Assert.Equal(new SlaEventTimes(70, 10), found.Metrics);
    }

    [Fact]
    public async Task Changes_and_logged_events_read_as_before()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        var id = (await workspace.AddIssueAsync(new() { Title = "Old" })).Id;
        await using var session = workspace.SignIn();
        const string facts = $$"""{"to":"breached","changes":{{Changes}},"depth":0,"more":""" + More + "}";
        await ChangeAsync(session, $"UPDATE issue_changes SET changes = {Literal(Changes)} WHERE issue_id = {id}");
        await ChangeAsync(session, $"UPDATE events SET facts = {Literal(facts)} WHERE issue_id = {id}");

        var history = (await session.SendAsync(new ListIssueHistoryQuery(IssueRef.Of(id), new(null, null, null)))).Value;
        var logged = (await session.SendAsync(new ListEventsQuery(null, null, [EventNames.IssueCreated], null))).Value;

        var said = logged.Events.Single();
        AssertSame(Changes, history.Items.Single().Changes);
        AssertSame(Changes, said.Changes);
        AssertSame(More, said.More);
    }

    private static Task<int> ChangeAsync(Session session, string statement) => session.Db.Database.ExecuteSqlRawAsync(statement);

    /// <summary>JSON in a statement, where braces are those of a format.</summary>
    private static string Literal(string json) =>
        $"'{json.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal)}'";

    private static void AssertSame(string json, object value)
    {
        var actual = JsonSerializer.SerializeToElement(value, Options);
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(json), actual), $"{actual}");
    }
}

public sealed class SqliteStoredFactTests(SqliteDatabase database) : StoredFactSuite(database);

public sealed class PostgreSqlStoredFactTests(PostgreSqlDatabase database) : StoredFactSuite(database);

public sealed class SqlServerStoredFactTests(SqlServerDatabase database) : StoredFactSuite(database);
