using System.Text.Json.Nodes;
using Kiket.Api.Tests.Extensions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Audit;

public sealed class AuditEndpointsTests(KiketServer server)
{
    [Fact]
    public async Task A_write_is_listed_with_its_credential_address_and_request()
    {
        var tenant = await server.NewTenantAsync();
        var answer = await tenant.Admin.PostJsonAsync(
            "/api/v1/projects",
            new { project = new { name = "Legal", project_key = "LEGAL" } }
        );
        var request = Assert.Single(answer.Headers.GetValues("X-Request-Id"));

        var record = (await tenant.Admin.GetAsync("/api/v1/audit_log?action=create_project").OkAsync())["data"]![0]!;

        Assert.Equal("create_project", (string?)record["action"]);
        Assert.Equal(tenant.AdminId, (long)record["actor"]!["id"]!);
        Assert.StartsWith("token:", (string?)record["credential"], StringComparison.Ordinal);
        Assert.Contains("127.0.0.1", (string?)record["address"], StringComparison.Ordinal);
        Assert.Equal(request, (string?)record["request_id"]);
        Assert.Equal("project", (string?)record["subject"]!["type"]);
        Assert.Matches("^0x[0-9a-f]{64}$", (string?)record["content_hash"]);
    }

    [Fact]
    public async Task The_log_is_read_by_filters_and_page_by_page()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var issues = new List<long>();
        for (var n = 0; n < 5; n++)
            issues.Add((long)(await tenant.AddIssueAsync())["id"]!);

        var pages = new List<long>();
        var next = "";
        do
        {
            var page = await tenant.Admin.GetAsync($"/api/v1/audit_log?action=create_issue&limit=2{next}").OkAsync();
            pages.AddRange(page["data"]!.AsArray().Select(r => (long)r!["subject"]!["id"]!));
            next = page["meta"]!["next_cursor"] is { } cursor ? $"&cursor={cursor}" : null;
        } while (next is not null);
        issues.Reverse();

        Assert.Equal(issues, pages);
        Assert.Equal(1, await CountAsync($"subject_type=issue&subject_id={issues[0]}"));
        Assert.Equal(6, await CountAsync($"actor_id={tenant.AdminId}"));
        Assert.Equal(0, await CountAsync("from=2099-01-01"));
        Assert.Equal(0, await CountAsync("to=2001-01-01"));
        await tenant.Admin.GetAsync("/api/v1/audit_log?limit=201").RefusedAsync(400, "INVALID_PARAMETER", "limit");
        await tenant.Admin.GetAsync("/api/v1/audit_log?cursor=x").RefusedAsync(400, "INVALID_PARAMETER", "cursor");

