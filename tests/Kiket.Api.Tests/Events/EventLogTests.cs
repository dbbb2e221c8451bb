using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Events;

/// <summary>The event log: its content, its readers, and that it has no gaps.</summary>
public sealed class EventLogTests(KiketServer server)
{
    [Fact]
    public async Task Each_change_is_announced_with_its_name_its_place_and_what_changed()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var issue = await tenant.AddIssueAsync();
        var path = $"/api/v1/issues/{issue["id"]}";
        await tenant.Admin.PatchJsonAsync(path, new { title = "Renamed", assignee_id = tenant.AdminId }).OkAsync();
        await tenant.Admin.PostJsonAsync($"{path}/comments", new { body = "Look" }).CreatedAsync();
        foreach (var state in new[] { "in_progress", "review", "done" })
            await tenant.Admin.PostJsonAsync($"{path}/transition", new { to = state }).OkAsync();
        await tenant.Admin.PatchJsonAsync("/api/v1/projects/LEGAL", new { description = "Ours" }).OkAsync();

        var log = await tenant.Admin.GetAsync("/api/v1/events").OkAsync();

        var events = log["data"]!.AsArray();
        Assert.Equal(
            [
                "issue.created",
                "issue.updated",
                "issue.assigned",
                "comment.created",
                "issue.status_changed",
                "issue.status_changed",
                "issue.status_changed",
                "issue.closed",
                "project.updated",
            ],
            events.Select(e => (string?)e!["event"])
        );
        Assert.Equal(Enumerable.Range(1, 9).Select(n => (long)n), events.Select(e => (long)e!["sequence"]!));
        Assert.Equal(9, events.Select(e => (string?)e!["id"]).Distinct().Count());
        Assert.All(events, e => Assert.StartsWith("evt_", (string?)e!["id"], StringComparison.Ordinal));

