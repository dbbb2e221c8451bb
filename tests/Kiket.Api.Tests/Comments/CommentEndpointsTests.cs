using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Comments;

public sealed class CommentEndpointsTests(KiketServer server)
{
    private const string Comments = "/api/v1/issues/LEGAL-1/comments";

    [Fact]
    public async Task A_comment_is_written_read_listed_changed_and_deleted()
    {
        var tenant = await NewTenantAsync();

        var wrapped = await tenant.Admin.PostJsonAsync(Comments, new { comment = new { body = "First" } }).CreatedAsync();
        var bare = await tenant.Admin.PostJsonAsync(Comments, new { body = "Second" }).CreatedAsync();
        var read = await tenant.Admin.GetAsync($"{Comments}/{wrapped["id"]}").OkAsync();
        var list = await tenant.Admin.GetAsync($"{Comments}?per_page=1&page=2").OkAsync();
        var changed = await tenant
            .Admin.PatchJsonAsync($"{Comments}/{wrapped["id"]}", new { comment = new { body = "Changed" } })
            .OkAsync();
        var deleted = await tenant.Admin.DeleteAsync($"{Comments}/{bare["id"]}").OkAsync();

        Assert.Equal(
            ("First", tenant.AdminId, "Ada Admin", "admin@example.com"),
            (
                (string?)wrapped["body"],
                (long?)wrapped["author"]!["id"],
                (string?)wrapped["author"]!["name"],
                (string?)wrapped["author"]!["email"]
            )
        );
        Assert.Equal(wrapped.ToJsonString(), read.ToJsonString());
        Assert.Equal(bare.ToJsonString(), list["comments"]![0]!.ToJsonString());
        Assert.Equal(2, (int?)list["meta"]!["total_count"]);
        Assert.Equal("Changed", (string?)changed["body"]);
        Assert.Equal("""{"success":true}""", deleted.ToJsonString());
        Assert.Single((await tenant.Admin.GetAsync(Comments).OkAsync())["comments"]!.AsArray());
        await tenant.Admin.GetAsync($"{Comments}/{bare["id"]}").RefusedAsync(404, "COMMENT_NOT_FOUND");
    }

    [Fact]
    public async Task Only_the_author_or_an_administrator_changes_a_comment()
    {
        var tenant = await NewTenantAsync();
        var (_, author) = await tenant.AddUserAsync(OrganizationRole.Developer);
        var (_, other) = await tenant.AddUserAsync(OrganizationRole.Developer);
        var (_, viewer) = await tenant.AddUserAsync(OrganizationRole.Viewer);
        var comment = await author.PostJsonAsync(Comments, new { body = "Mine" }).CreatedAsync();
        var path = $"{Comments}/{comment["id"]}";

        await other.PatchJsonAsync(path, new { body = "Yours" }).RefusedAsync(403, "FORBIDDEN");
        await other.DeleteAsync(path).RefusedAsync(403, "FORBIDDEN");
        await viewer.PostJsonAsync(Comments, new { body = "Me too" }).RefusedAsync(403, "FORBIDDEN");
        await viewer.GetAsync(Comments).OkAsync();
        await author.PatchJsonAsync(path, new { body = "Mine still" }).OkAsync();
        await tenant.Admin.DeleteAsync(path).OkAsync();
    }

    [Fact]
    public async Task Bad_input_is_refused()
    {
        var tenant = await NewTenantAsync();
        await tenant.AddIssueAsync();
        var comment = await tenant.Admin.PostJsonAsync(Comments, new { body = "x" }).CreatedAsync();

        await tenant.Admin.PostJsonAsync(Comments, new { }).RefusedAsync(422, "VALIDATION_ERROR", "comment.body");
        await tenant.Admin.PostJsonAsync(Comments, new { body = " " }).RefusedAsync(422, "VALIDATION_ERROR", "comment.body");
        await tenant
            .Admin.PostJsonAsync(Comments, new { body = new string('x', 65_537) })
            .RefusedAsync(422, "VALIDATION_ERROR", "comment.body");
        await tenant.Admin.PostJsonAsync(Comments, new { text = "x" }).RefusedAsync(400, "INVALID_PARAMETER", "text");
        await tenant
            .Admin.PatchJsonAsync($"{Comments}/{comment["id"]}", new { body = "" })
            .RefusedAsync(422, "VALIDATION_ERROR", "comment.body");
        await tenant.Admin.PatchJsonAsync($"{Comments}/999999999", new { body = "x" }).RefusedAsync(404, "COMMENT_NOT_FOUND");
        await tenant.Admin.GetAsync("/api/v1/issues/LEGAL-99/comments").RefusedAsync(404, "ISSUE_NOT_FOUND");
        await tenant.Admin.GetAsync($"/api/v1/issues/LEGAL-2/comments/{comment["id"]}").RefusedAsync(404, "COMMENT_NOT_FOUND");
        await tenant
            .Admin.PatchJsonAsync($"{Comments}/{comment["id"]}", new { body = "y" }, "\"9\"")
            .RefusedAsync(412, "PRECONDITION_FAILED", "version");
    }

    [Fact]
    public async Task Another_organization_or_a_missing_scope_sees_no_comments()
    {
        var (tenant, other) = (await NewTenantAsync(), await server.NewTenantAsync());
        var comment = await tenant.Admin.PostJsonAsync(Comments, new { body = "x" }).CreatedAsync();
        var reader = await tenant.WithScopesAsync("comments:read");
        var stranger = await tenant.WithScopesAsync("issues");
        var path = $"/api/v1/issues/{comment["issue_id"]}/comments";

        await other.Admin.GetAsync(path).RefusedAsync(404, "ISSUE_NOT_FOUND");
        await other.Admin.PostJsonAsync(path, new { body = "x" }).RefusedAsync(404, "ISSUE_NOT_FOUND");
        await other.Admin.GetAsync($"{path}/{comment["id"]}").RefusedAsync(404, "ISSUE_NOT_FOUND");
        await other.Admin.PatchJsonAsync($"{path}/{comment["id"]}", new { body = "x" }).RefusedAsync(404, "ISSUE_NOT_FOUND");
        await other.Admin.DeleteAsync($"{path}/{comment["id"]}").RefusedAsync(404, "ISSUE_NOT_FOUND");
        await reader.GetAsync(path).OkAsync();
        await reader.PostJsonAsync(path, new { body = "x" }).RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await reader.PatchJsonAsync($"{path}/{comment["id"]}", new { body = "x" }).RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await reader.DeleteAsync($"{path}/{comment["id"]}").RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await stranger.GetAsync(path).RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
    }

    private async Task<Tenant> NewTenantAsync()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync("LEGAL");
        await tenant.AddIssueAsync();
        return tenant;
    }
}
