using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kiket.Api.Tests.Actions;
using Kiket.Api.Tests.Extensions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Api.Tests.OAuth;
using Kiket.Domain.Users;
using NJsonSchema;
using NSwag;

namespace Kiket.Api.Tests.OpenApi;

/// <summary>Generated clients write null for every member that their users leave out.</summary>
public sealed partial class NullTests(KiketServer server)
{
    private const string Workflow = """
        workflow: { id: main, name: Main }
        states: { open: { type: initial }, doing: { type: active }, done: { type: final } }
        transitions:
          - { from: open, to: doing }
          - { from: open, to: done, require_approval: [{ assignment: { type: user, identifier: admin@example.com } }] }
        """;

    private const string Hash = "0x00000000000000000000000000000000000000000000000000000000000000aa";

    private const string Schema =
        """{"module": "com.example.shop", "version": "1.0", """
        + """ "tables": {"orders": {"columns": [{"name": "number", "type": "text"}]}}}""";

    /// <summary>Members that are emptied together with another one, because they depend on it.</summary>
    private static readonly ILookup<string, string> Followers = new (string Member, string Follower)[]
    {
        ("assignee_id", "assignee"),
        ("assigned_to", "assignee"),
        ("target_date", "overdue"),
        ("target_date", "days_remaining"),
        ("parent_id", "parent_key"),
        ("parent_id", "root_id"),
        ("parent_id", "hierarchy_depth"),
    }.ToLookup(f => f.Member, f => f.Follower);

    /// <summary>
    /// The smallest valid body of each write. <c>$name</c> is one of the prepared things, and <c>$n</c> a new number.
    /// </summary>
    private static readonly IReadOnlyList<Write> Writes =
    [
        new("CreateProject", """{"project": {"name": "New", "project_key": "NEW$n"}}"""),
        new("UpdateProject", """{"project": {}}"""),
        new("SetMember", """{"member": {"user_id": $user}}"""),
        new("CreateIssue", """{"project_key": "ACT", "issue": {"title": "New"}}"""),
        new("CreateIssue", """{"issue": {"title": "New", "project_id": "ACT"}}"""),
        new("UpdateIssue", """{"issue": {}}"""),
        new("TransitionIssue", """{"transition": {"state": "doing"}}""") { Before = OpenAsync },
        new("TransitionIssue", """{"transition": {"to": "doing"}}""") { Before = OpenAsync },
        new("TransitionIssueAlias", """{"transition": {"state": "doing"}}""") { Before = OpenAsync },
        new("Approve", """{"approval": {}}""") { Before = AskAsync, Id = "approval" },
        new("Reject", """{"approval": {}}""") { Before = AskAsync, Id = "approval" },
        new("CheckItem", """{"item": {"checked": true}}"""),
        new("CreateComment", """{"comment": {"body": "So it is."}}"""),
        new("UpdateComment", """{"comment": {"body": "So it is."}}""") { Id = "comment" },
        new("CreateMilestone", """{"milestone": {"name": "Spring $n"}}"""),
        new("UpdateMilestone", """{"milestone": {}}""") { Id = "milestone" },
        new("MarkNotification", """{"notification": {"read": true}}"""),
        new("InviteUser", """{"user": {"email": "new$n@example.com", "role": "developer"}}"""),
        new("UpdateUser", """{"user": {}}"""),
        new("AcceptInvitation", """{"invitation": {"token": "$token"}}""") { Before = InviteAsync },
        new("UpdateOrganizationSettings", """{"settings": {}}"""),
        new("UpdateOrganizationSettings", """{"settings": {"hours": {}, "holidays": [{"date": "2026-12-25"}]}}"""),
        new("ReassignIssues", """{"reassign": {"issue_ids": [$issue], "to_user_id": $user}}"""),
        new("ReassignIssues", """{"reassign": {"reassignments": [{"issue_id": $issue, "to_user_id": $user}]}}"""),
        new("VerifyAuditProof", $$"""{"content_hash": "{{Hash}}", "merkle_root": "{{Hash}}", "proof": [], "leaf_index": 0}"""),
        new("CreateWorkspaceApiToken", """{"workspace_api_token": {"name": "Token $n"}}"""),
        new(
            "CreateOAuthApplication",
            """{"oauth_application": {"name": "App $n", "scopes": ["issues"], "grant_types": ["client_credentials"]}}"""
        ),
        new("UpdateOAuthApplication", """{"oauth_application": {}}""") { Before = RegisterAsync },
        new("CreatePersonalAccessToken", """{"personal_access_token": {"name": "Token $n"}}"""),
        new("UpdateToken", """{"token": {}}""") { Before = IssueTokenAsync },
        new("RotateToken", """{"token": {}}""") { Before = IssueTokenAsync },
        new(
            "ImportDefinitions",
            """{"definitions": {"files": [{"path": "project.yaml", "content": "project: {key: IMP, name: Import}"}]}}"""
        ),
        new("ValidateWorkflow", """{"workflow": {"yaml": ""}}"""),
        new("PutWorkflow", """{"workflow": {"yaml": ""}}"""),
        new("MigrateWorkflow", """{"migration": {}}"""),
        new("SimulateWorkflow", """{"simulation": {"moves": ["doing"]}}"""),
        new(
            "InstallExtension",
            """{"manifest": {"id": "com.example.other", "name": "Other", "version": "1.0.0", "delivery": "internal"}}"""
        ),
        new("UpdateExtension", """{"extension": {}}"""),
        new("RotateExtensionSecret", """{"webhook": {}}"""),
        new("CreateSecret", """{"secret": {"key": "KEY", "value": "value"}}"""),
        new("SetSecret", """{"secret": {"value": "value"}}"""),
        new("RotateSecret", """{"secret": {"value": "value"}}"""),
        new("CreateExtIssue", """{"issue": {"title": "New"}}"""),
        new("UpdateExtIssue", """{"issue": {}}"""),
        new("TransitionExtIssue", """{"transition": {"state": "doing"}}""") { Before = OpenAsync },
        new("CreateExtComment", """{"comment": {"body": "So it is."}}"""),
        new("UpdateExtComment", """{"comment": {"body": "So it is."}}"""),
        new("TriggerExtWorkflow", """{"trigger": {"issue_id": "$issue", "to": "doing"}}""") { Before = OpenAsync },
        new("TriggerExtWorkflow", """{"trigger": {"issue_key": "$issue", "to": "doing"}}""") { Before = OpenAsync },
        new("PutStoredValue", """{"entry": {"value": 1}}"""),
        new("PublishCustomModule", $$"""{"schema": {{Schema}}}"""),
        new("CreateCustomRecord", """{"record": {"number": "$n"}}""") { Project = "ACT" },
        new("CreateCustomRecord", """{"records": [{"number": "$n"}]}""") { Project = "ACT" },
        new("UpdateCustomRecord", """{"record": {"number": "$n"}}"""),
        new("CreateExtCustomRecord", """{"record": {"number": "$n"}}""") { Project = "ACT" },
        new("CreateExtCustomRecord", """{"records": [{"number": "$n"}]}""") { Project = "ACT" },
        new("UpdateExtCustomRecord", """{"record": {"number": "$n"}}"""),
        new("SubscribeWebhook", """{"webhook": {"url": "http://127.0.0.1:1/", "events": ["issue.created"]}}"""),
        new("RotateWebhookSecret", """{"webhook": {}}""") { Id = "webhook" },
        new("RedeliverMany", """{"filter": {}}"""),
        new("RedeliverExtMany", """{"filter": {}}"""),
    ];