        var (created, updated, assigned, commented, closed) = (events[0]!, events[1]!, events[2]!, events[3]!, events[7]!);
        Assert.Equal(
            ("An issue", "An issue", "backlog"),
            ((string?)created["title"], (string?)created["issue"]!["title"], (string?)created["status"])
        );
        Assert.Equal(issue["key"]!.ToString(), (string?)created["issue"]!["key"]);
        Assert.Equal("title", (string?)updated["changes"]![0]!["field"]);
        Assert.Equal(("An issue", "Renamed"), ((string?)updated["changes"]![0]!["from"], (string?)updated["changes"]![0]!["to"]));
        Assert.Equal(tenant.AdminId, (long?)assigned["assignee_id"]);
        Assert.Equal("assignee_id", (string?)Assert.Single(assigned["changes"]!.AsArray())!["field"]);
        Assert.Equal(("Look", "admin@example.com"), ((string?)commented["body"], (string?)commented["author"]!["email"]));
        Assert.Equal("Renamed", (string?)commented["issue"]!["title"]);
        Assert.Equal(
            ("review", "done", "review"),
            ((string?)closed["transition"]!["from"], (string?)closed["transition"]!["to"], (string?)closed["previous_status"])
        );
        Assert.Equal(
            ("closed", "v1", "user"),
            ((string?)closed["event_type"], (string?)closed["event_version"], (string?)closed["cause"])
        );
        Assert.Null(events[8]!["issue_id"]);
        Assert.Equal("description", (string?)events[8]!["changes"]![0]!["field"]);
        Assert.Equal("legal", (string?)events[8]!["project"]!["slug"]);
    }

    [Fact]
    public async Task A_changed_and_a_deleted_comment_are_announced_with_their_author_and_the_actor()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await tenant.AddIssueAsync();
        var (authorId, author) = await tenant.AddUserAsync(OrganizationRole.Developer);
        var comment = await author.PostJsonAsync("/api/v1/issues/LEGAL-1/comments", new { body = "Lok" }).CreatedAsync();
        var path = $"/api/v1/issues/LEGAL-1/comments/{comment["id"]}";
        await author.PatchJsonAsync(path, new { body = "Look" }).OkAsync();
        await author.PatchJsonAsync(path, new { body = "Look" }).OkAsync(); // which changes nothing
        await tenant.Admin.DeleteAsync(path).OkAsync();

        var log = await tenant.Admin.GetAsync("/api/v1/events?types=comment.updated,comment.deleted").OkAsync();

        var events = log["data"]!.AsArray();
        Assert.Equal(["comment.updated", "comment.deleted"], events.Select(e => (string?)e!["event"]));
        var (updated, deleted) = (events[0]!, events[1]!);
        Assert.Equal(
            ("body", "Lok", "Look"),
            (
                (string?)updated["changes"]![0]!["field"],
                (string?)updated["changes"]![0]!["from"],
                (string?)updated["changes"]![0]!["to"]
            )
        );
        Assert.Equal((authorId, authorId), ((long)updated["author"]!["id"]!, (long)updated["actor"]!["id"]!));
        Assert.Equal((authorId, tenant.AdminId), ((long)deleted["author"]!["id"]!, (long)deleted["actor"]!["id"]!));
        Assert.All(
            events,
            e =>
            {
                Assert.Equal(("Look", (long)comment["id"]!), ((string?)e!["body"], (long)e["comment_id"]!));
                Assert.Equal((string?)comment["created_at"], (string?)e["comment"]!["created_at"]);
                Assert.Equal("LEGAL-1", (string?)e["issue"]!["key"]);
            }
        );
    }

    [Fact]
    public async Task A_deleted_issue_is_announced_with_its_data_to_those_who_can_see_its_project()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync("SECRET", "private");
        var parent = await tenant.AddIssueAsync("SECRET", "Parent", new { issue_type = "Epic" });
        await tenant.AddIssueAsync("SECRET", "Child", new { parent_id = (long)parent["id"]! });
        var (_, stranger) = await tenant.AddUserAsync(OrganizationRole.Developer);
        await tenant.Admin.DeleteAsync("/api/v1/issues/SECRET-1").OkAsync();

        var log = await tenant.Admin.GetAsync("/api/v1/events").OkAsync();
        var hidden = await stranger.GetAsync("/api/v1/events").OkAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var stream = await OpenStreamAsync(tenant, "2", patience.Token);
        var streamed = new[] { await stream.ReadEventAsync(patience.Token), await stream.ReadEventAsync(patience.Token) };

        Assert.Equal(
            ["issue.created", "issue.created", "issue.deleted", "issue.updated"],
            log["data"]!.AsArray().Select(e => (string?)e!["event"]).Order()
        ); // the child was updated: it is a root now
        var deleted = log["data"]!.AsArray().Single(e => (string?)e!["event"] == "issue.deleted")!;
        Assert.Equal(
            (parent["id"]!.ToString(), "Parent", "SECRET-1"),
            (deleted["issue_id"]!.ToString(), (string?)deleted["title"], (string?)deleted["issue"]!["key"])
        );
        Assert.Empty(hidden["data"]!.AsArray());
        Assert.Equal(["issue.deleted", "issue.updated"], streamed.Select(e => e.Name).Order());
    }

    [Fact]
    public async Task The_log_is_read_on_from_a_sequence_and_by_name_or_alias()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        for (var i = 0; i < 5; i++)
            await tenant.AddIssueAsync();
        await tenant.Admin.PostJsonAsync("/api/v1/issues/LEGAL-1/comments", new { body = "Look" }).CreatedAsync();

        var first = await tenant.Admin.GetAsync("/api/v1/events?limit=2").OkAsync();
        var second = await tenant.Admin.GetAsync($"/api/v1/events?limit=10&after={first["meta"]!["last_sequence"]}").OkAsync();
        var comments = await tenant.Admin.GetAsync("/api/v1/events?types=issue.commented").OkAsync();

        Assert.Equal([1L, 2], first["data"]!.AsArray().Select(e => (long)e!["sequence"]!));
        Assert.Equal(
            (6, 6, 3, 2),
            (
                (int)first["meta"]!["total"]!,
                (int)first["meta"]!["total_count"]!,
                (int)first["meta"]!["total_pages"]!,
                (int)first["meta"]!["per_page"]!
            )
        );
        Assert.Equal([3L, 4, 5, 6], second["data"]!.AsArray().Select(e => (long)e!["sequence"]!));
        Assert.Equal("comment.created", (string?)Assert.Single(comments["data"]!.AsArray())!["event"]);
        await tenant.Admin.GetAsync("/api/v1/events?types=issue.exploded").RefusedAsync(400, "INVALID_PARAMETER", "types");
        await tenant.Admin.GetAsync("/api/v1/events?limit=201").RefusedAsync(400, "INVALID_PARAMETER", "limit");
        await tenant.Admin.GetAsync("/api/v1/events?after=-1").RefusedAsync(400, "INVALID_PARAMETER", "after");
    }

    [Fact]
    public async Task Everybody_reads_the_events_of_the_projects_that_they_can_see()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await tenant.AddProjectAsync("SECRET", "private");
        await tenant.AddIssueAsync("SECRET");
        await tenant.AddIssueAsync();
        var (_, developer) = await tenant.AddUserAsync(OrganizationRole.Developer);
        var stranger = await server.NewTenantAsync();

        var seen = await developer.GetAsync("/api/v1/events").OkAsync();

        Assert.Equal("LEGAL", (string?)Assert.Single(seen["data"]!.AsArray())!["project"]!["key"]);
        Assert.Equal(2, (int)(await tenant.Admin.GetAsync("/api/v1/events").OkAsync())["meta"]!["total"]!);
        Assert.Empty((await stranger.Admin.GetAsync("/api/v1/events").OkAsync())["data"]!.AsArray());
        await developer.GetAsync("/api/v1/events?project_id=SECRET").RefusedAsync(404, "PROJECT_NOT_FOUND");
        await (await tenant.WithScopesAsync("projects")).GetAsync("/api/v1/events").RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
    }

    [Fact]
    public async Task Writers_at_once_and_writes_that_are_refused_leave_no_gap()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync("ONE");
        await tenant.AddProjectAsync("TWO");
        await tenant.AddIssueAsync("ONE");

        await Task.WhenAll(
            Enumerable
                .Range(0, 40)
                .Select(async n =>
                {
                    var project = n % 2 == 0 ? "ONE" : "TWO";
                    if (n % 5 == 0)
                        await tenant
                            .Admin.PostJsonAsync(
                                "/api/v1/issues",
                                new { project_key = project, issue = new { title = "x", parent_id = 0 } }
                            )
                            .RefusedAsync(422, "VALIDATION_ERROR");
                    else if (n % 5 == 1)
                        await WithKeyAsync(tenant, "ONE-1/transition", new { to = "done" }, 422);
                    else if (n % 5 == 2)
                        await WithKeyAsync(tenant, "ONE-1/comments", new { body = $"Comment {n}" }, 201);
                    else
                        await tenant.AddIssueAsync(project, $"Issue {n}");
                })
        );

        var log = (await tenant.Admin.GetAsync("/api/v1/events?limit=200").OkAsync())["data"]!.AsArray();
        // 1 + 8 comments + 16 issues.
        Assert.Equal(Enumerable.Range(1, 25).Select(n => (long)n), log.Select(e => (long)e!["sequence"]!));
    }

    [Fact]
    public async Task The_stream_sends_what_happens_and_goes_on_where_it_was_left()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await tenant.AddIssueAsync("LEGAL", "Before");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));

        using var live = await OpenStreamAsync(tenant, null, patience.Token);
        await tenant.AddIssueAsync("LEGAL", "During");
        var during = await live.ReadEventAsync(patience.Token);
        using var resumed = await OpenStreamAsync(tenant, "0", patience.Token);
        var first = await resumed.ReadEventAsync(patience.Token);
        var second = await resumed.ReadEventAsync(patience.Token);

        Assert.Equal(("2", "issue.created", "During"), (during.Id, during.Name, (string?)during.Data["title"]));
        Assert.Equal(("1", "Before"), (first.Id, (string?)first.Data["title"]));
        Assert.Equal((string?)during.Data["id"], (string?)second.Data["id"]);
        await tenant.Admin.GetAsync("/api/v1/events/stream?types=nothing").RefusedAsync(400, "INVALID_PARAMETER", "types");
        await tenant.Admin.SendAsync(Stream("some")).RefusedAsync(400, "INVALID_PARAMETER");
    }

    private static HttpRequestMessage Stream(string? lastEventId)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/events/stream");
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", lastEventId);
        return request;
    }

    private static async Task<StreamReading> OpenStreamAsync(Tenant tenant, string? lastEventId, CancellationToken ct)
    {
        var response = await tenant.Admin.SendAsync(Stream(lastEventId), HttpCompletionOption.ResponseHeadersRead, ct);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new(new StreamReader(await response.Content.ReadAsStreamAsync(ct)));
    }

    private static async Task WithKeyAsync(Tenant tenant, string path, object body, int status)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/issues/{path}")
        {
            Content = System.Net.Http.Json.JsonContent.Create(body),
        };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        var response = await tenant.Admin.SendAsync(request);
        Assert.True(status == (int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private sealed record StreamReading(StreamReader Reader) : IDisposable
    {
        public async Task<(string Id, string Name, JsonNode Data)> ReadEventAsync(CancellationToken ct)
        {
            Dictionary<string, string> fields = [];
            while (await Reader.ReadLineAsync(ct) is { } line)
            {
                if (line.Length == 0 && fields.TryGetValue("data", out var data))
                    return (fields["id"], fields["event"], JsonNode.Parse(data)!);
                if (line.IndexOf(": ", StringComparison.Ordinal) is > 0 and var colon)
                    fields[line[..colon]] = line[(colon + 2)..];
            }

            throw new EndOfStreamException("The stream ended.");
        }

        public void Dispose() => Reader.Dispose();
    }
}
