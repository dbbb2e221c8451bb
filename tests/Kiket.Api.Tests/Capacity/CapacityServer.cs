using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Kiket.Api.Tests.Capacity;

/// <summary>A server on which it is Monday, 21 December 2026, nine in the morning, and whose statements are counted.</summary>
public sealed class CapacityServer : IAsyncLifetime
{
    public CapacityServer() =>
        Server = new()
        {
            TestServices = services =>
            {
                Counter.Listen(services);
                services.AddSingleton<TimeProvider>(Clock);
            },
        };

    internal StatementCounter Counter { get; } = new();

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 12, 21, 9, 0, 0, TimeSpan.Zero));

    public KiketServer Server { get; }

    public ValueTask InitializeAsync() => Server.InitializeAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

/// <summary>Short ways to fill a team.</summary>
internal static class TeamSteps
{
    /// <summary>A developer who works in some projects, with this capacity.</summary>
    public static async Task<long> AddWorkerAsync(
        this Tenant tenant,
        decimal? capacity,
        string[] projects,
        params string[] skills
    )
    {
        var (id, _) = await tenant.AddUserAsync(OrganizationRole.Developer);
        await tenant.Admin.PatchJsonAsync($"/api/v1/users/{id}", new { capacity, expertise_tags = skills }).OkAsync();
        foreach (var project in projects)
            await tenant
                .Admin.PostJsonAsync($"/api/v1/projects/{project}/members", new { user_id = id, role = "member" })
                .CreatedAsync();
        return id;
    }

    public static async Task<long> AssignAsync(
        this Tenant tenant,
        long user,
        decimal? points,
        object? more = null,
        string project = "LEGAL",
        string title = "An issue"
    )
    {
        var fields = more is null ? [] : System.Text.Json.JsonSerializer.SerializeToNode(more)!.AsObject();
        fields["assignee_id"] = user;
        fields["story_points"] = points;
        return (long)(await tenant.AddIssueAsync(project, title, fields))["id"]!;
    }

    public static async Task FinishAsync(this Tenant tenant, long issue)
    {
        foreach (var state in new[] { "in_progress", "review", "done" })
            await tenant.Admin.PostJsonAsync($"/api/v1/issues/{issue}/transition", new { to = state }).OkAsync();
    }

    public static Task<JsonNode> ReadTeamAsync(this Tenant tenant, string query = "", HttpClient? client = null) =>
        (client ?? tenant.Admin).GetAsync($"/api/v1/capacity/team{query}").OkAsync();

    public static Task<JsonNode> RecommendAsync(this Tenant tenant, string query = "", HttpClient? client = null) =>
        (client ?? tenant.Admin).GetAsync($"/api/v1/capacity/recommendations{query}").OkAsync();

    public static JsonNode Of(this JsonNode team, long user) =>
        Assert.Single(team["data"]!.AsArray(), m => (long)m!["user"]!["id"]! == user)!;
}
