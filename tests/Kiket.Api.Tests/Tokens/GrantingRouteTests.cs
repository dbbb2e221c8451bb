using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kiket.Api.Tests.Extensions;
using Kiket.Api.Tests.Infrastructure;

namespace Kiket.Api.Tests.Tokens;

/// <summary>
/// Every route is listed here: either as one that can grant more than its own scope and therefore requires more scopes, or as one
/// that cannot. A new route that grants, imports or subscribes belongs in the first list, with a request that exceeds its scopes.
/// </summary>
public sealed class GrantingRouteTests(KiketServer server)
{
    /// <param name="Scopes">The scopes of the route itself.</param>
    /// <param name="Stored">What an administrator, or the requesting extension, reads of the data that the route stores.</param>
    /// <param name="ByExtension">The permissions of the requesting extension, or null for a user.</param>
    private sealed record Greed(
        string Route,
        string[] Scopes,
        string Stored,
        object? Body = null,
        bool ByExtension = false,
        string Code = "AUTH_FORBIDDEN_SCOPE"
    );

    private static readonly Greed[] Greedy =
    [
        new(
            "POST /personal_access_tokens",
            ["issues:read"],
            "/personal_access_tokens",
            new { name = "more", scopes = new[] { "issues:write" } }
        ),
        new("DELETE /personal_access_tokens/{token}", ["issues:read"], "/personal_access_tokens"),
        new("POST /tokens/{token}/rotate", ["issues:read"], "/personal_access_tokens"),
        new(
            "POST /extensions",
            ["extensions:write"],
            "/extensions",
            new { manifest = Installed.Manifest("com.example.greedy", "*") }
        ),
        new("POST /extensions/{extension}/api_key/rotate", ["extensions:write"], "/extensions/com.example.helper/audit_log"),
        new(
            "POST /extensions/{extension}/webhook_secret/rotate",
            ["extensions:write"],
            "/extensions/com.example.helper/audit_log"
        ),
        new("POST /extensions/{extension}/test", ["extensions:write"], "/webhook_deliveries"),
        new(
            "POST /extensions/{extension}/secrets",
            ["extensions:write"],
            "/extensions/com.example.helper/secrets",
            new { secret = new { key = "SHARED", value = "x" }, scope = "organization" },
            ByExtension: true,
            Code: "FORBIDDEN"
        ),
        new(
            "POST /extensions/{extension}/secrets/{key}",
            ["extensions:write"],
            "/extensions/com.example.helper/secrets",
            new { secret = new { value = "x" }, scope = "organization" },
            ByExtension: true,
            Code: "FORBIDDEN"
        ),
        new(
            "PATCH /extensions/{extension}/secrets/{key}",
            ["extensions:write"],
            "/extensions/com.example.helper/secrets",
            new { secret = new { value = "x" }, scope = "organization" },
            ByExtension: true,
            Code: "FORBIDDEN"
        ),
        new(
            "DELETE /extensions/{extension}/secrets/{key}?scope=organization",
            ["extensions:write"],
            "/extensions/com.example.helper/secrets",
            ByExtension: true,
            Code: "FORBIDDEN"
        ),
        new(
            "POST /definitions/import",
            ["workflows:write"],
            "/projects",
            new { files = new[] { new { path = ".kiket/project.yaml", content = "project: {key: PACK, name: Pack}" } } }
        ),
        new(
            "PUT /workflows/{workflow}?project_id=LEGAL",
            ["workflows:write"],
            "/workflows?project_id=LEGAL",
            """
            workflow: {id: flow, name: Flow, version: "1"}
            states: {open: {type: initial}, shut: {type: final, on_enter: [{action: webhook, url: "https://198.51.100.7"}]}}
            transitions: [{from: open, to: shut}]
            """
        ),
        new(
            "POST /workflows/{workflow}/migrate?project_id=LEGAL",
            ["workflows:write"],
            "/workflows?project_id=LEGAL",
            new { to_version = 1 }
        ),
        new(
            "POST /ext/webhooks/subscribe",
            ["webhooks:write"],
            "/ext/webhooks",
            new { url = "https://127.0.0.1/hook", events = new[] { "issue.created" } },
            ByExtension: true
        ),
    ];

