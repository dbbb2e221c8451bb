using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kiket.Api.Tests.Actions;
using Kiket.Api.Tests.Extensions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Api.Tests.OAuth;
using Kiket.Domain.Common;
using Kiket.Domain.Notifications;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Authorization;

/// <summary>An organization with one of everything in a private project, and all kinds of callers.</summary>
internal sealed partial class World(Tenant tenant, string module)
{
    public const string Hash = "0x00000000000000000000000000000000000000000000000000000000000000aa";

    public static readonly string[] TokenKinds = ["personal", "workspace", "oauth"];

    /// <summary>The resources that belong to one organization and whose ids it does not choose.</summary>
    public static readonly string[] Owned =
    [
        "application",
        "approval",
        "comment",
        "delivery",
        "extension",
        "issue",
        "lead",
        "milestone",
        "module",
        "notification",
        "organization",
        "parent",
        "project",
        "row",
        "token",
        "user",
        "webhook",
    ];

    private const string Workflow = """
        workflow: { id: main, name: Main }
        states:
          open:
            type: initial
            sla: { breach: 8h }
            checklist: { id: tests, items: [{ id: looked, check_type: manual }] }
          doing: { type: active }
          done: { type: final }
        transitions:
          - { from: open, to: doing }
          - { from: open, to: done, require_approval: [{ assignment: { type: user, identifier: admin@example.com } }] }
        """;

    public static readonly string WorkflowBody = JsonSerializer.Serialize(new { workflow = new { yaml = Workflow } });

    /// <summary>A module with one table.</summary>
    public static string SchemaOf(string module) =>
        $$"""
            {"schema": {"module": "{{module}}", "version": "1.0",
              "tables": {"orders": {"columns": [{"name": "number", "type": "text"}] } } } }
            """;

    private readonly Dictionary<string, string> lasting = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HttpClient> tokens = new(StringComparer.Ordinal);
    private readonly List<(long User, string Role)> members = [];
    private Dictionary<string, string> current = [];
    private HttpClient? replaced;
    private Caller? caller;
    private int number;

    public IReadOnlyDictionary<string, string> Things => lasting;

    /// <summary>The administrator, the users by their role in the project, and the extensions, as the table has them.</summary>
    public IReadOnlyList<Caller> Callers { get; private set; } = [];

    /// <summary>The caller of the current request.</summary>
    public HttpClient Client => replaced ?? caller!.Client;

    private HttpClient Admin => tenant.Admin;

    private string Issue => $"/api/v1/issues/{current["issue"]}";

    public static async Task<World> BuildAsync(KiketServer server, string module)
    {
        var tenant = await server.NewBoardAsync(Workflow, (".kiket/project.yaml", "project: { key: ACT, name: Act }"));
        var world = new World(tenant, module);
        world.Callers = [new("Administrator", tenant.Admin)];
        world.Begin(world.Callers[0]);
        await world.BuildAsync();
        return world;
    }

    /// <summary>Begins a request. Resources created for it are only valid during it.</summary>
    /// <returns>The ids that it can use.</returns>
    public Dictionary<string, string> Begin(Caller by)
    {
        (caller, replaced, current) = (by, null, new(lasting, StringComparer.Ordinal));
        if (by.Extension is { } own)
            current["extension"] = $"{own}";
        return current;
    }

    public string Fill(string text) =>
        Name().Replace(text, m => m.Groups[1].Value == "n" ? $"{++number}" : current[m.Groups[1].Value]);

    /// <summary>A client of the administrator's, with a token of a kind and some scopes.</summary>
    public async Task<HttpClient> TokenAsync(string kind, string[] scopes)
    {
        var name = $"{kind} {string.Join(' ', scopes)}";
        if (!tokens.TryGetValue(name, out var client))
            tokens[name] = client = tenant.Server.NewClient(await IssueAsync());
        return client;

        async Task<string> IssueAsync()
        {
            if (kind is "oauth")
                return await tenant.Server.ExchangeAsync(await tenant.AddApplicationAsync(scopes));
            var path = kind is "personal" ? "/api/v1/personal_access_tokens" : "/api/v1/workspace_api_tokens";
            return (string)(await Admin.PostJsonAsync(path, new { name = "test", scopes }).CreatedAsync())["token"]!;
        }
    }

    public async Task AddProjectAsync()
    {
        current["project"] = IdOf(await tenant.AddProjectAsync(Fill("GONE$n"), "private"));
        foreach (var (user, role) in members)
            await JoinAsync(user, role);
    }

    public async Task AddMemberAsync()
    {
        var (user, _) = await tenant.AddUserAsync(OrganizationRole.Developer);
        await JoinAsync(user, "member");
        current["user"] = $"{user}";
    }

