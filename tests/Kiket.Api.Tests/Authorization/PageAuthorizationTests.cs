using Kiket.Api.Tests.Infrastructure;
using Kiket.Api.Tests.Operations;
using Kiket.Api.Tests.Webhooks;
using Kiket.Domain.Users;
using Microsoft.AspNetCore.WebUtilities;

namespace Kiket.Api.Tests.Authorization;

/// <summary>
/// Walks the second table of <c>docs/authorization.md</c> against a running server: every route outside <c>/api/v1</c>, with
/// things of one organization, as every visitor. A route without a row fails it.
/// </summary>
[Trait("Database", "Sqlite")]
public sealed class PageAuthorizationTests(KiketServer provider)
{
    private const string ServerToken = "token-of-the-dashboard-and-the-metrics";
    private const string Callback = "https://app.example.com/callback";

    /// <summary>Paths that middleware serves, so that no list of routes has them.</summary>
    private static readonly string[] OfMiddleware =
    [
        "GET /hangfire",
        "GET /metrics",
        "GET /api/v1/docs",
        "GET /api/v1/openapi.json",
        "GET /.well-known/openid-configuration",
        "GET /connect/jwks",
        "POST /connect/device",
        "POST /connect/introspect",
        "POST /connect/revoke",
    ];

    [Fact]
    public async Task The_server_does_what_the_table_of_pages_says()
    {
        await using var server = await StartAsync();
        var tenant = await server.NewTenantAsync();
        var things = await AddThingsAsync(tenant);
        var visitors = await AddVisitorsAsync(tenant);
        var routes = ApiRoute
            .Everywhere(server)
            .Where(r => !r.Path.StartsWith("/api/v1/", StringComparison.Ordinal))
            .Select(r => r.ToString())
            .Concat(OfMiddleware)
            .OrderBy(r => r is "POST /sign-out"); // after it, nobody has signed in

        List<string> rows = [];
        foreach (var route in routes)
        {
            var address = things.Aggregate(route.Split(' ')[1], (path, thing) => path.Replace(thing.Name, thing.Value));
            List<string> row = [route];
            foreach (var visitor in visitors)
                row.Add(await AskAsync(visitor, route.Split(' ')[0], address));
            rows.Add(string.Join(" | ", row));
        }

        var documented = AuthorizationTableTests.ReadRows(ofPages: true).ConvertAll(r => string.Join(" | ", r));
        var differences = rows.Except(documented).Select(r => $"| {r} |").ToList();
        Assert.True(differences.Count == 0, $"The server does:\n{string.Join('\n', differences)}");
        Assert.Equal(rows.Count, documented.Count);
    }

    /// <summary>A server with all optional routes.</summary>
    private async Task<KiketServer> StartAsync()
    {
        var server = new KiketServer
        {
            Settings = new Dictionary<string, string>
            {
                ["Dashboard:Token"] = ServerToken,
                ["Metrics:Token"] = ServerToken,
                ["SignIn:Authority"] = provider.Address.ToString(),
                ["SignIn:ClientId"] = "kiket",
                ["SignIn:ClientSecret"] = "secret",
                ["SignIn:Organization"] = "kiket",
            },
        };
        await server.InitializeAsync();
        return server;
    }

    /// <summary>What the parameters of the paths name.</summary>
    private static async Task<(string Name, string Value)[]> AddThingsAsync(Tenant tenant)
    {
        await tenant.AddProjectAsync();
        var webhook = await tenant.AddWebhookAsync("http://127.0.0.1:1/");
        await tenant.AddIssueAsync();
        await tenant.DeliverAsync();
        var delivery = (await tenant.DeliveriesAsync(webhook)).Single();
        var application = new
        {
            name = "Robot",
            scopes = new[] { "issues:read" },
            grant_types = new[] { "authorization_code" },
            redirect_uris = new[] { Callback },
        };
        var client = await tenant
            .Admin.PostJsonAsync("/api/v1/oauth_applications", new { oauth_application = application })
            .CreatedAsync();
        return
        [
            ("deliveries/{id}", $"deliveries/{delivery.Id}"),
            ("endpoints/{id}", $"endpoints/{webhook.Id}"),
            ("extensions/{id}", $"extensions/{webhook.ExtensionId}"),
            ("{project}/{workflow}", "LEGAL/default"),
            ("{file}", "workflow.json"),
            (
                "/connect/authorize",
                $"/connect/authorize?client_id={client["client_id"]}&response_type=code&scope=issues:read"
                    + $"&redirect_uri={Uri.EscapeDataString(Callback)}&code_challenge={new string('x', 43)}"
                    + "&code_challenge_method=S256"
            ),
        ];
    }

    /// <summary>The visitors in the order of the table.</summary>
    private static async Task<Browser[]> AddVisitorsAsync(Tenant tenant)
    {
        var (id, email) = await tenant.AddPersonAsync(OrganizationRole.Admin);
        await tenant.MakeOperatorAsync(id);
        var @operator = new Browser(tenant.Server);
        await @operator.SignInAsync(email);
        var stranger = await tenant.Server.NewTenantAsync();
        return
        [
            new(tenant.Server),
            await tenant.OpenBrowserAsync(OrganizationRole.Viewer),
            await tenant.OpenBrowserAsync(OrganizationRole.Developer),
            await tenant.OpenBrowserAsync(OrganizationRole.ProjectManager),
            await tenant.OpenBrowserAsync(),
            @operator,
            await stranger.OpenBrowserAsync(),
            new(tenant.Server) { Client = { DefaultRequestHeaders = { Authorization = new("Bearer", tenant.AdminToken) } } },
            new(tenant.Server) { Client = { DefaultRequestHeaders = { Authorization = new("Bearer", ServerToken) } } },
        ];
    }

    /// <summary>A form is sent with the fields that protect it from other sites, and nothing that a visitor enters.</summary>
    private static async Task<string> AskAsync(Browser visitor, string method, string address)
    {
        using var request = new HttpRequestMessage(new(method), address);
        if (method is "POST")
        {
            var (path, query) = (address.Split('?')[0], new Uri(visitor.Client.BaseAddress!, address).Query);
            var page = await visitor.GetPageAsync(path is "/account/password" ? path : "/sign-in");
            var parameters = QueryHelpers.ParseQuery(query).Select(p => KeyValuePair.Create(p.Key, p.Value.ToString()));
            request.RequestUri = new(path, UriKind.Relative);
            request.Content = new FormUrlEncodedContent([.. Browser.HiddenFieldsOf(page), .. parameters]);
        }

        using var response = await visitor.Client.SendAsync(request);
        var (status, target) = ((int)response.StatusCode, response.Headers.Location?.ToString() ?? "");
        return target.StartsWith("/sign-in?return_url=", StringComparison.Ordinal) ? "sign in"
            : target.Contains("error=access_denied", StringComparison.Ordinal) ? "denied"
            : status < 400 ? "yes"
            : $"{status}";
    }
}
