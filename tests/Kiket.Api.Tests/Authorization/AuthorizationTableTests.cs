using System.Text;
using System.Text.RegularExpressions;
using Kiket.Api.Authentication;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Tokens;

namespace Kiket.Api.Tests.Authorization;

/// <summary>
/// Walks the first table of <c>docs/authorization.md</c> against the running server: every route as every caller, with every kind
/// of token, and with another organization's ids in every path and body.
/// </summary>
public sealed partial class AuthorizationTableTests(KiketServer server)
{
    private static readonly string Document = Path.Combine(Root(), "docs", "authorization.md");

    /// <summary>The requests for the routes. A route that is not listed is called by its path alone.</summary>
    private static readonly IReadOnlyList<Sample> Samples =
    [
        new("POST /projects") { Body = """{"project": {"name": "New", "project_key": "NEW$n", "lead_id": $user}}""" },
        new("PATCH /projects/{project}") { Body = """{"project": {"lead_id": $lead}}""" },
        new("DELETE /projects/{project}") { Before = w => w.AddProjectAsync() },
        new("POST /projects/{project}/members") { Body = """{"member": {"user_id": $user}}""" },
        new("DELETE /projects/{project}/members/{user}") { Before = w => w.AddMemberAsync() },
        new("GET /issues") { Query = "project_id=$project" },
        new("POST /issues")
        {
            Body = """
                {"project_id": $project, "issue":
                  {"title": "New", "assignee_id": $user, "parent_id": $parent, "milestone_id": $milestone}}
                """,
        },
        new("PATCH /issues/{issue}")
        {
            Body = """{"issue": {"assignee_id": $user, "parent_id": $parent, "milestone_id": $milestone}}""",
        },
        new("DELETE /issues/{issue}") { Before = w => w.AddIssueAsync() },
        new("POST /issues/{issue}/transition")
        {
            Body = """{"transition": {"state": "doing"}}""",
            Before = w => w.AddIssueAsync(),
        },
        new("POST /issues/{issue}/transitions")
        {
            Body = """{"transition": {"state": "doing"}}""",
            Before = w => w.AddIssueAsync(),
        },
        new("GET /issue_schema") { Query = "project_id=$project" },
        new("GET /issues/schema") { Query = "project_id=$project" },
        new("POST /issues/{issue}/approvals/{id}/approve") { Id = "approval", Before = w => w.AskForApprovalAsync() },
        new("POST /issues/{issue}/approvals/{id}/reject") { Id = "approval", Before = w => w.AskForApprovalAsync() },
        new("PATCH /issues/{issue}/checklists/{item}") { Body = """{"item": {"checked": true}}""" },
        new("POST /issues/{issue}/comments") { Body = """{"comment": {"body": "So it is."}}""" },
        new("GET /issues/{issue}/comments/{id}") { Id = "comment" },
        new("PATCH /issues/{issue}/comments/{id}") { Id = "comment", Body = """{"comment": {"body": "So it is."}}""" },
        new("DELETE /issues/{issue}/comments/{id}") { Id = "comment", Before = w => w.AddCommentAsync() },
        new("POST /projects/{project}/milestones") { Body = """{"milestone": {"name": "Spring $n"}}""" },
        new("GET /projects/{project}/milestones/{id}") { Id = "milestone" },
        new("PATCH /projects/{project}/milestones/{id}") { Id = "milestone", Body = """{"milestone": {"name": "Summer"}}""" },
        new("DELETE /projects/{project}/milestones/{id}") { Id = "milestone", Before = w => w.AddMilestoneAsync() },
        new("PATCH /notifications/{id}") { Id = "notification", Body = """{"notification": {"read": true}}""" },
        new("POST /users") { Body = """{"user": {"email": "new$n@example.com", "role": "developer"}}""" },
        new("PATCH /users/{user}") { Body = """{"user": {"capacity": 8}}""" },
        new("POST /users/{user}/erase") { Before = w => w.AddDeactivatedAsync() },
        new("POST /invitations/accept") { Body = """{"invitation": {"token": "$invitation"}}""", Before = w => w.InviteAsync() },
        new("GET /sla_events") { Query = "project_id=$project" },
        new("GET /sla/at_risk") { Query = "project_id=$project" },
        new("GET /ext/sla/events") { Query = "project_id=$project" },
        new("PATCH /organization/settings") { Body = """{"settings": {"default_capacity": 12}}""" },
        new("GET /capacity/team") { Query = "project_id=$project" },
        new("GET /capacity/recommendations") { Query = "project_id=$project" },
        new("POST /capacity/reassign") { Body = """{"reassign": {"issue_ids": [$issue], "to_user_id": $user}}""" },
        new("POST /audit/verify")
        {
            Body = $$"""{"content_hash": "{{World.Hash}}", "merkle_root": "{{World.Hash}}", "proof": [], "leaf_index": 0}""",
        },
        new("POST /workspace_api_tokens") { Body = """{"workspace_api_token": {"name": "Token $n"}}""" },
        new("DELETE /workspace_api_tokens/{token}") { Before = w => w.AddTokenAsync("workspace_api_token") },
        new("POST /personal_access_tokens")
        {
            Body = """{"personal_access_token": {"name": "Token $n", "scopes": ["issues:read"]}}""",
        },
        new("DELETE /personal_access_tokens/{token}") { Before = w => w.AddTokenAsync("personal_access_token") },
        new("PATCH /tokens/{token}") { Body = """{"token": {"rate_limit_requests": 7}}""", Before = w => w.AddTokenAsync() },
        new("POST /tokens/{token}/rotate") { Before = w => w.AddTokenAsync() },
        new("POST /oauth_applications")
        {
            Body = """
                {"oauth_application": {"name": "App $n", "scopes": ["issues:read"], "grant_types": ["client_credentials"]}}
                """,
        },
        new("PATCH /oauth_applications/{application}")
        {
            Body = """{"oauth_application": {"allowed_networks": ["10.0.0.0/8"]}}""",
            Before = w => w.AddApplicationAsync(),
        },
        new("DELETE /oauth_applications/{application}") { Before = w => w.AddApplicationAsync() },
        new("POST /oauth_applications/{application}/rotate") { Before = w => w.AddApplicationAsync() },
        new("GET /definitions") { Query = "project_id=$project" },
        new("POST /definitions/import")
        {
            Body = """
                {"project_key": "ACT", "dry_run": true,
                  "files": [{"path": "project.yaml", "content": "project: {key: ACT, name: Act}"}]}
                """,
        },
        new("GET /workflows") { Query = "project_id=$project" },
        new("POST /workflows/validate") { Query = "project_id=$project", Body = """{"workflow": {"yaml": ""}}""" },
        new("GET /workflows/{workflow}") { Query = "project_id=$project" },
        new("PUT /workflows/{workflow}") { Query = "project_id=$project", Body = World.WorkflowBody },
        new("POST /workflows/{workflow}/migrate") { Query = "project_id=$project", Body = """{"migration": {}}""" },
        new("POST /workflows/{workflow}/simulate")
        {
            Query = "project_id=$project",
            Body = """{"simulation": {"moves": ["doing"]}}""",
        },
        new("POST /extensions")
        {
            Body = """
                {"manifest": {"id": "com.example.other", "name": "Other", "version": "1.0.0", "delivery": "internal"},
                  "project_id": $project}
                """,
        },
        new("PATCH /extensions/{extension}") { Body = """{"extension": {"rate_limit_requests": 100000}}""" },
        new("DELETE /extensions/{extension}") { Before = w => w.InstallAsync() },
        new("POST /extensions/{extension}/api_key/rotate") { Before = w => w.InstallAsync() },
        new("POST /extensions/{extension}/webhook_secret/rotate") { Before = w => w.InstallAsync() },
        new("POST /extensions/{extension}/secrets") { Body = """{"secret": {"key": "API_TOKEN", "value": "value"}}""" },
        new("POST /extensions/{extension}/secrets/{key}") { Body = """{"secret": {"value": "value"}}""" },
        new("PATCH /extensions/{extension}/secrets/{key}") { Body = """{"secret": {"value": "value"}}""" },
        new("DELETE /extensions/{extension}/secrets/{key}") { Before = w => w.SetSecretAsync() },
        new("POST /extensions/{extension}/events") { Body = """{"event": "started"}""" },
        new("POST /extensions/logs") { Body = """{"message": "started", "extension_id": $extension}""" },
        new("POST /extensions/metrics") { Body = """{"name": "started", "extension_id": $extension}""" },
        new("POST /extensions/notifications") { Body = """{"message": "started", "extension_id": $extension}""" },
        new("GET /ext/issues") { Query = "project_id=$project" },
        new("POST /ext/issues")
        {
            Body = """
                {"project_id": $project, "issue":
                  {"title": "New", "assignee_id": $user, "parent_id": $parent, "milestone_id": $milestone}}
                """,
        },
        new("PATCH /ext/issues/{issue}")
        {
            Body = """{"issue": {"assignee_id": $user, "parent_id": $parent, "milestone_id": $milestone}}""",
        },
        new("POST /ext/issues/{issue}/transitions")
        {
            Body = """{"transition": {"state": "doing"}}""",
            Before = w => w.AddIssueAsync(),
        },
        new("POST /ext/issues/{issue}/comments") { Body = """{"comment": {"body": "So it is."}}""" },
        new("PATCH /ext/issues/{issue}/comments/{id}")
        {
            Id = "comment",
            Body = """{"comment": {"body": "So it is."}}""",
            Before = w => w.AddCommentAsync(),
        },
        new("DELETE /ext/issues/{issue}/comments/{id}") { Id = "comment", Before = w => w.AddCommentAsync() },
        new("GET /ext/workflows/states") { Query = "project_id=$project" },
        new("POST /ext/workflows/trigger")
        {
            Body = """{"trigger": {"issue_id": $issue, "to": "doing"}}""",
            Before = w => w.AddIssueAsync(),
        },
        new("GET /ext/project") { Query = "project_id=$project" },
        new("GET /ext/project/members") { Query = "project_id=$project" },
        new("PUT /ext/storage/{key}") { Body = """{"entry": {"value": 1}}""" },
        new("DELETE /ext/storage/{key}") { Before = w => w.StoreAsync() },
        new("GET /ext/storage/{key}") { Before = w => w.StoreAsync() },
        new("POST /custom_data_modules") { Body = World.SchemaOf("com.example.new") },
        new("GET /custom_data/{module}/{table}") { Query = "project_id=$project" },
        new("POST /custom_data/{module}/{table}") { Query = "project_id=$project", Body = """{"record": {"number": "$n"}}""" },
        new("GET /custom_data/{module}/{table}/{id}") { Id = "row", Query = "project_id=$project" },
        new("PATCH /custom_data/{module}/{table}/{id}")
        {
            Id = "row",
            Query = "project_id=$project",
            Body = """{"record": {"number": "$n"}}""",
        },
        new("DELETE /custom_data/{module}/{table}/{id}")
        {
            Id = "row",
            Query = "project_id=$project",
            Before = w => w.AddRowAsync(),
        },
        new("GET /ext/custom_data/{module}/{table}") { Query = "project_id=$project" },
        new("POST /ext/custom_data/{module}/{table}")
        {
            Query = "project_id=$project",
            Body = """{"record": {"number": "$n"}}""",
        },
        new("GET /ext/custom_data/{module}/{table}/{id}") { Id = "row", Query = "project_id=$project" },
        new("PATCH /ext/custom_data/{module}/{table}/{id}")
        {
            Id = "row",
            Query = "project_id=$project",
            Body = """{"record": {"number": "$n"}}""",
        },
        new("DELETE /ext/custom_data/{module}/{table}/{id}")
        {
            Id = "row",
            Query = "project_id=$project",
            Before = w => w.AddRowAsync(),
        },
        new("POST /ext/telemetry") { Body = """{"event": "issue.created", "status": "ok"}""" },
        new("POST /ext/webhooks/subscribe")
        {
            Body = """{"webhook": {"url": "http://127.0.0.1:1/$n", "events": ["issue.created"]}}""",
        },
        new("DELETE /ext/webhooks/{id}") { Id = "webhook", Before = w => w.SubscribeAsync() },
        new("POST /ext/webhooks/{id}/rotate_secret") { Id = "webhook", Before = w => w.SubscribeAsync() },
        new("POST /ext/webhooks/{id}/test") { Id = "webhook", Before = w => w.SubscribeAsync() },
        new("GET /webhook_deliveries/{id}") { Id = "delivery" },
        new("POST /webhook_deliveries/{id}/redeliver") { Id = "delivery" },
        new("POST /webhook_deliveries/redeliver") { Body = """{"filter": {"event": "extension.test"}}""" },
        new("GET /ext/webhook_deliveries/{id}") { Id = "delivery" },
        new("POST /ext/webhook_deliveries/{id}/redeliver") { Id = "delivery" },
        new("POST /ext/webhook_deliveries/redeliver") { Body = """{"filter": {"event": "extension.test"}}""" },
        new("GET /audit/records/{id}") { Id = "record" },
        new("GET /audit/records/{id}/proof") { Id = "record" },
    ];

