using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Events;
using Kiket.Infrastructure.Events;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Actions;

/// <summary>A project <c>ACT</c> with a workflow of its own, and the outbox run by hand.</summary>
internal static class Board
{
    public static async Task<Tenant> NewBoardAsync(
        this KiketServer server,
        string workflow,
        params (string Path, string Content)[] more
    )
    {
        var tenant = await server.NewTenantAsync();
        (string Path, string Content)[] files = [(".kiket/workflows/main.yaml", workflow), .. more];
        await tenant
            .Admin.PostJsonAsync(
                "/api/v1/definitions/import",
                new { project_key = "ACT", files = files.Select(f => new { path = f.Path, content = f.Content }) }
            )
            .OkAsync();
        return tenant;
    }

    /// <summary>Processes all that waits, this tenant's and others'.</summary>
    public static Task RunOutboxAsync(this Tenant tenant) =>
        tenant.Server.Services.GetRequiredService<OutboxProcessor>().RunAsync(TestContext.Current.CancellationToken);

    public static Task<JsonNode> ReadAsync(this Tenant tenant, string path) => tenant.Admin.GetAsync($"/api/v1/{path}").OkAsync();

    public static Task<JsonNode> MoveAsync(this Tenant tenant, string issue, string to) =>
        tenant.Admin.PostJsonAsync($"/api/v1/issues/{issue}/transition", new { to }).OkAsync();

    /// <summary>How an issue's actions have ended, as <c>on_enter.doing.notify done: 1 notified.</c></summary>
    public static async Task<List<string>> ReadActionsAsync(this Tenant tenant, string issue) =>
        [
            .. (await tenant.ReadAsync($"issues/{issue}/history?per_page=100"))["data"]!
                .AsArray()
                .Where(e => (string?)e!["action"] == "action_run")
                .Select(e =>
                    $"{((string?)e!["changes"]![0]!["field"])!["actions.".Length..]} {e["changes"]![0]!["to"]}: {e["comment"]}"
                ),
        ];

    public static async Task<List<LoggedEvent>> ReadOutboxAsync(this Tenant tenant)
    {
        await using var scope = tenant.Server.Services.CreateAsyncScope();
        return await scope
            .ServiceProvider.GetRequiredService<KiketDbContext>()
            .Events.IgnoreQueryFilters()
            .Where(m => m.OrganizationId == tenant.OrganizationId)
            .OrderBy(m => m.Id)
            .ToListAsync();
    }
}
