using System.Text;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Api.Tests.OpenApi;
using Kiket.Domain.Common;
using NSwag;
using static Kiket.Api.Tests.Authorization.AuthorizationTableTests;

namespace Kiket.Api.Tests.Authorization;

/// <summary>
/// Writes <c>docs/endpoints.md</c> from the OpenAPI document, the routes and the event log. The file is renewed by a run with
/// <c>KIKET_WRITE_DOCS=1</c>.
/// </summary>
[Trait("Database", "Sqlite")]
public sealed class EndpointPageTests(KiketServer server)
{
    private const string Introduction = """
        # Endpoints

        Each route of the API under `/api/v1`, with the scope that it requires and the events that it causes. A test writes
        this page from the OpenAPI document, the routes and the event log, and fails when the page is stale:

            KIKET_WRITE_DOCS=1 dotnet test tests/Kiket.Api.Tests --filter EndpointPageTests

        - Parameters, bodies and answers of each route are in the API reference of your server, at `/api/v1/docs`. [Who may
          call what](authorization.md) has the answers by role. [Calling the API](api.md) explains the rest.
        - Every write takes an `Idempotency-Key`. Every request but a 304 counts for the rate limit of its token.
        - `ETag` marks a read that answers 304 to `If-None-Match`, `If-Match` a write that refuses a stale version.
        - An event is listed if the test saw the route cause it. Actions and automations that run afterwards cause more, and
          time causes `workflow.sla_status`. `workflow.before_transition` happens only where an extension asks for it.
          A `PATCH` with `status` causes what its transition causes.

        """;

    /// <summary>Requests that cause other events than those of the authorization table, each on new things.</summary>
    private static readonly IReadOnlyList<Sample> Further =
    [
        .. new[] { "PATCH /issues/{issue}", "PATCH /ext/issues/{issue}" }.Select(route => new Sample(route)
        {
            Body = """{"issue": {"assignee_id": $user, "status": "doing"}}""",
            Before = w => w.AddIssueAsync(),
        }),
        .. from route in (string[])
            ["POST /issues/{issue}/transition", "POST /issues/{issue}/transitions", "POST /ext/issues/{issue}/transitions"]
        from before in (Func<World, Task>[])[w => w.AddIssueAsync(), w => w.ApproveAsync()]
        select new Sample(route) { Body = """{"transition": {"state": "done"}}""", Before = before },
        .. new[] { "/issues", "/ext/issues" }.Select(issues => new Sample($"PATCH {issues}/{{issue}}/comments/{{id}}")
        {
            Id = "comment",
            Body = """{"comment": {"body": "So it was."}}""",
            Before = w => w.AddCommentAsync(),
        }),
        new("DELETE /issues/{issue}") { Before = w => w.AddFamilyAsync() },
        new("POST /capacity/reassign")
        {
            Body = """{"reassign": {"issue_ids": [$issue], "to_user_id": $user}}""",
            Before = w => w.AddIssueAsync(),
        },
        new("POST /ext/workflows/trigger") { Body = """{"trigger": {"issue_id": $issue, "action": "sync"}}""" },
        new("POST /definitions/import")
        {
            Body = """
                {"files": [{"path": "project.yaml",
                  "content": "project: {key: SEED$n, name: Seeds, seed_data: {issues: [{title: First}]}}"}]}
                """,
        },
        new("POST /workflows/{workflow}/migrate")
        {
            Query = "project_id=$project",
            Body = """{"migration": {}}""",
            Before = w => w.PublishAsync(),
        },
    ];

    /// <summary>Events that no route causes, or only where an extension wants them.</summary>
    private static readonly string[] WithoutRoute = [EventNames.WorkflowSlaStatus, EventNames.WorkflowBeforeTransition];

    [Fact]
    public async Task The_page_is_what_the_server_does()
    {
        var events = await EventsByRouteAsync();
        var page = await WriteAsync(events);
        var file = Path.Combine(Root(), "docs", "endpoints.md");
        if (Environment.GetEnvironmentVariable("KIKET_WRITE_DOCS") is "1")
            await File.WriteAllTextAsync(file, page);

        Assert.Equal(EventNames.All.Except(WithoutRoute).Order(), events.Values.SelectMany(e => e).Distinct().Order());
        Assert.Equal(page, await File.ReadAllTextAsync(file));
    }

    private async Task<string> WriteAsync(Dictionary<string, SortedSet<string>> events)
    {
        var document = await ApiDocument.ReadAsync(server);
        var page = new StringBuilder(Introduction.ReplaceLineEndings("\n"));
        var routes = ApiRoute.All(server).Select(route => (Route: route, Operation: document.Find(route.Method, route.Path)!));
        foreach (var area in routes.GroupBy(r => r.Operation.Tags[0]).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            page.Append($"\n## {area.Key}\n\n| route | what it does | scope | versions | events |\n")
                .Append("| --- | --- | --- | --- | --- |\n");
            foreach (var (route, operation) in area)
            {
                Assert.Equal(route.Method is not "GET", Takes(operation, "Idempotency-Key"));
                string[] cells =
                [
                    NameOf(route),
                    operation.Summary,
                    ScopesOf(route),
                    Takes(operation, "If-Match") ? "`If-Match`"
                    : Takes(operation, "If-None-Match") ? "`ETag`"
                    : "",
                    string.Join(", ", events[NameOf(route)].Select(name => $"`{name}`")),
                ];
                page.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
            }
        }

        return page.ToString();
    }

    private static bool Takes(OpenApiOperation operation, string header) =>
        operation.Parameters.Any(p => p.Kind is OpenApiParameterKind.Header && p.Name == header);

    /// <summary>The events that requests of an administrator, and under <c>/ext</c> of an extension, add to the log.</summary>
    private async Task<Dictionary<string, SortedSet<string>>> EventsByRouteAsync()
    {
        var world = await World.BuildAsync(server, "com.example.shop");
        var (admin, extension) = (world.Callers[0], world.Callers.Single(c => c.Name is "Extension"));
        var last = 0L;
        var events = new Dictionary<string, SortedSet<string>>();
        foreach (var route in ApiRoute.All(server))
        {
            var seen = events[NameOf(route)] = new(StringComparer.Ordinal);
            if (route.Method is "GET")
                continue;
            foreach (var sample in Further.Where(s => s.Route == NameOf(route)).Prepend(SampleOf(route)))
            {
                foreach (
                    var caller in route.Path.Contains("/ext/", StringComparison.Ordinal) ? [admin, extension] : (Caller[])[admin]
                )
                {
                    await AskAsync(world, caller, route, sample, ready: async () => (_, last) = await ReadAfterAsync(last));
                    (var names, last) = await ReadAfterAsync(last);
                    seen.UnionWith(names);
                }
            }
        }

        return events;

        async Task<(IEnumerable<string> Names, long Last)> ReadAfterAsync(long sequence)
        {
            var page = await admin.Client.GetAsync($"/api/v1/events?after={sequence}&limit=200").OkAsync();
            return (page["data"]!.AsArray().Select(e => (string)e!["event"]!), (long)page["meta"]!["last_sequence"]!);
        }
    }
}