        async Task<int> CountAsync(string filter) =>
            (await tenant.Admin.GetAsync($"/api/v1/audit_log?{filter}").OkAsync())["data"]!.AsArray().Count;
    }

    [Fact]
    public async Task The_export_has_a_line_per_record_and_is_audited_itself()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();

        var response = await tenant.Admin.GetAsync("/api/v1/audit_log/export");

        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType?.MediaType);
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var ids = lines.Select(l => (long)JsonNode.Parse(l)!["id"]!).ToList();
        Assert.Equal(ids.OrderDescending(), ids);
        Assert.Equal("export_audit_log", (string?)JsonNode.Parse(lines[0])!["action"]);
        var verified = await tenant.Admin.GetAsync("/api/v1/audit_log/verify").OkAsync();
        Assert.True((bool)verified["valid"]!);
        Assert.Equal(ids.Count, (int)verified["records"]!);
        Assert.Null(verified["first_invalid"]);
    }

    [Theory]
    [InlineData("/audit_log")]
    [InlineData("/audit_log/verify")]
    [InlineData("/audit_log/export")]
    [InlineData("/audit/anchors")]
    [InlineData("/audit/anchors/0x00")]
    [InlineData("/audit/records/1")]
    [InlineData("/audit/records/1/proof")]
    public async Task Only_administrators_read_it(string path)
    {
        var tenant = await server.NewTenantAsync();
        var (_, developer) = await tenant.AddUserAsync(OrganizationRole.Developer);

        await developer.GetAsync($"/api/v1{path}").RefusedAsync(403, "FORBIDDEN");
        await (await tenant.WithScopesAsync("issues:read")).GetAsync($"/api/v1{path}").RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
    }

    [Fact]
    public async Task Records_of_another_organization_do_not_exist()
    {
        var tenant = await server.NewTenantAsync();
        var other = await server.NewTenantAsync();
        for (var n = 0; n < 3; n++)
            await other.AddProjectAsync($"P{n}");

        await tenant.Admin.GetAsync("/api/v1/audit/records/3").RefusedAsync(404, "AUDIT_RECORD_NOT_FOUND");
        await tenant.Admin.GetAsync("/api/v1/audit/records/3/proof").RefusedAsync(404, "AUDIT_PROOF_NOT_FOUND");
        var own = (await tenant.Admin.GetAsync("/api/v1/audit_log").OkAsync())["data"]!.AsArray();
        Assert.DoesNotContain("create_project", own.Select(r => (string?)r!["action"]));
    }

    [Fact]
    public async Task A_record_comes_with_the_text_that_was_hashed()
    {
        var tenant = await server.NewTenantAsync();

        var found = await tenant.Admin.GetAsync("/api/v1/audit/records/1").OkAsync();

        var canonical = (string)found["canonical"]!;
        var hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(canonical));
        Assert.Equal($"0x{Convert.ToHexStringLower(hash)}", (string?)found["content_hash"]);
        Assert.Equal((string?)found["content_hash"], (string?)found["record"]!["content_hash"]);
    }

    [Fact]
    public async Task Anchors_are_listed_in_the_envelope_that_clients_read()
    {
        var tenant = await server.NewTenantAsync();

        var page = await tenant.Admin.GetAsync("/api/v1/audit/anchors?status=confirmed&network=polygon_amoy").OkAsync();

        Assert.Equal("""{"anchors":[],"pagination":{"page":1,"per_page":25,"total":0,"total_pages":0}}""", page.ToJsonString());
        await tenant.Admin.GetAsync("/api/v1/audit/anchors?status=x").RefusedAsync(400, "INVALID_PARAMETER", "status");
        await tenant.Admin.GetAsync("/api/v1/audit/anchors/0x12").RefusedAsync(404, "AUDIT_ANCHOR_NOT_FOUND");
        await tenant
            .Admin.GetAsync("/api/v1/audit/records/1/proof?record_type=AIAuditLog")
            .RefusedAsync(404, "AUDIT_PROOF_NOT_FOUND");
        await tenant
            .Admin.GetAsync("/api/v1/audit/records/1/proof?record_type=x")
            .RefusedAsync(400, "INVALID_PARAMETER", "record_type");
    }

    [Fact]
    public async Task A_wrong_proof_is_answered_with_its_reason_and_a_malformed_one_is_refused()
    {
        var tenant = await server.NewTenantAsync();
        var hash = $"0x{new string('a', 64)}";

        var wrong = await tenant
            .Admin.PostJsonAsync(
                "/api/v1/audit/verify",
                new
                {
                    record_id = 1,
                    record_type = "AuditLog",
                    content_hash = hash,
                    merkle_root = hash,
                    anchor_id = 1,
                    leaf_index = 0,
                    leaf_count = 1,
                    proof = Array.Empty<string>(),
                    network = "local",
                    tx_hash = (string?)null,
                    block_number = (long?)null,
                    block_timestamp = (string?)null,
                    verification_url = (string?)null,
                    verified = true,
                }
            )
            .OkAsync();

        Assert.True((bool)wrong["proof_valid"]!);
        Assert.False((bool)wrong["verified"]!);
        Assert.False((bool)wrong["blockchain_verified"]!);
        Assert.NotNull((string?)wrong["error"]);
        await tenant
            .Admin.PostJsonAsync(
                "/api/v1/audit/verify",
                new
                {
                    content_hash = "0x12",
                    merkle_root = hash,
                    proof = Array.Empty<string>(),
                    leaf_index = 0,
                }
            )
            .RefusedAsync(422, "VALIDATION_ERROR", "content_hash");
        await tenant
            .Admin.PostJsonAsync("/api/v1/audit/verify", new { content_hash = hash })
            .RefusedAsync(422, "VALIDATION_ERROR", "merkle_root");
    }

    [Fact]
    public async Task An_extension_reads_it_with_the_scope_audit()
    {
        var tenant = await server.NewTenantAsync();
        var allowed = await Installed.NewAsync(tenant, null, "com.example.auditor", "audit:read");
        var denied = await Installed.NewAsync(tenant, null, "com.example.other", "issues:read");

        await allowed.Client.GetAsync("/api/v1/audit/anchors").OkAsync();
        await denied.Client.GetAsync("/api/v1/audit/anchors").RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
    }
}