    public async Task AddDeactivatedAsync()
    {
        var (user, _) = await tenant.AddUserAsync(OrganizationRole.Developer);
        await Admin.PatchJsonAsync($"/api/v1/users/{user}", new { deactivated = true }).OkAsync();
        current["user"] = $"{user}";
    }

    public async Task AddIssueAsync() => current["issue"] = IdOf(await tenant.AddIssueAsync("ACT"));

    public async Task AskForApprovalAsync()
    {
        await AddIssueAsync();
        await Callers
            .Single(c => c.Name is "Member")
            .Client.PostJsonAsync($"{Issue}/transition", new { to = "done" })
            .RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED");
        current["approval"] = IdOf((await Admin.GetAsync($"{Issue}/approvals").OkAsync())["data"]![0]!);
    }

    /// <summary>An issue that may be closed.</summary>
    public async Task ApproveAsync()
    {
        await AskForApprovalAsync();
        await Admin.PostAsync($"{Issue}/approvals/{current["approval"]}/approve", null).OkAsync();
    }

    /// <summary>An issue with a child.</summary>
    public async Task AddFamilyAsync()
    {
        var parent = await tenant.AddIssueAsync("ACT", "The whole", new { issue_type = "Epic" });
        current["issue"] = IdOf(parent);
        await tenant.AddIssueAsync("ACT", "A part", new { parent_id = (long)parent["id"]! });
    }

    /// <summary>Another version of the workflow.</summary>
    public Task<JsonNode> PublishAsync() =>
        Admin
            .PutAsync(
                "/api/v1/workflows/main?project_id=ACT",
                Json(WorkflowBody.Replace("name: Main", Fill("name: Main $n"), StringComparison.Ordinal))
            )
            .OkAsync();

    public async Task AddCommentAsync() =>
        current["comment"] = await CreateAsync($"{Issue}/comments", new { body = "So it is." });

    public async Task AddMilestoneAsync() =>
        current["milestone"] = await CreateAsync($"/api/v1/projects/ACT/milestones", new { name = Fill("Spring $n") });

    public async Task InviteAsync()
    {
        var guest = new { email = Fill("guest$n@example.com"), role = "developer" };
        current["invitation"] = (string)(await Admin.PostJsonAsync("/api/v1/users", guest).CreatedAsync())["invitation_token"]!;
    }

    public async Task AddTokenAsync(string kind = "workspace_api_token") =>
        current["token"] = await CreateAsync($"/api/v1/{kind}s", new { name = "CI", scopes = new[] { "issues:read" } });

    public async Task AddApplicationAsync() => current["application"] = IdOf(await tenant.AddApplicationAsync("issues:read"));

    public Task SetSecretAsync() =>
        Admin.PostJsonAsync(
            $"/api/v1/extensions/{current["extension"]}/secrets/API_TOKEN",
            new { secret = new { value = "value" } }
        );

    /// <summary>An extension that the request uses up: the caller itself if it is an extension.</summary>
    public async Task InstallAsync()
    {
        var installed = await InstallAsync(Fill("com.example.gone$n"), caller!.Permissions ?? ["*"]);
        current["extension"] = $"{installed.Id}";
        if (caller.Extension is not null)
            replaced = caller.ByRuntimeToken ? await WithRuntimeTokenAsync(installed) : installed.Client;
    }

    public Task StoreAsync() => Extension.PutAsync("/api/v1/ext/storage/API_TOKEN", Json("""{"entry": {"value": 1}}"""));

    public async Task AddRowAsync()
    {
        var record = new { record = new { number = Fill("$n") } };
        var added = await Admin.PostJsonAsync($"/api/v1/custom_data/{module}/orders?project_id=ACT", record).CreatedAsync();
        current["row"] = IdOf(added["data"]!);
    }

    public async Task SubscribeAsync()
    {
        var subscription = new { url = Fill("http://127.0.0.1:1/$n"), events = new[] { "issue.created" } };
        current["webhook"] = IdOf(await Extension.PostJsonAsync("/api/v1/ext/webhooks/subscribe", subscription).CreatedAsync());
    }

    private HttpClient Extension => Callers.Single(c => c.Name is "Extension").Client;