    /// <summary>Routes that show less to a credential without another scope; other tests check that.</summary>
    private static readonly string[] Hiding = Lines(
        """
        GET /events
        GET /events/stream
        GET /extensions/{extension}/secrets
        GET /extensions/{extension}/secrets/{key}
        GET /webhook_deliveries/{id}
        GET /ext/webhook_deliveries/{id}
        """
    );

    /// <summary>
    /// Routes whose own scope covers everything that they do. Those of users, workspace tokens and applications need
    /// <c>admin</c>, which is every scope.
    /// </summary>
    private static readonly string[] Plain = Lines(
        """
        GET,POST /projects
        GET,PATCH,DELETE /projects/{project}
        GET,POST /projects/{project}/members
        DELETE /projects/{project}/members/{user}
        GET,POST /issues
        GET,PATCH,DELETE /issues/{issue}
        POST /issues/{issue}/transition
        POST,GET /issues/{issue}/transitions
        GET /issues/{issue}/history
        GET /issue_schema
        GET /issues/schema
        GET /projects/{project}/issue_schema
        GET /issues/{issue}/approvals
        POST /issues/{issue}/approvals/{id}/approve
        POST /issues/{issue}/approvals/{id}/reject
        GET /issues/{issue}/checklists
        PATCH /issues/{issue}/checklists/{item}
        GET,POST /issues/{issue}/comments
        GET,PATCH,DELETE /issues/{issue}/comments/{id}
        GET,POST /projects/{project}/milestones
        GET,PATCH,DELETE /projects/{project}/milestones/{id}
        GET /notifications
        PATCH /notifications/{id}
        POST /notifications/read_all
        GET,POST /users
        GET /users/current
        GET,PATCH /users/{user}
        POST /users/{user}/password_reset
        DELETE /users/{user}/two_factor
        POST /users/{user}/erase
        GET /me
        POST /invitations/accept
        GET /organizations/{organization}
        GET /sla_events
        GET /sla/at_risk
        GET /issues/{issue}/sla
        GET /ext/sla/events
        GET /health
        GET,PATCH /organization/settings
        GET /capacity/team
        GET /capacity/recommendations
        POST /capacity/reassign
        GET /audit_log
        GET /audit_log/verify
        GET /audit_log/export
        GET /audit/anchors
        GET /audit/anchors/{root}
        GET /audit/records/{id}
        GET /audit/records/{id}/proof
        POST /audit/verify
        GET,POST /workspace_api_tokens
        DELETE /workspace_api_tokens/{token}
        GET,POST /oauth_applications
        DELETE,PATCH /oauth_applications/{application}
        POST /oauth_applications/{application}/rotate
        GET /personal_access_tokens
        PATCH /tokens/{token}
        GET /definitions
        GET /workflows
        POST /workflows/validate
        GET /workflows/{workflow}
        POST /workflows/{workflow}/simulate
        GET /extensions
        GET,PATCH,DELETE /extensions/{extension}
        GET /extensions/{extension}/audit_log
        GET,POST /ext/issues
        GET,PATCH /ext/issues/{issue}
        POST /ext/issues/{issue}/transitions
        GET,POST /ext/issues/{issue}/comments
        PATCH,DELETE /ext/issues/{issue}/comments/{id}
        GET /ext/workflows/states
        POST /ext/workflows/trigger
        GET /ext/project
        GET /ext/project/members
        GET /ext/storage
        GET,PUT,DELETE /ext/storage/{key}
        GET,POST /custom_data_modules
        GET,POST /custom_data/{module}/{table}
        GET,PATCH,DELETE /custom_data/{module}/{table}/{id}
        GET,POST /ext/custom_data/{module}/{table}
        GET,PATCH,DELETE /ext/custom_data/{module}/{table}/{id}
        POST /ext/telemetry
        GET /ext/rate_limit
        GET /extensions/{extension}/reports
        POST /extensions/{extension}/events
        POST /extensions/logs
        POST /extensions/metrics
        POST /extensions/notifications
        GET /ext/webhooks
        DELETE /ext/webhooks/{id}
        POST /ext/webhooks/{id}/rotate_secret
        POST /ext/webhooks/{id}/test
        GET /webhook_deliveries
        POST /webhook_deliveries/{id}/redeliver
        POST /webhook_deliveries/redeliver
        GET /ext/webhook_deliveries
        POST /ext/webhook_deliveries/{id}/redeliver
        POST /ext/webhook_deliveries/redeliver
        """
    );

