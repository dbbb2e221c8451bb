using System.Net;
using System.Text;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Users;

public sealed class InvitationTests(KiketServer server)
{
    [Fact]
    public async Task An_invited_user_accepts_and_is_signed_in()
    {
        var tenant = await server.NewTenantAsync();
        var sent = await tenant.Admin.PostJsonAsync(
            "/api/v1/users",
            new { user = new { email = "Grace@Example.com", role = "developer" } }
        );
        var invited = await Task.FromResult(sent).CreatedAsync();

        var accepted = await server
            .NewClient()
            .PostJsonAsync("/api/v1/invitations/accept", new { token = TokenOf(invited), name = "Grace" })
            .OkAsync();
        var me = await server.NewClient((string?)accepted["token"]).GetAsync("/api/v1/me").OkAsync();

        Assert.Equal($"/api/v1/users/{invited["id"]}", sent.Headers.Location?.ToString());
        Assert.NotNull(sent.Headers.ETag);
        Assert.Equal("grace@example.com", (string?)invited["email"]);
        Assert.Equal("grace", (string?)invited["name"]);
        Assert.Equal("Grace", (string?)accepted["user"]!["name"]);
        Assert.StartsWith("kpat_", (string?)accepted["token"], StringComparison.Ordinal);
        Assert.Equal(((long)invited["id"]!, "developer"), ((long)me["id"]!, (string?)me["role"]));
        Assert.Equal(tenant.OrganizationId, (long)me["organization"]!["id"]!);
    }

    [Fact]
    public async Task The_invitation_token_is_shown_only_in_the_answer_of_the_invitation()
    {
        var tenant = await server.NewTenantAsync();
        var invited = await InviteAsync(tenant);

        var read = await tenant.Admin.GetAsync($"/api/v1/users/{invited["id"]}").OkAsync();

        Assert.StartsWith("kinv_", TokenOf(invited), StringComparison.Ordinal);
        Assert.Null(read["invitation_token"]);
        Assert.DoesNotContain("kinv_", read.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bare_body_and_a_name_are_taken_and_the_name_is_kept_when_the_user_gives_none()
    {
        var tenant = await server.NewTenantAsync();
        var invited = await tenant
            .Admin.PostJsonAsync(
                "/api/v1/users",
                new
                {
                    email = "grace@example.com",
                    role = "viewer",
                    name = "Grace H.",
                }
            )
            .CreatedAsync();

        var accepted = await server
            .NewClient()
            .PostJsonAsync("/api/v1/invitations/accept", new { token = TokenOf(invited) })
            .OkAsync();

        Assert.Equal("Grace H.", (string?)accepted["user"]!["name"]);
    }

    [Theory]
    [InlineData("""{"user":{"email":"grace","role":"viewer"}}""", 422, "VALIDATION_ERROR", "user.email")]
    [InlineData("""{"user":{"role":"viewer"}}""", 422, "VALIDATION_ERROR", "user.email")]
    [InlineData("""{"user":{"email":"grace@example.com"}}""", 422, "VALIDATION_ERROR", "user.role")]
    [InlineData("""{"user":{"email":"grace@example.com","role":"boss"}}""", 422, "VALIDATION_ERROR", "user.role")]
    [InlineData("""{"user":{"email":"grace@example.com","role":0}}""", 422, "VALIDATION_ERROR", "user.role")]
    [InlineData(
        """{"user":{"email":"grace@example.com","role":"viewer","password":"x"}}""",
        400,
        "INVALID_PARAMETER",
        "user.password"
    )]
    [InlineData("[]", 400, "INVALID_JSON", null)]
    [InlineData("", 400, "INVALID_JSON", null)]
    public async Task A_bad_invitation_is_refused(string body, int status, string code, string? field)
    {
        var tenant = await server.NewTenantAsync();

        await tenant.Admin.PostAsync("/api/v1/users", Json(body)).RefusedAsync(status, code, field);
    }

    [Fact]
    public async Task An_address_is_invited_once_in_an_organization_whatever_its_spelling()
    {
        var (tenant, other) = (await server.NewTenantAsync(), await server.NewTenantAsync());
        await InviteAsync(tenant);

        await tenant
            .Admin.PostJsonAsync("/api/v1/users", new { user = new { email = "GRACE@example.com", role = "viewer" } })
            .RefusedAsync(422, "VALIDATION_ERROR", "user.email");
        await InviteAsync(other);
    }

    [Fact]
    public async Task One_of_two_parallel_invitations_of_an_address_wins()
    {
        var tenant = await server.NewTenantAsync();

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    tenant.Admin.PostJsonAsync(
                        "/api/v1/users",
                        new { user = new { email = "grace@example.com", role = "viewer" } }
                    )
                )
        );

        Assert.Equal([201, 422, 422, 422], answers.Select(a => (int)a.StatusCode).Order());
        Assert.Equal(2, (int)(await tenant.Admin.GetAsync("/api/v1/users").OkAsync())["meta"]!["total"]!);
    }