    /// <summary>
    /// Routes about the administrator as a person. An application acts as its own service user, so it is somebody else.
    /// </summary>
    private static readonly string[] Personal =
    [
        "POST /issues/{issue}/approvals/{id}/approve",
        "POST /issues/{issue}/approvals/{id}/reject",
        "PATCH /notifications/{id}",
    ];

    private IReadOnlyList<(ApiRoute Route, Sample Sample)> Routes =>
        [.. ApiRoute.All(server).Select(route => (route, SampleOf(route)))];

    [Fact]
    public void Every_route_has_one_row_and_every_row_a_route()
    {
        var (rows, routes) = (ReadRows(), Routes.Select(r => NameOf(r.Route)).ToList());

        Assert.Equal(routes.Order(), rows.Select(r => r[0]).Order());
        Assert.Empty(Samples.Select(s => s.Route).Except(routes));
        Assert.Equal(Samples.Count, Samples.DistinctBy(s => s.Route).Count());
    }

    [Fact]
    public async Task The_server_does_what_the_table_says()
    {
        var world = await World.BuildAsync(server, "com.example.shop");
        var rows = ReadRows().ToDictionary(r => r[0], r => string.Join(" | ", r));
        List<string> differences = [];

        foreach (var (route, sample) in Routes)
        {
            List<string> row = [NameOf(route), ScopesOf(route)];
            foreach (var caller in world.Callers)
                row.Add(Describe((await AskAsync(world, caller, route, sample)).Status));
            if (string.Join(" | ", row) is var actual && rows.GetValueOrDefault(row[0]) != actual)
                differences.Add($"| {actual} |");
        }

        Assert.True(differences.Count == 0, $"The server does:\n{string.Join('\n', differences)}");
    }