    /// <summary>Whether a route requires more than its own scope, depending on the request.</summary>
    internal static bool Grants(string route) => Greedy.Any(g => g.Route.Split('?')[0] == route);

    [Fact]
    public void Every_route_is_known_here()
    {
        var known = Greedy.Select(g => g.Route.Split('?')[0]).Concat(Hiding).Concat(Plain).ToList();
        var routes = ApiRoute.All(server).Select(r => r.ToString().Replace("/api/v1", "", StringComparison.Ordinal)).ToList();

        Assert.Equal(known.Order(), known.Distinct().Order());
        Assert.True(!routes.Except(known).Any(), $"Say what these routes give away:\n{string.Join('\n', routes.Except(known))}");
        Assert.Empty(known.Except(routes));
    }

    [Fact]
    public async Task A_route_gives_no_more_than_the_caller_has()
    {
        foreach (var greed in Greedy)
        {
            var tenant = await server.NewTenantAsync();
            await tenant.AddProjectAsync();
            var installed = await Installed.NewAsync(tenant, permissions: greed.ByExtension ? greed.Scopes : ["issues:read"]);
            await tenant
                .Admin.PostJsonAsync(
                    "/api/v1/extensions/com.example.helper/secrets",
                    new { secret = new { key = "API_TOKEN", value = "kept" }, scope = "organization" }
                )
                .CreatedAsync();
            var caller = greed.ByExtension ? installed.Client : await tenant.WithScopesAsync(greed.Scopes);
            var reader = greed.Stored.StartsWith("/ext/", StringComparison.Ordinal) ? installed.Client : tenant.Admin;
            var before = await StoredAsync();

            var refusal = await AskAsync();

            Assert.Equal((greed.Route, 403, greed.Code), (greed.Route, refusal.Status, refusal.Code));
            Assert.Equal((greed.Route, before), (greed.Route, await StoredAsync()));

            async Task<string> StoredAsync()
            {
                var read = await reader.GetAsync($"/api/v1{greed.Stored}").OkAsync();
                return (read["meta"]?["total"] ?? read).ToJsonString();
            }

            async Task<(int Status, string? Code)> AskAsync()
            {
                var token = (long)
                    (await tenant.Admin.GetAsync("/api/v1/personal_access_tokens?sort=id").OkAsync())["personal_access_tokens"]![
                        0
                    ]!["id"]!;
                var (method, address) = (
                    greed.Route.Split(' ')[0],
                    greed
                        .Route.Split(' ')[1]
                        .Replace("{extension}", "com.example.helper")
                        .Replace("{key}", "API_TOKEN")
                        .Replace("{workflow}", "flow")
                        .Replace("{token}", $"{token}")
                );
                var response = await caller.SendAsync(
                    new(new(method), $"/api/v1{address}")
                    {
                        Content = greed.Body switch
                        {
                            null => null,
                            string yaml => new StringContent(yaml, Encoding.UTF8, "application/yaml"),
                            var body => new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json"),
                        },
                    }
                );
                return ((int)response.StatusCode, (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["code"]);
            }
        }
    }

    /// <summary>Routes by line: their methods, and their path.</summary>
    private static string[] Lines(string text) =>
        [
            .. from line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            let parts = line.Split(' ')
            from method in parts[0].Split(',')
            select $"{method} {parts[1]}",
        ];
}
