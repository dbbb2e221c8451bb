using Kiket.Api.Tests.Infrastructure;
using Kiket.Application.Tests.Persistence;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Issues;

/// <summary>A list takes the same number of statements, whatever it contains.</summary>
public sealed class IssueStatementTests : IAsyncLifetime
{
    private readonly StatementCounter counter = new();
    private readonly KiketServer server;

    public IssueStatementTests() => server = new() { TestServices = counter.Listen };

    public ValueTask InitializeAsync() => server.InitializeAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task Listing_25_issues_takes_a_fixed_number_of_SQL_statements()
    {
        var tenant = await server.NewTenantAsync();
        var (developer, client) = await tenant.AddUserAsync(OrganizationRole.Developer);
        await tenant.AddProjectAsync();
        var epic = (long)(await tenant.AddIssueAsync(fields: new { issue_type = "Epic" }))["id"]!;
        var plain = (long)(await tenant.AddIssueAsync())["id"]!;
        var rich = (long)
            (
                await tenant.AddIssueAsync(
                    fields: new
                    {
                        parent_id = epic,
                        assignee_id = developer,
                        labels = new[] { "a" },
                    }
                )
            )["id"]!;
        await CopyAsync(plain, 3);
        await CopyAsync(rich, 4);
        foreach (var user in new[] { tenant.Admin, client })
        {
            await user.GetAsync("/api/v1/issues").OkAsync(); // notes that the token is used, once a minute

            var few = await StatementsAsync(user, 10, 10);
            Assert.Equal(2, few.Count); // how many, the page
        }

        await CopyAsync(plain, 5_000);
        await CopyAsync(rich, 4_990);

        foreach (var user in new[] { tenant.Admin, client })
            Assert.Equal(2, (await StatementsAsync(user, 10_000, 25)).Count);
    }

    [Fact]
    public async Task The_transitions_from_a_state_take_a_fixed_number_of_SQL_statements()
    {
        var tenant = await server.NewTenantAsync();
        var counts = new List<int>();
        foreach (var ways in new[] { 1, 30 })
        {
            var key = $"WAYS{ways}";
            await tenant
                .Admin.PostJsonAsync(
                    "/api/v1/definitions/import",
                    new
                    {
                        project_key = key,
                        files = new[] { new { path = ".kiket/workflows/main.yaml", content = WorkflowWith(ways) } },
                    }
                )
                .OkAsync();
            await tenant.AddIssueAsync(key, fields: new { assignee_id = tenant.AdminId });
            for (var i = 0; i < ways; i++)
            {
                await tenant
                    .Admin.PatchJsonAsync($"/api/v1/issues/{key}-1/checklists/list{i}:item", new { @checked = true })
                    .OkAsync();
                await tenant
                    .Admin.PostJsonAsync($"/api/v1/issues/{key}-1/transition", new { to = $"s{i}" })
                    .RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED");
            }

            var other = (long)(await tenant.AddIssueAsync(key))["id"]!;
            await CopyAsync(other, ways * 10);
            // Notes that the token is used, once a minute.
            await tenant.Admin.GetAsync($"/api/v1/issues/{key}-1/transitions").OkAsync();

            counter.Statements.Clear();
            var answer = await tenant.Admin.GetAsync($"/api/v1/issues/{key}-1/transitions").OkAsync();
            counts.Add(counter.Statements.Count);
            Assert.Equal(ways, answer["transitions"]!.AsArray().Count);
            Assert.All(
                answer["transitions"]!.AsArray(),
                t => Assert.Equal("APPROVAL_REQUIRED", (string?)t!["reasons"]![0]!["code"])
            );
        }

        // The issue, its project, its people, their approvals, the checked items, and the counts of limited states.
        Assert.Equal([6, 6], counts);
    }

    /// <summary>
    /// A workflow whose first state has the given number of transitions, each with a limit, a checklist and an approval.
    /// </summary>
    private static string WorkflowWith(int ways) =>
        $"""
            workflow: main
            states:
              open: {string.Empty}
            {string.Concat(
                Enumerable.Range(0, ways).Select(i => $"  s{i}: {{wip_limit: 5, checklist: {{id: list{i}, items: [item]}}}}\n")
            )}
            transitions:
            {string.Concat(
                Enumerable.Range(0, ways).Select(i =>
                    $"  - {{from: open, to: s{i}, conditions: [{{checklist: list{i}, complete: true}}], require_approval: 1}}\n"
                )
            )}
            """;

    private async Task<IReadOnlyCollection<string>> StatementsAsync(HttpClient client, int total, int shown)
    {
        counter.Statements.Clear();
        var page = await client.GetAsync("/api/v1/issues?per_page=25").OkAsync();
        Assert.Equal(total, (int)page["meta"]!["total"]!);
        Assert.Equal(shown, page["data"]!.AsArray().Count);
        return [.. counter.Statements];
    }

    private async Task CopyAsync(long issue, int count)
    {
        await using var scope = server.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<KiketDbContext>().CopyIssueAsync(new(issue), count);
    }
}
