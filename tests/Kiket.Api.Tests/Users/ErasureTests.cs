using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Users;

/// <summary>Erasing the personal data of a user.</summary>
public sealed class ErasureTests(KiketServer server)
{
    [Fact]
    public async Task An_erased_user_has_no_name_and_what_they_did_stays_provable()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var invited = await tenant
            .Admin.PostJsonAsync(
                "/api/v1/users",
                new
                {
                    email = "grace.hopper@example.com",
                    role = "developer",
                    name = "Grace",
                }
            )
            .CreatedAsync();
        var user = $"/api/v1/users/{invited["id"]}";
        var accepted = await server
            .NewClient()
            .PostJsonAsync(
                "/api/v1/invitations/accept",
                new { token = (string)invited["invitation_token"]!, name = "Grace Hopper" }
            )
            .OkAsync();
        var grace = server.NewClient((string)accepted["token"]!);
        var issue = await grace
            .PostJsonAsync("/api/v1/issues", new { project_key = "LEGAL", issue = new { title = "A bug" } })
            .CreatedAsync();
        await tenant.Admin.PatchJsonAsync(user, new { expertise_tags = new[] { "compilers-of-grace" } }).OkAsync();

        await tenant.Admin.PostAsync($"{user}/erase", null).RefusedAsync(422, "VALIDATION_ERROR", "user");
        await tenant.Admin.PatchJsonAsync(user, new { deactivated = true }).OkAsync();
        var erased = await tenant.Admin.PostAsync($"{user}/erase", null).OkAsync();

        Assert.Equal($"Erased user {invited["id"]}", (string?)erased["name"]);
        Assert.Equal($"erased-{invited["id"]}@kiket.invalid", (string?)erased["email"]);
        Assert.Empty(erased["expertise_tags"]!.AsArray());
        var kept = await tenant.Admin.GetAsync($"/api/v1/issues/{issue["id"]}").OkAsync();
        Assert.Equal((long)invited["id"]!, (long)kept["reporter"]!["id"]!);
        Assert.Equal($"Erased user {invited["id"]}", (string?)kept["reporter"]!["name"]);

        var log = await tenant.Admin.GetAsync("/api/v1/audit_log?limit=200").OkAsync();
        foreach (var personal in new[] { "grace.hopper", "Grace", "compilers-of-grace" })
            Assert.DoesNotContain(personal, log.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        Assert.Contains(
            log["data"]!.AsArray(),
            r => (string?)r!["action"] == "erase_user" && (long?)r["subject"]!["id"] == (long)invited["id"]!
        );
        Assert.True((bool)(await tenant.Admin.GetAsync("/api/v1/audit_log/verify").OkAsync())["valid"]!);
        Assert.DoesNotContain("grace", await StoredAsync(tenant), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task An_erased_record_that_is_changed_again_is_found()
    {
        var tenant = await server.NewTenantAsync();
        var (id, _) = await tenant.AddUserAsync(OrganizationRole.Developer);
        await tenant.Admin.PatchJsonAsync($"/api/v1/users/{id}", new { deactivated = true }).OkAsync();
        await tenant.Admin.PostAsync($"/api/v1/users/{id}/erase", null).OkAsync();
        Assert.True((bool)(await tenant.Admin.GetAsync("/api/v1/audit_log/verify").OkAsync())["valid"]!);

        await using var scope = server.Services.CreateAsyncScope();
        var changed = await scope
            .ServiceProvider.GetRequiredService<KiketDbContext>()
            .AuditRecords.IgnoreQueryFilters()
            .Where(r => r.OrganizationId == new OrganizationId(tenant.OrganizationId) && r.Details.Contains("erased_sha256"))
            .ExecuteUpdateAsync(set =>
                set.SetProperty(r => r.Details, r => r.Details.Replace("erased_sha256\":\"", "erased_sha256\":\"0"))
            );

        Assert.NotEqual(0, changed);
        Assert.False((bool)(await tenant.Admin.GetAsync("/api/v1/audit_log/verify").OkAsync())["valid"]!);
    }

    [Fact]
    public async Task Details_that_no_action_erased_are_found()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await using var scope = server.Services.CreateAsyncScope();
        var records = scope
            .ServiceProvider.GetRequiredService<KiketDbContext>()
            .AuditRecords.IgnoreQueryFilters()
            .Where(r => r.OrganizationId == new OrganizationId(tenant.OrganizationId) && r.Action == "create_project");
        var record = await records.AsNoTracking().SingleAsync();
        record.EraseDetails();

        await records.ExecuteUpdateAsync(set => set.SetProperty(r => r.Details, record.Details));

        var verified = await tenant.Admin.GetAsync("/api/v1/audit_log/verify").OkAsync();
        Assert.False((bool)verified["valid"]!);
        Assert.Equal(record.Sequence, (long)verified["first_invalid"]!["id"]!);
    }

    [Fact]
    public async Task A_user_can_be_erased_twice()
    {
        var tenant = await server.NewTenantAsync();
        var (id, _) = await tenant.AddUserAsync(OrganizationRole.Developer);
        await tenant.Admin.PatchJsonAsync($"/api/v1/users/{id}", new { deactivated = true }).OkAsync();
        await tenant.Admin.PostAsync($"/api/v1/users/{id}/erase", null).OkAsync();

        await tenant.Admin.PostAsync($"/api/v1/users/{id}/erase", null).OkAsync();

        Assert.True((bool)(await tenant.Admin.GetAsync("/api/v1/audit_log/verify").OkAsync())["valid"]!);
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("null")]
    [InlineData("""{"address":1,"request_id":null,"changes":[]}""")]
    [InlineData("""{"address":null,"request_id":null,"changes":[],"erased_sha256":"}""")]
    [InlineData("""{"address":null,"request_id":null,"changes":[],"erased_sha256":""")]
    [InlineData("""{"changes":[{"change":"erased","records":[[1,100]]}]}""")]
    public async Task Details_of_any_form_are_found_and_can_be_read(string details)
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await using var scope = server.Services.CreateAsyncScope();
        var changed = await scope
            .ServiceProvider.GetRequiredService<KiketDbContext>()
            .AuditRecords.IgnoreQueryFilters()
            .Where(r => r.OrganizationId == new OrganizationId(tenant.OrganizationId) && r.Action == "create_project")
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.Details, details));

        Assert.Equal(1, changed);
        Assert.False((bool)(await tenant.Admin.GetAsync("/api/v1/audit_log/verify").OkAsync())["valid"]!);
        var log = await tenant.Admin.GetAsync("/api/v1/audit_log").OkAsync();
        Assert.Contains(log["data"]!.AsArray(), r => (string?)r!["action"] == "create_project");
        Assert.Contains("create_project", await tenant.Admin.GetStringAsync("/api/v1/audit_log/export"));
    }

    /// <summary>The users and the audit records of a tenant as they are stored.</summary>
    private async Task<string> StoredAsync(Tenant tenant)
    {
        await using var scope = server.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var id = new OrganizationId(tenant.OrganizationId);
        var users = await db.AcrossTenants<User>().AsNoTracking().Where(u => u.OrganizationId == id).ToListAsync();
        var details = await db
            .AuditRecords.IgnoreQueryFilters()
            .Where(r => r.OrganizationId == id)
            .Select(r => r.Details)
            .ToListAsync();
        return string.Join('\n', [.. users.Select(u => $"{u.Email} {u.Name} {u.SortKey}"), .. details]);
    }
}