    private async Task BuildAsync()
    {
        await Admin.PatchJsonAsync("/api/v1/projects/ACT", new { visibility = "private" }).OkAsync();
        var lead = await AddUserAsync("Lead", OrganizationRole.Developer, "lead");
        var member = await AddUserAsync("Member", OrganizationRole.Developer, "member");
        await AddUserAsync("Viewer", OrganizationRole.Developer, "viewer");
        await AddUserAsync("Manager", OrganizationRole.ProjectManager, "member");
        await AddUserAsync("Reader", OrganizationRole.Viewer, "member");
        await AddUserAsync("Outsider", OrganizationRole.ProjectManager, null);
        var extension = await InstallAsync("com.example.helper", ["*"]);
        var bare = await InstallAsync("com.example.bare", []);
        Callers =
        [
            .. Callers,
            new("Extension", extension.Client, ["*"], extension.Id),
            new("Delivery", await WithRuntimeTokenAsync(extension), ["*"], extension.Id) { ByRuntimeToken = true },
            new("Bare extension", bare.Client, [], bare.Id),
        ];

        (current["lead"], current["user"]) = ($"{lead}", $"{member}");
        (current["organization"], current["workflow"], current["item"]) = ($"{tenant.OrganizationId}", "main", "looked");
        (current["extension"], current["key"]) = ($"{extension.Id}", "API_TOKEN");
        (current["module"], current["table"], current["record"], current["root"]) = (module, "orders", "1", Hash);
        current["project"] = IdOf(await Admin.GetAsync("/api/v1/projects/ACT").OkAsync());
        current["parent"] = IdOf(await tenant.AddIssueAsync("ACT", "The whole", new { issue_type = "Epic" }));
        await Admin.PostAsync("/api/v1/custom_data_modules", Json(SchemaOf(module))).CreatedAsync();
        await AskForApprovalAsync();
        await AddCommentAsync();
        await AddMilestoneAsync();
        await AddTokenAsync();
        await AddApplicationAsync();
        await AddRowAsync();
        await SubscribeAsync();
        await SetSecretAsync();
        await Admin.PostAsync($"/api/v1/extensions/{extension.Id}/test", null);
        current["delivery"] = IdOf((await Admin.GetAsync("/api/v1/webhook_deliveries").OkAsync())["webhook_deliveries"]![0]!);
        current["notification"] = await NotifyAsync();
        foreach (var (name, value) in current)
            lasting[name] = value;
    }

    private async Task<long> AddUserAsync(string name, OrganizationRole role, string? projectRole)
    {
        var (id, client) = await tenant.AddUserAsync(role);
        Callers = [.. Callers, new(name, client)];
        if (projectRole is not null)
        {
            members.Add((id, projectRole));
            current["project"] = "ACT";
            await JoinAsync(id, projectRole);
        }

        return id;
    }

    private Task<JsonNode> JoinAsync(long user, string role) =>
        Admin.PostJsonAsync($"/api/v1/projects/{current["project"]}/members", new { user_id = user, role }).CreatedAsync();

    private async Task<Installed> InstallAsync(string id, string[] permissions)
    {
        var manifest = Installed.Manifest(id, permissions);
        manifest["extension"]!["callback"]!["url"] = "http://127.0.0.1:1/";
        var operations = new JsonArray("read", "write", "delete");
        manifest["extension"]!["custom_data"] = new JsonObject
        {
            ["permissions"] = new JsonArray(new JsonObject { ["module"] = module, ["operations"] = operations }),
        };
        var body = new
        {
            manifest,
            project_id = "ACT",
            strict = false,
        };
        return new(tenant.Server, await Admin.PostJsonAsync("/api/v1/extensions", body).CreatedAsync());
    }

    private async Task<HttpClient> WithRuntimeTokenAsync(Installed installed)
    {
        await using var scope = SignIn();
        var extension = await scope
            .ServiceProvider.GetRequiredService<KiketDbContext>()
            .Extensions.SingleAsync(e => e.Id == new ExtensionId(installed.Id));
        var token = await tenant
            .Server.Services.GetRequiredService<RuntimeTokens>()
            .CreateAsync(extension, extension.ProjectId, "test", TestContext.Current.CancellationToken);
        var client = tenant.Server.NewClient();
        client.DefaultRequestHeaders.Add("X-Kiket-Runtime-Token", token.Text);
        return client;
    }

    /// <summary>A notification of the administrator.</summary>
    private async Task<string> NotifyAsync()
    {
        await using var scope = SignIn();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var issue = await db.Issues.FirstAsync();
        var notification = Notification.About(issue, new(tenant.AdminId), "See", NotificationLevel.Info, DateTimeOffset.UtcNow);
        db.Notifications.Add(notification);
        await db.SaveChangesAsync();
        return $"{notification.Id}";
    }

    private AsyncServiceScope SignIn()
    {
        var scope = tenant.Server.Services.CreateAsyncScope();
        scope
            .ServiceProvider.GetRequiredService<CurrentActor>()
            .SignIn(new(new(tenant.OrganizationId), new(tenant.AdminId), OrganizationRole.Admin), []);
        return scope;
    }

    private async Task<string> CreateAsync(string path, object body) =>
        IdOf(await Admin.PostJsonAsync(path, body).CreatedAsync());

    private static string IdOf(JsonNode thing) => thing["id"]!.ToString();

    private static StringContent Json(string text) => new(text, System.Text.Encoding.UTF8, "application/json");

    [GeneratedRegex(@"\$(\w+)")]
    private static partial Regex Name();
}
