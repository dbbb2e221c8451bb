using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Api.Tests.OpenApi;
using Kiket.Domain.Issues;

namespace Kiket.Api.Tests.Issues;

/// <summary>The fields of an issue on the wire are the declared ones.</summary>
public sealed class IssueFieldTests(KiketServer server)
{
    /// <summary>Parameters that do not filter by a field.</summary>
    private static readonly string[] Others =
    [
        "count",
        "project",
        "project_id",
        "project_key",
        "sla",
        "search",
        "page",
        "per_page",
        "sort",
        "assignee_id",
        "assigned_to",
    ];

    [Fact]
    public async Task Lists_are_filtered_by_the_parameters_that_fields_declare()
    {
        var operation = (await ApiDocument.ReadAsync(server)).Find("GET", "/api/v1/issues")!;
        var parameters = operation
            .ActualParameters.Where(p => p.Kind is NSwag.OpenApiParameterKind.Query)
            .Select(p => p.Name)
            .ToList();

        Assert.Empty(IssueFields.All.SelectMany(f => f.Filters).Except(parameters));
        Assert.Empty(parameters.Except(IssueFields.All.SelectMany(f => f.Filters)).Except(Others));
    }

    [Fact]
    public async Task Lists_are_sorted_by_every_field_that_declares_a_key()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await tenant.AddIssueAsync();

        foreach (var field in IssueFields.All.Where(f => f.SortKey is not null))
            await tenant.Admin.GetAsync($"/api/v1/issues?sort={field.Name} desc").OkAsync();
    }

    [Fact]
    public async Task An_issue_shows_every_field_of_its_history()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var issue = await tenant.AddIssueAsync();

        Assert.All(
            IssueFields.For(FieldUses.History),
            field => Assert.True(issue.AsObject().ContainsKey(field.Name), field.Name)
        );
    }

    [Fact]
    public async Task A_start_date_is_set_changed_announced_and_removed()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var opened = await tenant.AddIssueAsync(
            fields: new
            {
                start_date = "2026-01-12",
                story_points = 3,
                labels = new[] { "a" },
            }
        );
        var path = $"/api/v1/issues/{opened["key"]}";

        var changed = await tenant.Admin.PatchJsonAsync(path, new { issue = new { start_date = "2026-01-13" } }).OkAsync();
        var cleared = await tenant.Admin.PatchJsonAsync(path, new { start_date = (string?)null }).OkAsync();

        Assert.Equal(("2026-01-12", "2026-01-13"), ((string?)opened["start_date"], (string?)changed["start_date"]));
        Assert.True(cleared.AsObject().ContainsKey("start_date") && cleared["start_date"] is null);
        var history = (await tenant.Admin.GetAsync($"{path}/history?sort=id").OkAsync())["data"]!.AsArray();
        Assert.Contains("start_date: \"2026-01-12\"", Told(history[0]!));
        Assert.Contains("story_points: 3", Told(history[0]!));
        Assert.Contains("labels: [\"a\"]", Told(history[0]!));
        Assert.Equal(["start_date: \"2026-01-13\""], Told(history[1]!));
        await tenant.Admin.PatchJsonAsync(path, new { start_date = "soon" }).RefusedAsync(422, "VALIDATION_ERROR");
    }

    private static IEnumerable<string> Told(JsonNode entry) =>
        entry["changes"]!.AsArray().Select(c => $"{c!["field"]}: {c["to"]?.ToJsonString()}");
}
