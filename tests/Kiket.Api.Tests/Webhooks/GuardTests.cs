using System.Net.Http.Json;
using Kiket.Api.Tests.Actions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Webhooks;
using Microsoft.AspNetCore.Http;

namespace Kiket.Api.Tests.Webhooks;

/// <summary>Extensions that guard transitions.</summary>
[Collection("Outbox")]
public sealed class GuardTests(KiketServer server)
{
    private const string Event = "workflow.before_transition";

    [Theory]
    [InlineData("""{"status": "allow"}""")]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData("no json")]
    [InlineData("[1]")]
    public async Task A_guard_that_allows_or_says_nothing_lets_the_move_through(string answer)
    {
        var (tenant, guard) = await NewAsync(answer);
        await using var _ = guard;

        var moved = await TransitionAsync(tenant).OkAsync();

        Assert.Equal("in_progress", (string?)moved["status"]);
        var asked = Assert.Single(guard.Requests);
        Assert.Equal("/webhooks/workflow.before_transition", asked.Path);
        Assert.Equal(
            ("before_transition", "backlog", "in_progress", "admin@example.com"),
            (
                (string?)asked.Json["event_type"],
                (string?)asked.Json["transition"]!["from"],
                (string?)asked.Json["transition"]!["to"],
                (string?)asked.Json["transition"]!["performed_by"]
            )
        );
        Assert.Equal("backlog", (string?)asked.Json["issue"]!["status"]);
        Assert.NotNull(asked.Json["authentication"]!["runtime_token"]);
        Assert.Contains("allow", await HistoryAsync(tenant), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_guard_that_denies_keeps_the_issue_where_it_is_and_its_words_are_in_the_refusal_and_the_history()
    {
        var (tenant, guard) = await NewAsync("""{"status": "deny", "message": "The clause is missing."}""");
        await using var _ = guard;

        var refusal = await TransitionAsync(tenant).RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "state");
        var patched = await tenant
            .Admin.PatchJsonAsync("/api/v1/issues/LEGAL-1", new { status = "in_progress", title = "Other" })
            .RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "state");

        Assert.Contains("The clause is missing.", (string?)refusal["error"], StringComparison.Ordinal);
        Assert.Null(refusal["status"]);
        Assert.Contains(
            refusal["details"]!.AsArray(),
            d => ((string?)d!["field"])!.StartsWith("guards.com.example.", StringComparison.Ordinal)
        );
        Assert.Equal("WORKFLOW_TRANSITION_GUARD_FAILED", (string?)patched["code"]);
        var issue = await tenant.Admin.GetAsync("/api/v1/issues/LEGAL-1").OkAsync();
        Assert.Equal(("backlog", "An issue"), ((string?)issue["status"], (string?)issue["title"]));
        var history = await HistoryAsync(tenant);
        Assert.Contains("\"message\":\"The clause is missing.\"", history, StringComparison.Ordinal);
        Assert.Contains("\"verdict\":\"deny\"", history, StringComparison.Ordinal);
        Assert.Contains("\"latency_ms\":", history, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Denials =>
        new()
        {
            { "long", $$"""{"metadata":{"output":"{{new string('x', 20_000)}}"},"status":"deny","message":"no"}""" },
            {
                "close to the limit",
                $$"""{"metadata":{"output":"{{new string('x', 262_000)}}"},"status":"deny","message":"no"}"""
            },
            { "byte order mark", "\uFEFF{\"status\":\"deny\",\"message\":\"no\"}" },
            { "upper case", """{"Status":"DENY","Message":"no"}""" },
        };

    [Theory]
    [MemberData(nameof(Denials))]
    public async Task A_denial_is_one_however_long_it_is_and_however_it_begins(string kind, string answer)
    {
        Assert.NotEmpty(kind);
        var (tenant, guard) = await NewAsync(answer);
        await using var _ = guard;

        var refusal = await TransitionAsync(tenant).RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "state");

        Assert.EndsWith(" no", (string?)refusal["error"], StringComparison.Ordinal);
        Assert.Contains("\"message\":\"no\"", await HistoryAsync(tenant), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"status":"allow"}""", 300_000, "longer than 262,144 bytes")]
    [InlineData("""{"status":"deny","message":"no""", 0, "not valid JSON")]
    [InlineData("""{"status":"allow"}{"status":"deny"}""", 0, "not valid JSON")]
    [InlineData("""[{"status":"deny"}]""", 0, "not a JSON object")]
    [InlineData("""{"status":"deny","status":"allow"}""", 0, "repeats a member")]
    [InlineData("""{"status":"allow","Status":"deny"}""", 0, "repeats a member")]
    [InlineData("""{"status":"allow","message":"a","message":"b"}""", 0, "repeats a member")]
    [InlineData("""{"status":"allow","metadata":{"a":1,"a":2}}""", 0, "repeats a member")]
    [InlineData("""{"status":"denied"}""", 0, "'allow', 'pending' or 'deny'")]
    [InlineData("""{"status":"d\u0065n\ud800"}""", 0, "'allow', 'pending' or 'deny'")]
    [InlineData("""{"status":["deny"]}""", 0, "'allow', 'pending' or 'deny'")]
    public async Task An_answer_that_cannot_be_read_for_certain_denies(string answer, int padding, string reason)
    {
        var (tenant, guard) = await NewAsync(answer + new string(' ', padding));
        await using var _ = guard;

        var refusal = await TransitionAsync(tenant).RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "state");

        Assert.Contains(reason, (string?)refusal["error"], StringComparison.Ordinal);
        Assert.Contains("deny", await HistoryAsync(tenant), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    [InlineData("iso-8859-1")]
    public async Task An_answer_that_is_not_utf_8_denies(string encoding)
    {
        var (tenant, guard) = await NewAsync("");
        await using var _ = guard;
        var answer = System.Text.Encoding.GetEncoding(encoding).GetBytes("""{"status":"allow","message":"Prüfung"}""");
        guard.Answer = (http, _) => http.Response.Body.WriteAsync(answer).AsTask();

        var refusal = await TransitionAsync(tenant).RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "state");

        Assert.Contains("not valid", (string?)refusal["error"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("deny", @"a\u0000b", "a\uFFFDb")]
    [InlineData("deny", @"a\ud800b", "a\uFFFDb")]
    [InlineData("pending", @"a\udc00b", "a\uFFFDb")]
    [InlineData("deny", @"\ud83d\ude00", "\U0001F600")]
    public async Task What_a_guard_says_is_stored_without_what_databases_cannot_keep(string status, string message, string kept)
    {
        var (tenant, guard) = await NewAsync($$"""{"status":"{{status}}","message":"{{message}}"}""");
        await using var _ = guard;

        var refusal = await TransitionAsync(tenant).RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "state");

        Assert.EndsWith(kept, (string?)refusal["error"], StringComparison.Ordinal);
        var guarded = (await tenant.Admin.GetAsync("/api/v1/issues/LEGAL-1/history").OkAsync())["data"]!
            .AsArray()
            .Single(e => (string?)e!["action"] == "guarded")!;
        Assert.Equal(kept, (string?)guarded["changes"]![0]!["to"]!["message"]);
    }

    [Fact]
    public async Task A_long_message_is_cut_between_two_characters()
    {
        var (tenant, guard) = await NewAsync($$"""{"status":"deny","message":"{{new string('a', 499)}}😀😀"}""");
        await using var _ = guard;

        var refusal = await TransitionAsync(tenant).RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "state");

        Assert.EndsWith(new string('a', 499), (string?)refusal["error"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_guard_that_wants_an_approval_opens_one_and_once_it_is_given_the_move_goes_through()
    {
        var (tenant, guard) = await NewAsync("""{"status": "pending", "message": "Finance looks at it."}""");
        await using var _ = guard;
        var (_, developer) = await tenant.AddUserAsync(Kiket.Domain.Users.OrganizationRole.Developer);

        var refusal = await developer
            .PostJsonAsync("/api/v1/issues/LEGAL-1/transition", new { to = "in_progress" })
            .RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "state");
        await developer
            .PostJsonAsync("/api/v1/issues/LEGAL-1/transition", new { to = "in_progress" })
            .RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "state");
        var approvals = (await tenant.Admin.GetAsync("/api/v1/issues/LEGAL-1/approvals").OkAsync())["data"]!.AsArray();
        var approval = Assert.Single(approvals)!;
        await tenant.Admin.PostJsonAsync($"/api/v1/issues/LEGAL-1/approvals/{approval["id"]}/approve", new { }).OkAsync();
        var moved = await developer.PostJsonAsync("/api/v1/issues/LEGAL-1/transition", new { to = "in_progress" }).OkAsync();

        Assert.Equal("pending", (string?)refusal["status"]);
        Assert.Equal("in_progress", (string?)moved["status"]);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(404)]
    public async Task A_required_guard_that_fails_denies(int status)
    {
        var (tenant, guard) = await NewAsync("{}");
        await using var _ = guard;
        guard.AnswerWith(status);

        await TransitionAsync(tenant).RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "state");
    }

    [Fact]
    public async Task A_guard_that_takes_too_long_denies_and_is_waited_for_no_longer_than_its_time()
    {
        var (tenant, guard) = await NewAsync("{}", timeoutMs: 200);
        await using var _ = guard;
        guard.Answer = (http, _) => Task.Delay(Timeout.Infinite, http.RequestAborted);

        var refusal = await TransitionAsync(tenant).RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "state");

        Assert.Contains("delivery.timeout", (string?)refusal["error"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Among_several_guards_deny_beats_pending_and_pending_beats_allow()
    {
        var (tenant, allows) = await NewAsync("""{"status": "allow"}""");
        await using var _ = allows;
        await using var waits = await AddGuardAsync(tenant, """{"status": "pending"}""");
        var pending = await TransitionAsync(tenant).RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "state");
        await using var denies = await AddGuardAsync(tenant, """{"status": "deny"}""");
        var denied = await TransitionAsync(tenant).RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "state");

        Assert.Equal("pending", (string?)pending["status"]);
        Assert.Null(denied["status"]);
        Assert.Equal((2, 2, 1), (allows.Requests.Count, waits.Requests.Count, denies.Requests.Count));
    }

    [Fact]
    public async Task When_an_issue_changes_while_its_guards_are_asked_they_are_asked_again_about_what_it_is_now()
    {
        var (tenant, guard) = await NewAsync("{}");
        await using var _ = guard;
        guard.Answer = async (http, _) =>
        {
            if (guard.Requests.Count == 1)
                await tenant.Admin.PatchJsonAsync("/api/v1/issues/LEGAL-1", new { title = "Changed meanwhile" }).OkAsync();
            await http.Response.WriteAsync(
                guard.Requests.Count == 1 ? "{}" : """{"status": "deny", "message": "Not this one."}"""
            );
        };

        await TransitionAsync(tenant).RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "state");

        Assert.Equal(["An issue", "Changed meanwhile"], guard.Requests.Select(r => (string?)r.Json["title"]));
        Assert.Equal("backlog", (string?)(await tenant.Admin.GetAsync("/api/v1/issues/LEGAL-1").OkAsync())["status"]);
    }

    [Fact]
    public async Task A_refusal_of_a_request_with_a_key_is_in_the_history_and_gives_the_key_back()
    {
        var (tenant, guard) = await NewAsync("""{"status": "deny", "message": "The clause is missing."}""");
        await using var _ = guard;

        await TransitionAsync(tenant, "key").RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "state");
        var refused = await HistoryAsync(tenant);
        guard.Answer = (http, _) => http.Response.WriteAsync("{}");
        var moved = await TransitionAsync(tenant, "key").OkAsync();

        Assert.Contains("The clause is missing.", refused, StringComparison.Ordinal);
        Assert.Contains("latency_ms", refused, StringComparison.Ordinal);
        Assert.Equal("in_progress", (string?)moved["status"]);
    }

    [Fact]
    public async Task An_approval_that_a_guard_wants_is_asked_for_also_by_a_request_with_a_key()
    {
        var (tenant, guard) = await NewAsync("""{"status": "pending", "message": "Finance looks at it."}""");
        await using var _ = guard;

        var refusal = await TransitionAsync(tenant, "key").RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "state");

        Assert.Equal("pending", (string?)refusal["status"]);
        Assert.Single((await tenant.Admin.GetAsync("/api/v1/issues/LEGAL-1/approvals").OkAsync())["data"]!.AsArray());
    }

    [Fact]
    public async Task While_the_guards_of_a_request_with_a_key_are_asked_others_can_write_and_its_answer_is_kept_with_the_move()
    {
        var (tenant, guard) = await NewAsync("{}");
        await using var _ = guard;
        guard.Answer = async (http, _) =>
        {
            // An open transaction would be the only writer on Sqlite, and this would wait for it until the guard's time is over.
            if (guard.Requests.Count == 1)
                await tenant.Admin.PatchJsonAsync("/api/v1/issues/LEGAL-1", new { title = "Changed meanwhile" }).OkAsync();
            await http.Response.WriteAsync("{}");
        };

        var moved = await TransitionAsync(tenant, "key");
        var again = await TransitionAsync(tenant, "key");

        Assert.Equal(
            ("in_progress", "Changed meanwhile"),
            (
                (string?)(await Task.FromResult(moved).OkAsync())["status"],
                (string?)(await Task.FromResult(again).OkAsync())["title"]
            )
        );
        Assert.Equal("true", Assert.Single(again.Headers.GetValues("Idempotent-Replayed")));
        Assert.Equal(2, guard.Requests.Count); // about the old and the new state, not for the replayed answer
        var events = (await tenant.Admin.GetAsync("/api/v1/events?types=issue.status_changed").OkAsync())["data"]!.AsArray();
        Assert.Single(events);
    }

    [Fact]
    public async Task A_move_that_the_workflow_refuses_asks_no_guard_and_observers_are_notified_later()
    {
        var (tenant, guard) = await NewAsync("{}");
        await using var _ = guard;
        await using var listener = await Receiver.StartAsync();
        var listening = await tenant.AddWebhookAsync(listener.Url, WebhookKind.Extension, hooks: [new(Event)]);
        await tenant
            .Admin.PostJsonAsync("/api/v1/issues/LEGAL-1/transition", new { to = "done" })
            .RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED");
        var whenRefused = guard.Requests.Count;

        await TransitionAsync(tenant).OkAsync();
        var before = listener.Requests.Count;
        await tenant.DeliverAsync(listening);

        Assert.Equal((0, 1, 0), (whenRefused, guard.Requests.Count, before));
        Assert.Equal("in_progress", (string?)Assert.Single(listener.Requests).Json["transition"]!["to"]);
        var names = (await tenant.Admin.GetAsync("/api/v1/events").OkAsync())["data"]!
            .AsArray()
            .Select(e => (string?)e!["event"]);
        Assert.Equal(["issue.created", Event, "issue.status_changed"], names);
    }

    [Fact]
    public async Task A_move_by_the_name_of_its_transition_is_announced_with_the_target_state()
    {
        var tenant = await server.NewBoardAsync(
            """
            workflow: { id: main, name: Main }
            states: { open: { type: initial }, doing: { type: active } }
            transitions: [{ from: open, to: doing, name: Start }]
            """
        );
        await tenant.AddIssueAsync("ACT");
        await using var guard = await AddGuardAsync(tenant, "{}");
        await using var listener = await Receiver.StartAsync();
        var listening = await tenant.AddWebhookAsync(listener.Url, WebhookKind.Extension, hooks: [new(Event)]);

        await tenant.MoveAsync("ACT-1", "Start");
        await tenant.DeliverAsync(listening);

        Assert.Equal("doing", (string?)Assert.Single(guard.Requests).Json["transition"]!["to"]);
        Assert.Equal("doing", (string?)Assert.Single(listener.Requests).Json["transition"]!["to"]);
        var history = (await tenant.ReadAsync("issues/ACT-1/history"))["data"]!
            .AsArray()
            .Single(e => (string?)e!["action"] == "guarded")!;
        Assert.StartsWith("guards.doing.", (string?)history["changes"]![0]!["field"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_that_opens_the_way_for_its_own_move_does_not_pass_the_guards()
    {
        var tenant = await server.NewBoardAsync(
            """
            workflow: { id: main, name: Main }
            states: { open: { type: initial }, doing: { type: active } }
            transitions: [{ from: open, to: doing, conditions: [{ field: title, equals: Ready }] }]
            """
        );
        await tenant.AddIssueAsync("ACT");
        await using var guard = await AddGuardAsync(tenant, """{"status": "deny", "message": "Not yet."}""");

        var refusal = await tenant
            .Admin.PatchJsonAsync("/api/v1/issues/ACT-1", new { title = "Ready", status = "doing" })
            .RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "state");

        Assert.Contains("Not yet.", (string?)refusal["error"], StringComparison.Ordinal);
        var issue = await tenant.ReadAsync("issues/ACT-1");
        Assert.Equal(("open", "An issue"), ((string?)issue["status"], (string?)issue["title"]));
        guard.Answer = (http, _) => http.Response.WriteAsync("{}");
        var moved = await tenant
            .Admin.PatchJsonAsync("/api/v1/issues/ACT-1", new { title = "Ready", status = "doing" })
            .OkAsync();
        Assert.Equal("doing", (string?)moved["status"]);
    }

    [Fact]
    public async Task An_approval_that_a_guard_wants_is_announced_like_any_other_and_asked_for_again_after_a_refusal()
    {
        var (tenant, guard) = await NewAsync("""{"status": "pending", "message": "Finance looks at it."}""");
        await using var _ = guard;
        var (_, developer) = await tenant.AddUserAsync(Kiket.Domain.Users.OrganizationRole.Developer);
        Task<HttpResponseMessage> MoveAsync() =>
            developer.PostJsonAsync("/api/v1/issues/LEGAL-1/transition", new { to = "in_progress" });
        async Task DecideAsync(string verb)
        {
            var approvals = (await tenant.Admin.GetAsync("/api/v1/issues/LEGAL-1/approvals").OkAsync())["data"]!.AsArray();
            var pending = Assert.Single(approvals, a => (string?)a!["status"] == "pending")!;
            await tenant
                .Admin.PostJsonAsync($"/api/v1/issues/LEGAL-1/approvals/{pending["id"]}/{verb}", new { comment = "So be it." })
                .OkAsync();
        }

        await MoveAsync().RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "state");
        await DecideAsync("reject");
        await MoveAsync().RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "state");
        await DecideAsync("approve");
        var moved = await MoveAsync().OkAsync();

        Assert.Equal("in_progress", (string?)moved["status"]);
        var names = (await tenant.Admin.GetAsync("/api/v1/events").OkAsync())["data"]!
            .AsArray()
            .Select(e => (string?)e!["event"]);
        Assert.Equal(2, names.Count(n => n == "workflow.approval.requested"));
    }

    [Fact]
    public async Task An_action_does_not_move_an_issue_past_a_guard()
    {
        var tenant = await server.NewBoardAsync(
            """
            workflow: { id: main, name: Main }
            states:
              open: { type: initial }
              doing: { type: active, on_enter: [{ action: transition, to: done }] }
              done: { type: final }
            transitions: [{ from: open, to: doing }, { from: doing, to: done }]
            """
        );
        await tenant.AddIssueAsync("ACT");
        await using var guard = await AddGuardAsync(tenant, "{}");
        await tenant.MoveAsync("ACT-1", "doing");

        await tenant.RunOutboxAsync();

        Assert.Single(guard.Requests); // for the move by hand
        Assert.Equal("doing", (string?)(await tenant.ReadAsync("issues/ACT-1"))["status"]);
        Assert.Contains(
            "guards the project's transitions",
            Assert.Single(await tenant.ReadActionsAsync("ACT-1")),
            StringComparison.Ordinal
        );
    }

    private static Task<HttpResponseMessage> TransitionAsync(Tenant tenant, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/issues/LEGAL-1/transition")
        {
            Content = JsonContent.Create(new { to = "in_progress" }),
        };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return tenant.Admin.SendAsync(request);
    }

    private static async Task<string> HistoryAsync(Tenant tenant) =>
        (await tenant.Admin.GetAsync("/api/v1/issues/LEGAL-1/history").OkAsync())["data"]!
            .AsArray()
            .Where(e => (string?)e!["action"] == "guarded")
            .Select(e => e!.ToJsonString())
            .First();

    private async Task<(Tenant Tenant, Receiver Guard)> NewAsync(string answer, int timeoutMs = 10_000)
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await tenant.AddIssueAsync();
        return (tenant, await AddGuardAsync(tenant, answer, timeoutMs));
    }

    private static async Task<Receiver> AddGuardAsync(Tenant tenant, string answer, int timeoutMs = 10_000)
    {
        var guard = await Receiver.StartAsync();
        guard.Answer = (http, _) => http.Response.WriteAsync(answer);
        await tenant.AddWebhookAsync(guard.Url, WebhookKind.Extension, hooks: [new(Event, timeoutMs, Required: true)]);
        return guard;
    }
}
