using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Common;
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

    /// <summary>Processes all waiting events, of this tenant and of others.</summary>
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

    public static Task<List<LoggedEvent>> ReadOutboxAsync(this Tenant tenant) =>
        tenant.ReadRowsAsync(db =>
            db.Events.IgnoreQueryFilters()
                .Where(m => m.OrganizationId == new OrganizationId(tenant.OrganizationId))
                .OrderBy(m => m.Id)
        );

    /// <summary>The events whose reactions have failed, or wait for those of an earlier event.</summary>
    public static Task<List<PostponedEvent>> ReadPostponedAsync(this Tenant tenant) =>
        tenant.ReadRowsAsync(db =>
            db.Set<PostponedEvent>()
                .Where(e => e.OrganizationId == new OrganizationId(tenant.OrganizationId))
                .OrderBy(e => e.EventId)
        );

    /// <summary>The ids of the events whose reactions have not run yet.</summary>
    public static async Task<List<long>> ReadWaitingAsync(this Tenant tenant)
    {
        var position = await tenant.ReadPositionAsync();
        var postponed = (await tenant.ReadPostponedAsync()).Where(e => e.NextAttemptAt is not null).Select(e => e.EventId);
        return
        [
            .. (await tenant.ReadOutboxAsync()).Where(e => e.Sequence > position || postponed.Contains(e.Id)).Select(e => e.Id),
        ];
    }

    /// <summary>The position of the cursor of the reactions.</summary>
    public static async Task<long> ReadPositionAsync(this Tenant tenant) =>
        (
            await tenant.ReadRowsAsync(db =>
                db.Set<EventCursor>()
                    .Where(c =>
                        c.OrganizationId == new OrganizationId(tenant.OrganizationId) && c.Consumer == EventConsumer.Reactions
                    )
                    .Select(c => c.Position)
            )
        ).SingleOrDefault();

    private static async Task<List<T>> ReadRowsAsync<T>(this Tenant tenant, Func<KiketDbContext, IQueryable<T>> rows)
    {
        await using var scope = tenant.Server.Services.CreateAsyncScope();
        return await rows(scope.ServiceProvider.GetRequiredService<KiketDbContext>()).ToListAsync();
    }
}