    [Fact]
    public async Task An_invitation_is_good_once()
    {
        var invited = await InviteAsync(await server.NewTenantAsync());
        await server
            .NewClient()
            .PostJsonAsync("/api/v1/invitations/accept", new { token = TokenOf(invited), name = "Grace" })
            .OkAsync();

        await server
            .NewClient()
            .PostJsonAsync("/api/v1/invitations/accept", new { token = TokenOf(invited), name = "Eve" })
            .RefusedAsync(404, "INVITATION_NOT_FOUND");
    }

    [Fact]
    public async Task One_of_many_who_accept_an_invitation_at_once_wins()
    {
        var tenant = await server.NewTenantAsync();
        var invited = await InviteAsync(tenant);

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 6)
                .Select(n =>
                    server
                        .NewClient()
                        .PostJsonAsync("/api/v1/invitations/accept", new { token = TokenOf(invited), name = $"Grace {n}" })
                )
        );

        var winner = Assert.Single(answers, a => a.StatusCode is HttpStatusCode.OK);
        Assert.Equal(5, answers.Count(a => a.StatusCode is HttpStatusCode.NotFound));
        var name = (string?)(await Task.FromResult(winner).OkAsync())["user"]!["name"];
        Assert.Equal(name, (string?)(await tenant.Admin.GetAsync($"/api/v1/users/{invited["id"]}").OkAsync())["name"]);
    }

    [Fact]
    public async Task An_expired_invitation_is_refused()
    {
        var tenant = await server.NewTenantAsync();
        var secret = TokenSecret.Generate("kinv_");
        await using (var scope = server.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
            var admin = await db.Users.IgnoreQueryFilters().SingleAsync(u => u.Id == new UserId(tenant.AdminId));
            db.Invitations.Add(Invitation.For(admin, secret, DateTimeOffset.UtcNow - Invitation.Lifetime));
            await db.SaveChangesAsync();
        }

        await server
            .NewClient()
            .PostJsonAsync("/api/v1/invitations/accept", new { token = secret.Plaintext, name = "Ada" })
            .RefusedAsync(404, "INVITATION_NOT_FOUND");
    }

    [Fact]
    public async Task The_invitation_of_a_deactivated_user_is_refused()
    {
        var tenant = await server.NewTenantAsync();
        var invited = await InviteAsync(tenant);
        await tenant.Admin.PatchJsonAsync($"/api/v1/users/{invited["id"]}", new { user = new { deactivated = true } }).OkAsync();

        await server
            .NewClient()
            .PostJsonAsync("/api/v1/invitations/accept", new { token = TokenOf(invited), name = "Grace" })
            .RefusedAsync(404, "INVITATION_NOT_FOUND");
    }

    [Theory]
    [InlineData("""{"token":"kinv_unknown","name":"Eve"}""", 404, "INVITATION_NOT_FOUND", null)]
    [InlineData("""{"name":"Eve"}""", 422, "VALIDATION_ERROR", "invitation.token")]
    [InlineData("""{"token":""}""", 422, "VALIDATION_ERROR", "invitation.token")]
    [InlineData("""{"token":5}""", 422, "VALIDATION_ERROR", "invitation.token")]
    [InlineData("""{"token":"kinv_unknown","role":"admin"}""", 400, "INVALID_PARAMETER", "role")]
    public async Task An_invalid_invitation_is_refused(string body, int status, string code, string? field) =>
        await server.NewClient().PostAsync("/api/v1/invitations/accept", Json(body)).RefusedAsync(status, code, field);

    [Fact]
    public async Task A_bad_name_does_not_use_up_the_invitation()
    {
        var invited = await InviteAsync(await server.NewTenantAsync());

        await server
            .NewClient()
            .PostJsonAsync("/api/v1/invitations/accept", new { token = TokenOf(invited), name = new string('x', 101) })
            .RefusedAsync(422, "VALIDATION_ERROR", "invitation.name");

        await server
            .NewClient()
            .PostJsonAsync("/api/v1/invitations/accept", new { token = TokenOf(invited), name = "Grace" })
            .OkAsync();
    }

    [Fact]
    public async Task A_bad_credential_does_not_hinder_the_acceptance()
    {
        var invited = await InviteAsync(await server.NewTenantAsync());

        await server
            .NewClient("kpat_old")
            .PostJsonAsync("/api/v1/invitations/accept", new { token = TokenOf(invited), name = "Grace" })
            .OkAsync();
    }

    private static string TokenOf(System.Text.Json.Nodes.JsonNode invited) => (string)invited["invitation_token"]!;

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static Task<System.Text.Json.Nodes.JsonNode> InviteAsync(Tenant tenant) =>
        tenant
            .Admin.PostJsonAsync("/api/v1/users", new { user = new { email = "grace@example.com", role = "developer" } })
            .CreatedAsync();
}
