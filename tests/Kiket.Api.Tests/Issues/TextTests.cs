using Kiket.Api.Tests.Infrastructure;

namespace Kiket.Api.Tests.Issues;

/// <summary>What people write in any language, and what machines write for them.</summary>
public sealed class TextTests(KiketServer server)
{
    [Theory]
    [InlineData("οδός μου", "ΟΔΟΣ")]
    [InlineData("Pay\u00ADment fai\u200Blure", "payment failure")]
    [InlineData("支払い 変更", "支払い\u3000変更")]
    [InlineData("tab and space", "tab\tspace\u00A0and")]
    [InlineData("anything", "legal-1")]
    [InlineData("anything", "anything LEGAL-1")]
    [InlineData("Maße", "MASSE")]
    public async Task A_search_finds(string title, string search)
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await tenant.AddIssueAsync("LEGAL", title);
        await tenant.AddIssueAsync("LEGAL", "other");

        Assert.Equal(["LEGAL-1"], await KeysAsync(tenant, $"search={Uri.EscapeDataString(search)}"));
    }

    [Theory]
    [InlineData("パス変更", "バス")]
    [InlineData("バス", "ハ")]
    [InlineData("कि", "कु")]
    public async Task A_search_does_not_find(string title, string search)
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await tenant.AddIssueAsync("LEGAL", title);

        Assert.Empty(await KeysAsync(tenant, $"search={Uri.EscapeDataString(search)}"));
    }

    [Theory]
    [InlineData("issues", "%E2%80%8B")]
    [InlineData("issues", "%20")]
    [InlineData("projects", "%C2%AD%20")]
    public async Task A_search_for_nothing_is_refused(string list, string search)
    {
        var tenant = await server.NewTenantAsync();

        await tenant.Admin.GetAsync($"/api/v1/{list}?search={search}").RefusedAsync(400, "INVALID_PARAMETER", "search");
    }

    [Fact]
    public async Task Types_are_filtered_and_titles_sorted_the_same_in_every_locale()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        foreach (var title in new[] { "zebra", "Irmak", "Épic", "apple", "ırmak", "Zoo", "epicure" })
            await tenant.AddIssueAsync("LEGAL", title, new { issue_type = "UserStory" });

        Assert.Equal(7, (await KeysAsync(tenant, "issue_type=USERSTORY")).Length);
        Assert.Equal(7, (await KeysAsync(tenant, "issue_type=userstory")).Length);
        var sorted = (await tenant.Admin.GetAsync("/api/v1/issues?sort=title").OkAsync())["data"]!
            .AsArray()
            .Select(i => (string?)i!["title"]);
        Assert.Equal(["apple", "Épic", "epicure", "Irmak", "ırmak", "zebra", "Zoo"], sorted);
    }

    [Fact]
    public async Task Labels_and_titles_are_composed_and_labels_that_look_alike_are_one()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();

        var issue = await tenant.AddIssueAsync(
            "LEGAL",
            "Cafe\u0301",
            new { labels = new[] { "cafe\u0301", "café", "b\u200Bug", "bug" } }
        );

        Assert.Equal("Café", (string?)issue["title"]);
        Assert.Equal(["café", "bug"], issue["labels"]!.AsArray().Select(l => (string?)l));
        Assert.Equal(["LEGAL-1"], await KeysAsync(tenant, $"label={Uri.EscapeDataString("cafe\u0301")}"));
    }

    [Fact]
    public async Task Invisible_names_and_labels_are_refused()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await tenant.AddIssueAsync();
        const string nothing = "\u200B\u3164\u2800 ";

        await tenant
            .Admin.PostJsonAsync("/api/v1/issues", new { project_key = "LEGAL", title = nothing })
            .RefusedAsync(422, "VALIDATION_ERROR", "issue.title");
        await tenant
            .Admin.PatchJsonAsync("/api/v1/issues/LEGAL-1", new { labels = new[] { nothing } })
            .RefusedAsync(422, "VALIDATION_ERROR", "issue.labels");
        await tenant
            .Admin.PatchJsonAsync("/api/v1/issues/LEGAL-1", new { labels = new[] { "a,b" } })
            .RefusedAsync(422, "VALIDATION_ERROR", "issue.labels");
        await tenant
            .Admin.PostJsonAsync("/api/v1/issues/LEGAL-1/comments", new { body = nothing })
            .RefusedAsync(422, "VALIDATION_ERROR", "comment.body");
        await tenant
            .Admin.PostJsonAsync("/api/v1/projects", new { name = nothing + nothing })
            .RefusedAsync(422, "VALIDATION_ERROR", "project.name");
        await tenant
            .Admin.PostJsonAsync("/api/v1/projects/LEGAL/milestones", new { name = nothing })
            .RefusedAsync(422, "VALIDATION_ERROR", "milestone.name");
        await tenant
            .Admin.PatchJsonAsync($"/api/v1/users/{tenant.AdminId}", new { name = nothing })
            .RefusedAsync(422, "VALIDATION_ERROR", "user.name");
    }

    [Fact]
    public async Task Limits_count_characters_of_texts_and_bytes_of_values()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();

        var issue = await tenant.AddIssueAsync(
            "LEGAL",
            string.Concat(Enumerable.Repeat("😀", 255)),
            new { custom_fields = new { note = string.Concat(Enumerable.Repeat("😀", 15_000)) } }
        );

        Assert.Equal(510, ((string?)issue["title"])!.Length);
        await tenant
            .Admin.PatchJsonAsync("/api/v1/issues/LEGAL-1", new { title = string.Concat(Enumerable.Repeat("😀", 256)) })
            .RefusedAsync(422, "VALIDATION_ERROR", "issue.title");
        await tenant
            .Admin.PatchJsonAsync("/api/v1/issues/LEGAL-1", new { custom_fields = new { note = new string('ä', 32_800) } })
            .RefusedAsync(422, "VALIDATION_ERROR", "issue.custom_fields");
    }

    private static async Task<string?[]> KeysAsync(Tenant tenant, string query) =>
        [
            .. (await tenant.Admin.GetAsync($"/api/v1/issues?sort=id&{query}").OkAsync())["data"]!
                .AsArray()
                .Select(i => (string?)i!["key"]),
        ];
}
