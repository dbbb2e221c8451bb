using System.Text;
using Kiket.Api.Authentication;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Common;
using Kiket.Domain.Tokens;

namespace Kiket.Api.Tests.Extensions;

/// <summary>Every route for extensions with every spelling of every permission: it opens only its own routes.</summary>
[Trait("Database", "Sqlite")]
public sealed class ScopeMatrixTests(KiketServer server)
{
    private static readonly string[] Actions = ["read", "write", "execute"];

    [Fact]
    public async Task A_permission_opens_the_routes_that_it_means_in_every_spelling()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await tenant.AddIssueAsync();
        var routes = ApiRoute.All(server).Where(r => r.Path.StartsWith("/api/v1/ext/", StringComparison.Ordinal)).ToList();
        Assert.True(routes.Count >= 16, $"{routes.Count}");
        string[] permissions =
        [
            .. Scope.KnownResources.SelectMany(r =>
                Actions.SelectMany(a => new[] { $"{a}:{r}", $"{r}:{a}", $"{r}.{a}" }).Append(r)
            ),
            "*",
            "admin",
            "nonsense",
            "issues:delete",
            "attachments:read",
        ];

        var (checks, opened, failures) = (0, 0, new List<string>());
        foreach (var permission in permissions)
        {
            var installed = await Installed.NewAsync(tenant, "LEGAL", $"com.example.x{checks}", permission);
            foreach (var route in routes)
            {
                checks++;
                var needed = route.Endpoint.Metadata.GetMetadata<RequiredScope>();
                var response = await installed.Client.SendAsync(
                    new(new(route.Method), route.Sample)
                    {
                        Content = route.Method is "GET" or "DELETE"
                            ? null
                            : new StringContent("{}", Encoding.UTF8, "application/json"),
                    }
                );
                var isRefused = (await response.Content.ReadAsStringAsync()).Contains(
                    "AUTH_FORBIDDEN_SCOPE",
                    StringComparison.Ordinal
                );
                var isMeant = needed is null || Means(permission, needed);
                opened += isMeant ? 1 : 0;
                if (
                    isRefused == isMeant
                    || (int)response.StatusCode is 401 or >= 500
                    || response.Content.Headers.ContentType?.MediaType != "application/json"
                )
                    failures.Add($"{permission} at {route}: {(int)response.StatusCode}");
            }
        }

        Assert.True(failures.Count == 0, $"{string.Join('\n', failures)}\n{KiketServer.Errors}");
        Assert.True(checks > 2_000 && opened > 200, $"{checks} checks, {opened} opened");
    }

    /// <summary>
    /// The rules, written independently of the product: write includes read and execute, and a bare name means everything.
    /// </summary>
    private static bool Means(string permission, RequiredScope needed)
    {
        if (permission is "*" or "admin")
            return true;
        var words = permission.Split(':', '.');
        if (!words.Contains(needed.Resource))
            return false;
        if (words is [_])
            return true;
        var action = words.Single(w => w != needed.Resource);
        return action == WireName.Of(needed.Action) || action == "write";
    }
}