    /// <summary>
    /// An administrator's token with only the scope of the route does what an unrestricted one does, and with every other scope
    /// it does nothing. Each route is called with one kind of token, the next with another, and refuses all kinds.
    /// </summary>
    [Fact]
    public async Task Every_kind_of_token_needs_the_scope_of_the_route_and_no_other()
    {
        var world = await World.BuildAsync(server, "com.example.shop");
        List<string> faults = [];

        foreach (var (index, (route, sample)) in Routes.Index())
        {
            string[] needed = [.. route.Endpoint.Metadata.GetOrderedMetadata<RequiredScope>().Select(n => n.ToString())];
            foreach (var lacking in needed.Select(n => n.Split(':')[0]))
            {
                string[] others = [.. Scope.KnownResources.Where(r => r != lacking && r != Scope.Admin)];
                foreach (var kind in World.TokenKinds)
                    await CheckAsync(kind, others, sample with { Before = null }, "403");
            }

            var asked = World.TokenKinds[index % World.TokenKinds.Length];
            if (needed.Length > 0 && !IsGranting(route) && !(asked is "oauth" && Personal.Contains(NameOf(route))))
            {
                var unrestricted = await AskAsync(world, world.Callers[0], route, sample);
                await CheckAsync(asked, needed, sample, Describe(unrestricted.Status));
            }

            async Task CheckAsync(string kind, string[] scopes, Sample request, string expected)
            {
                var caller = new Caller(kind, await world.TokenAsync(kind, scopes));
                var (status, text) = await AskAsync(world, caller, route, request);
                if (Describe(status) != expected)
                    faults.Add($"{NameOf(route)} by a {kind} token with {string.Join(' ', scopes)}: {status} {text}");
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    /// <summary>
    /// Another organization's resources get exactly the same answer as missing ones. On PostgreSQL, its policies would hide a
    /// query of ours that forgets the filter, so this server has none.
    /// </summary>
    [Fact]
    public async Task Nothing_of_another_organization_can_be_named()
    {
        await using var withoutPolicies = KiketServer.IsPostgres ? await StartWithoutPoliciesAsync() : null;
        var world = await World.BuildAsync(withoutPolicies ?? server, "com.example.shop");
        var foreign = await World.BuildAsync(withoutPolicies ?? server, "com.example.foreign");
        List<string> faults = [];
        var tried = 0;

        foreach (var (route, sample) in Routes)
        {
            var names = Names()
                .Matches($"{sample.Query} {sample.Body}")
                .Select(m => m.Groups[1].Value)
                .Concat(Parameters().Matches(route.Path).Select(m => m.Groups[1].Value == "id" ? sample.Id! : m.Groups[1].Value))
                .Where(World.Owned.Contains)
                .Distinct();
            foreach (var name in names)
            {
                foreach (var caller in world.Callers.Where(c => c.Name is "Administrator" || IsExtensionAt(c, route)))
                {
                    var missing = name is "module" ? "com.example.missing" : "987654321987";
                    var unknown = await AskAsync(world, caller, route, sample, (name, missing));
                    var known = await AskAsync(world, caller, route, sample, (name, foreign.Things[name]));
                    tried++;
                    if (Anonymous(known, foreign.Things[name]) != Anonymous(unknown, missing) || IsDone(known.Status))
                        faults.Add($"{NameOf(route)} with ${name} by {caller.Name}: {known}, but a missing one: {unknown}");

                    bool IsDone(int status) => status < 400 && route.Method is not "GET"; // a filter finds nothing
                }
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.InRange(tried, 200, int.MaxValue);
    }

    private static async Task<KiketServer> StartWithoutPoliciesAsync()
    {
        var started = new KiketServer { Settings = new Dictionary<string, string> { ["Database:RowLevelSecurity"] = "false" } };
        await started.InitializeAsync();
        return started;
    }

    private static bool IsExtensionAt(Caller caller, ApiRoute route) =>
        caller.Name is "Extension"
        && (
            route.Path.Contains("/ext/", StringComparison.Ordinal) || route.Path.Contains("{extension}", StringComparison.Ordinal)
        );

    /// <summary>An answer without the id of the request, and a refusal without the requested name.</summary>
    private static string Anonymous((int Status, string Text) answer, string name)
    {
        var text = RequestIds().Replace(answer.Text, "");
        return $"{answer.Status} {(answer.Status < 400 ? text : Regex.Replace(text, $@"\b{Regex.Escape(name)}\b", "#"))}";
    }

    /// <param name="instead">A thing that the request names instead of its own.</param>
    /// <param name="ready">Awaited when everything that the request needs is there.</param>
    internal static async Task<(int Status, string Text)> AskAsync(
        World world,
        Caller caller,
        ApiRoute route,
        Sample sample,
        (string Name, string Value)? instead = null,
        Func<Task>? ready = null
    )
    {
        var things = world.Begin(caller);
        if (sample.Before is not null)
            await sample.Before(world);
        if (ready is not null)
            await ready();
        if (instead is { } other)
            things[other.Name] = other.Value;
        var address = Parameters()
            .Replace(route.Path, m => things[m.Groups[1].Value == "id" ? sample.Id ?? "no id" : m.Groups[1].Value]);
        if (sample.Query is not null)
            address += $"?{world.Fill(sample.Query)}";
        using var response = await world.Client.SendAsync(
            new(new(route.Method), address)
            {
                Content = sample.Body is null
                    ? null
                    : new StringContent(world.Fill(sample.Body), Encoding.UTF8, "application/json"),
            },
            HttpCompletionOption.ResponseHeadersRead // a stream of events does not end
        );
        var isStream = response.Content.Headers.ContentType?.MediaType is "text/event-stream";
        return ((int)response.StatusCode, isStream ? "" : await response.Content.ReadAsStringAsync());
    }

    private static string Describe(int status) => status < 300 ? "yes" : $"{status}";

    /// <summary>The request for a route.</summary>
    internal static Sample SampleOf(ApiRoute route) =>
        Samples.SingleOrDefault(s => s.Route == NameOf(route)) ?? new(NameOf(route));

    internal static string NameOf(ApiRoute route) => route.ToString().Replace("/api/v1", "", StringComparison.Ordinal);

    internal static string ScopesOf(ApiRoute route) =>
        route.Endpoint.Metadata.GetOrderedMetadata<RequiredScope>() is { Count: > 0 } needed ? string.Join(", ", needed) : "none";

    /// <summary>Whether the route requires more scopes than its own, as <see cref="Tokens.GrantingRouteTests"/> shows.</summary>
    private static bool IsGranting(ApiRoute route) => Tokens.GrantingRouteTests.Grants(NameOf(route));

    /// <param name="ofPages">Whether to read the second table, of the routes outside /api/v1.</param>
    internal static List<string[]> ReadRows(bool ofPages = false) =>
        [
            .. File.ReadAllText(Document)
                .Split("\n## Pages", 2)[ofPages ? 1 : 0]
                .Split('\n')
                .Where(line => Row().IsMatch(line))
                .Select(line => line.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries)),
        ];

    internal static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Kiket.sln")))
            folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    [GeneratedRegex(@"\$(\w+)")]
    private static partial Regex Names();

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Parameters();

    [GeneratedRegex("\"request_id\":\"[^\"]*\"")]
    private static partial Regex RequestIds();

    [GeneratedRegex(@"^\| (GET|POST|PUT|PATCH|DELETE) /")]
    private static partial Regex Row();

    /// <param name="Route">The route as in the table.</param>
    internal sealed record Sample(string Route)
    {
        /// <summary>Its query; <c>$name</c> is an id of the world, and <c>$n</c> a new number.</summary>
        public string? Query { get; init; }

        public string? Body { get; init; }

        /// <summary>What the <c>{id}</c> of its path refers to.</summary>
        public string? Id { get; init; }

        /// <summary>Created for each request, which uses it up.</summary>
        public Func<World, Task>? Before { get; init; }
    }
}

/// <param name="Permissions">The permissions of an extension; null for a user.</param>
internal sealed record Caller(string Name, HttpClient Client, string[]? Permissions = null, long? Extension = null)
{
    /// <summary>Whether the extension uses the token of a delivery instead of its key.</summary>
    public bool ByRuntimeToken { get; init; }
}