    [Fact]
    public async Task Every_write_whose_members_are_known_is_tried()
    {
        var document = await ApiDocument.ReadAsync(server);
        var known = document.Document.Operations.Where(o =>
            o.Operation.RequestBody is not null && BodyOf(o).ActualSchema.Properties.Count > 0
        );

        Assert.Equal(known.Select(o => o.Operation.OperationId).Order(), Writes.Select(w => w.Operation).Distinct().Order());
    }

    [Fact]
    public async Task A_null_for_what_may_be_left_out_is_not_refused_and_changes_nothing_else()
    {
        var document = await ApiDocument.ReadAsync(server);
        var world = await PrepareAsync();
        var faults = new List<string>();

        foreach (var write in Writes)
        {
            var operation = document.Document.Operations.Single(o => o.Operation.OperationId == write.Operation);
            var leftOut = LeftOut(JsonNode.Parse(world.Fill(write.Body))!, BodyOf(operation), []).ToList();
            if (leftOut.Count > 0)
                faults.AddRange((await TryAsync(world, write, operation, leftOut)).Select(fault => $"{write.Operation} {fault}"));
        }

        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));
    }

    private static async Task<List<string>> TryAsync(
        World world,
        Write write,
        OpenApiOperationDescription operation,
        List<(IReadOnlyList<object> Path, string Member)> leftOut
    )
    {
        var faults = new List<string>();
        var (first, refusal) = await SendAsync(world, write, operation);
        (var last, refusal) = refusal is null ? await SendAsync(world, write, operation) : (null, refusal);
        if (refusal is not null)
            return [$"without a null: {refusal}"];

        // A member that differs between two equal requests, such as an id, cannot be compared with a third. A version counts
        // changes, but a milestone's is a text.
        List<string> moving = ["created_at", "updated_at", .. Differences(first!, last!)];
        if (last!["version"]?.GetValueKind() is JsonValueKind.Number)
            moving.Add("version");
        foreach (var (path, member) in leftOut)
        {
            (var answer, refusal) = await SendAsync(world, write, operation, path, member);
            var changed = refusal is not null
                ? [refusal]
                : Differences(last!, answer!)
                    .Except(moving)
                    .Except(Followers[member])
                    .Where(name => name != member || !IsEmpty(answer![name]))
                    .Select(name => $"{name} was {last![name]?.ToJsonString()} and is {answer![name]?.ToJsonString()}");
            faults.AddRange(changed.Select(fault => $"{string.Join('.', [.. path, member])}: {fault}"));
            last = answer ?? last;
        }

        return faults;
    }

    private static async Task<(JsonObject? Answer, string? Refusal)> SendAsync(
        World world,
        Write write,
        OpenApiOperationDescription operation,
        IReadOnlyList<object>? path = null,
        string? member = null
    )
    {
        if (write.Before is not null)
            await write.Before(world);
        var body = JsonNode.Parse(world.Fill(write.Body))!;
        if (path is not null)
            path.Aggregate(body, (node, step) => step is int index ? node[index]! : node[(string)step]!)[member!] = null;
        var address = Parameter()
            .Replace(operation.Path, m => world.Things[m.Groups[1].Value == "id" ? write.Id! : m.Groups[1].Value]);
        if (write.Project is not null)
            address += $"?project_key={write.Project}";
        var isExtension = write.Project is null && operation.Path.StartsWith("/api/v1/ext/", StringComparison.Ordinal);
        var response = await (isExtension ? world.Extension : world.Tenant.Admin).SendAsync(
            new(new(operation.Method), address)
            {
                Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
            }
        );
        var answer = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? (JsonNode.Parse(answer)!.AsObject(), null)
            : (null, $"{(int)response.StatusCode} {answer}");
    }

    private static List<string> Differences(JsonObject one, JsonObject other) =>
        [.. one.Select(m => m.Key).Union(other.Select(m => m.Key)).Where(name => !JsonNode.DeepEquals(one[name], other[name]))];

    private static bool IsEmpty(JsonNode? value) => value is null or JsonArray { Count: 0 } or JsonObject { Count: 0 };

    /// <summary>The optional members, at any depth, that the body omits.</summary>
    private static IEnumerable<(IReadOnlyList<object> Path, string Member)> LeftOut(
        JsonNode node,
        JsonSchema schema,
        IReadOnlyList<object> path
    )
    {
        var actual = (schema.OneOf.FirstOrDefault() ?? schema).ActualSchema;
        return node switch
        {
            JsonArray list when actual.Item is { } item => list.SelectMany(
                (element, index) => LeftOut(element!, item, [.. path, index])
            ),
            JsonObject members => actual.Properties.Values.SelectMany(property =>
                members[property.Name] is { } value ? LeftOut(value, property, [.. path, property.Name])
                : property.IsRequired ? []
                : [(path, property.Name)]
            ),
            _ => [],
        };
    }

    private static JsonSchema BodyOf(OpenApiOperationDescription operation) =>
        operation.Operation.RequestBody.Content["application/json"].Schema;

    private async Task<World> PrepareAsync()
    {
        var tenant = await server.NewBoardAsync(
            Workflow,
            (".kiket/project.yaml", "project: { key: ACT, name: Act, team: { roles: [qa] } }")
        );
        var (user, developer) = await tenant.AddUserAsync(OrganizationRole.Developer);
        var extension = await Installed.NewAsync(tenant, "ACT", permissions: ["*"]);
        var milestone = await tenant
            .Admin.PostJsonAsync(
                "/api/v1/projects/ACT/milestones",
                new
                {
                    milestone = new
                    {
                        name = "Spring",
                        description = "All of it",
                        target_date = "2026-03-31",
                        status = "active",
                        version = "1.0",
                    },
                }
            )
            .CreatedAsync();
        await tenant
            .Admin.PatchJsonAsync(
                "/api/v1/projects/ACT",
                new
                {
                    description = "All of it",
                    github_repo_url = "https://github.com/example/act",
                    start_date = "2026-01-01",
                    end_date = "2026-12-31",
                    settings = new { color = "red" },
                    lead_id = tenant.AdminId,
                }
            )
            .OkAsync();
        var member = new
        {
            user_id = user,
            role = "lead",
            team_roles = new[] { "qa" },
        };
        await tenant.Admin.PostJsonAsync("/api/v1/projects/ACT/members", member).CreatedAsync();
        await tenant
            .Admin.PatchJsonAsync(
                $"/api/v1/users/{user}",
                new
                {
                    name = "Grace",
                    capacity = 8,
                    expertise_tags = new[] { "law" },
                    days_off = new[] { new { from = "2026-08-01", to = "2026-08-14" } },
                }
            )
            .OkAsync();
        await tenant
            .Admin.PatchJsonAsync(
                "/api/v1/organization/settings",
                new
                {
                    time_zone = "Europe/Berlin",
                    holidays = new[] { new { date = "2026-12-25", name = "Christmas" } },
                    story_points = new { bug = 2 },
                    default_capacity = 12,
                    member_wip_limit = 3,
                }
            )
            .OkAsync();
        var parent = await tenant.AddIssueAsync("ACT", "The whole", new { issue_type = "Epic" });
        var issue = await tenant.AddIssueAsync(
            "ACT",
            "The part",
            new
            {
                description = "All of it",
                priority = "critical",
                labels = new[] { "a" },
                custom_fields = new { severity = "high" },
                assignee_id = tenant.AdminId,
                parent_id = (long)parent["id"]!,
                milestone_id = (long)milestone["id"]!,
                story_points = 2.5,
                due_date = "2026-03-31",
            }
        );
        var comment = await tenant
            .Admin.PostJsonAsync($"/api/v1/issues/{issue["id"]}/comments", new { body = "So it is." })
            .CreatedAsync();
        await tenant
            .Admin.PatchJsonAsync(
                $"/api/v1/extensions/{extension.Id}",
                new
                {
                    configuration = new { greeting = "Hi" },
                    rate_limit_requests = 100000,
                    rate_limit_window = 60,
                }
            )
            .OkAsync();
        var subscription = new { url = "http://127.0.0.1:1/", events = new[] { "issue.created" } };
        var webhook = await extension.Client.PostJsonAsync("/api/v1/ext/webhooks/subscribe", subscription).CreatedAsync();
        await tenant.Admin.PostJsonAsync("/api/v1/custom_data_modules", new { schema = JsonNode.Parse(Schema) }).CreatedAsync();
        return new(
            tenant,
            developer,
            extension.Client,
            new(StringComparer.Ordinal)
            {
                ["project"] = "ACT",
                ["workflow"] = "main",
                ["user"] = $"{user}",
                ["milestone"] = $"{milestone["id"]}",
                ["issue"] = $"{issue["id"]}",
                ["comment"] = $"{comment["id"]}",
                ["extension"] = $"{extension.Id}",
                ["webhook"] = $"{webhook["id"]}",
                ["key"] = "KEY",
                ["module"] = "com.example.shop",
                ["table"] = "orders",
            }
        );
    }

    private static async Task OpenAsync(World world) =>
        world.Things["issue"] = $"{(await world.Tenant.AddIssueAsync("ACT"))["id"]}";

    private static async Task AskAsync(World world)
    {
        await OpenAsync(world);
        var issue = $"/api/v1/issues/{world.Things["issue"]}";
        await world
            .Developer.PostJsonAsync($"{issue}/transition", new { to = "done" })
            .RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED");
        world.Things["approval"] = $"{(await world.Tenant.Admin.GetAsync($"{issue}/approvals").OkAsync())["data"]![0]!["id"]}";
    }

    private static async Task IssueTokenAsync(World world)
    {
        var issued = await world.Tenant.Admin.PostJsonAsync("/api/v1/workspace_api_tokens", new { name = "CI" }).CreatedAsync();
        world.Things["token"] = $"{issued["id"]}";
    }

    private static async Task RegisterAsync(World world) =>
        world.Things["application"] = $"{(await world.Tenant.AddApplicationAsync("issues:read"))["id"]}";

    private static async Task InviteAsync(World world)
    {
        var guest = new { email = world.Fill("guest$n@example.com"), role = "developer" };
        var invited = await world.Tenant.Admin.PostJsonAsync("/api/v1/users", guest).CreatedAsync();
        world.Things["token"] = (string)invited["invitation_token"]!;
    }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Parameter();

    private sealed record Write(string Operation, string Body)
    {
        /// <summary>What the <c>{id}</c> in its path names.</summary>
        public string? Id { get; init; }

        /// <summary>The project in its query, which a user's credential must name, unlike an extension's.</summary>
        public string? Project { get; init; }

        /// <summary>The resources that are created for each request.</summary>
        public Func<World, Task>? Before { get; init; }
    }

    private sealed partial record World(
        Tenant Tenant,
        HttpClient Developer,
        HttpClient Extension,
        Dictionary<string, string> Things
    )
    {
        private int number;

        public string Fill(string text) =>
            Name().Replace(text, m => m.Groups[1].Value == "n" ? $"{++number}" : Things.GetValueOrDefault(m.Groups[1].Value, ""));

        [GeneratedRegex(@"\$(\w+)")]
        private static partial Regex Name();
    }
}
