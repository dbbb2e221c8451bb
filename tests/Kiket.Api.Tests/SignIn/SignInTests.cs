using System.Net;
using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Application.Ports;
using Kiket.Domain.Users;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.SignIn;

/// <summary>The pages on which people sign in and set their password.</summary>
public sealed class SignInTests(KiketServer server)
{
    private const string SignedIn = "<h1>You are signed in</h1>";

    [Fact]
    public async Task Sign_ins_failures_lockouts_and_sign_outs_are_in_the_audit_log()
    {
        var tenant = await server.NewTenantAsync();
        var (id, email) = await tenant.AddPersonAsync(OrganizationRole.Viewer);
        var browser = new Browser(server);

        var page = await browser.SignInAsync(email);
        await browser.SubmitAsync(page);
        for (var tries = 0; tries < 5; tries++)
            await browser.SignInAsync(email, "wrong");
        await browser.SignInAsync(email, "wrong");

        Assert.Contains(SignedIn, page.Text, StringComparison.Ordinal);
        var log = (await tenant.Admin.GetAsync($"/api/v1/audit_log?subject_type=user&subject_id={id}").OkAsync())["data"]!;
        Assert.Equal(
            [
                $"complete_sign_in signed_in password {id}",
                $"sign_out signed_out session {id}",
                .. Enumerable.Repeat("refuse_sign_in sign_in_failed password ", 4),
                "refuse_sign_in sign_in_failed locked_out password ",
            ],
            log.AsArray().Reverse().Select(r => $"{r!["action"]} {ChangesOf(r)} {r["credential"]} {r["actor"]?["id"]}")
        );
        Assert.All(log.AsArray(), r => Assert.Contains("127.1.", (string?)r!["address"], StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failure_belongs_to_nobody_and_to_the_organization_of_the_user_it_concerns()
    {
        var (own, other) = (await server.NewTenantAsync(), await server.NewTenantAsync());
        var (_, email) = await own.AddPersonAsync(OrganizationRole.Viewer);
        var (id, victim) = await other.AddPersonAsync(OrganizationRole.Viewer);
        var browser = new Browser(server);
        await browser.SignInAsync(email);

        var form = await browser.GetPageAsync("/sign-in?return_url=/account/two-step"); // as somebody who is signed in
        await browser.SubmitAsync(form, ("email", victim), ("password", "wrong"));

        const string Failures = "/api/v1/audit_log?action=refuse_sign_in";
        Assert.Empty((await own.Admin.GetAsync(Failures).OkAsync())["data"]!.AsArray());
        var failure = Assert.Single((await other.Admin.GetAsync(Failures).OkAsync())["data"]!.AsArray())!;
        Assert.Equal((id, null), ((long)failure["subject"]!["id"]!, (long?)failure["actor"]?["id"]));
    }

    [Fact]
    public async Task Five_wrong_passwords_lock_a_user_out_even_with_the_right_one()
    {
        var tenant = await server.NewTenantAsync();
        var (id, email) = await tenant.AddPersonAsync(OrganizationRole.Viewer);
        var browser = new Browser(server);
        for (var tries = 0; tries < 5; tries++)
            await browser.SignInAsync(email, "wrong");

        var locked = await browser.SignInAsync(email);
        await tenant.SetPasswordAsync(id);
        var unlocked = await browser.SignInAsync(email);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, locked.Status);
        Assert.Contains("aria-invalid=\"true\" aria-describedby=\"email-error\"", locked.Text, StringComparison.Ordinal);
        Assert.Contains(SignedIn, unlocked.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_works_once_and_only_administrators_give_it()
    {
        var tenant = await server.NewTenantAsync();
        var (id, developer) = await tenant.AddUserAsync(OrganizationRole.Developer);
        var path = $"/api/v1/users/{id}/password_reset";
        var offered = await tenant.Admin.PostAsync(path, null).CreatedAsync();
        var browser = new Browser(server);
        var page = await browser.GetPageAsync(new Uri((string)offered["url"]!).PathAndQuery);

        var shortOne = await browser.SubmitAsync(page, ("password", "short"), ("again", "short"));
        var differing = await browser.SubmitAsync(page, ("password", Browser.Password), ("again", "another of them"));
        var done = await browser.SubmitAsync(page, ("password", Browser.Password), ("again", Browser.Password));
        var again = await browser.SubmitAsync(page, ("password", Browser.Password), ("again", Browser.Password));

        Assert.Contains("12 to 200 characters", shortOne.Text, StringComparison.Ordinal);
        Assert.Contains("The two passwords differ", differing.Text, StringComparison.Ordinal);
        Assert.Contains("<h1>Your password is set</h1>", done.Text, StringComparison.Ordinal);
        Assert.Contains("<h1>This link cannot be used</h1>", again.Text, StringComparison.Ordinal);
        await developer.PostAsync(path, null).RefusedAsync(403, "FORBIDDEN");
        await (await server.NewTenantAsync()).Admin.PostAsync(path, null).RefusedAsync(404, "USER_NOT_FOUND");
    }

    [Fact]
    public async Task Links_can_be_guessed_only_so_often_and_nothing_is_hashed_for_a_wrong_one()
    {
        await using var own = new KiketServer { TestServices = services => services.AddSingleton<IPasswordHashing, NoHashing>() };
        await own.InitializeAsync();
        var browser = new Browser(own);
        var page = await browser.GetPageAsync("/account/password?token=kpwd_wrong");
        Task<Browser.Page> TryAsync() => browser.SubmitAsync(page, ("password", Browser.Password), ("again", Browser.Password));

        for (var tries = 0; tries < 100; tries++)
            Assert.Equal(HttpStatusCode.NotFound, (await TryAsync()).Status);
        var refused = await TryAsync();

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Contains("too many tries", refused.Text, StringComparison.Ordinal);
        var elsewhere = await new Browser(own).SetPasswordAsync($"{own.Address}account/password?token=kpwd_wrong");
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.Status);
    }

    [Fact]
    public async Task An_address_in_two_organizations_signs_in_by_its_password_and_locks_nobody_out()
    {
        var (tenant, other) = (await server.NewTenantAsync(), await server.NewTenantAsync());
        var (id, email) = await tenant.AddPersonAsync(OrganizationRole.Viewer);
        var invited = await other
            .Admin.PostJsonAsync("/api/v1/users", new { user = new { email, role = "viewer" } })
            .CreatedAsync();
        var twin = (long)invited["id"]!;
        await other.SetPasswordAsync(twin, "another good password");
        var browser = new Browser(server);
        for (var times = 0; times < 6; times++)
            Assert.Contains(SignedIn, (await new Browser(server).SignInAsync(email)).Text, StringComparison.Ordinal);

        var asOther = await new Browser(server).SignInAsync(email, "another good password");
        await other.SetPasswordAsync(twin);
        var both = await browser.SignInAsync(email);
        var slug = (string)(await tenant.Admin.GetAsync($"/api/v1/organizations/{tenant.OrganizationId}").OkAsync())["slug"]!;
        var chosen = await browser.SubmitAsync(both, ("email", email), ("organization", slug), ("password", Browser.Password));

        Assert.Contains(SignedIn, asOther.Text, StringComparison.Ordinal);
        Assert.Contains($"Enter one of", both.Text, StringComparison.Ordinal);
        Assert.Contains(slug, both.Text, StringComparison.Ordinal);
        Assert.Contains(SignedIn, chosen.Text, StringComparison.Ordinal);
        var signIns = await tenant.Admin.GetAsync($"/api/v1/audit_log?action=complete_sign_in&subject_id={id}").OkAsync();
        Assert.Equal(7, signIns["data"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_deactivation_ends_the_sign_in_and_the_password_for_good()
    {
        var tenant = await server.NewTenantAsync();
        var (id, email) = await tenant.AddPersonAsync(OrganizationRole.Viewer);
        var browser = new Browser(server);
        Assert.Contains(SignedIn, (await browser.SignInAsync(email)).Text, StringComparison.Ordinal);

        foreach (var deactivated in new[] { true, false })
            await tenant.Admin.PatchJsonAsync($"/api/v1/users/{id}", new { user = new { deactivated } }).OkAsync();

        Assert.Contains("<h1>Sign in</h1>", (await browser.GetPageAsync("/sign-in")).Text, StringComparison.Ordinal);
        Assert.Contains("is wrong", (await browser.SignInAsync(email)).Text, StringComparison.Ordinal);
        await tenant.SetPasswordAsync(id);
        Assert.Contains(SignedIn, (await browser.SignInAsync(email)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_password_ends_sign_ins_before_it()
    {
        var tenant = await server.NewTenantAsync();
        var (id, email) = await tenant.AddPersonAsync(OrganizationRole.Viewer);
        var browser = new Browser(server);
        await browser.SignInAsync(email);

        await tenant.SetPasswordAsync(id, "another good password");

        Assert.Contains("<h1>Sign in</h1>", (await browser.GetPageAsync("/sign-in")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_are_protected_and_the_cookie_opens_no_api()
    {
        var tenant = await server.NewTenantAsync();
        var (_, email) = await tenant.AddPersonAsync(OrganizationRole.Admin);
        var browser = new Browser(server);
        var page = await browser.GetPageAsync("/sign-in?return_url=https://evil.example.com");

        var signedIn = await browser.SignInAsync(page, email);
        var withoutToken = await browser.PostAsync("/sign-in", [new("email", "a@b.c"), new("password", "x")]);
        var api = await browser.GetPageAsync("/api/v1/me");

        Assert.Contains(SignedIn, signedIn.Text, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", page.Csp, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", page.Csp, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, withoutToken.Status);
        Assert.Equal(HttpStatusCode.Unauthorized, api.Status);
    }

    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/connect/token")]
    [InlineData("/hangfire/stats")]
    public async Task A_form_that_cannot_be_read_is_refused(string path)
    {
        var browser = new Browser(server);

        foreach (var form in new[] { "email=%00", new string('&', 2_000).Replace("&", "&a=b", StringComparison.Ordinal) })
        {
            var body = new StringContent(form, null, "application/x-www-form-urlencoded");
            Assert.Equal(HttpStatusCode.BadRequest, (await browser.Client.PostAsync(path, body)).StatusCode);
        }
    }

    [Theory]
    [InlineData("nobody\u0007@example.com", "")]
    [InlineData("nobody@example.com", "slug\u007f")]
    [InlineData("<script>alert(1)</script>", "")]
    public async Task Any_text_in_a_field_is_answered_by_the_form(string email, string organization)
    {
        var browser = new Browser(server);
        var page = await browser.GetPageAsync("/sign-in");

        var refused = await browser.SubmitAsync(page, ("email", email), ("organization", organization), ("password", "x"));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Contains("is wrong", refused.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", refused.Text, StringComparison.Ordinal);
    }

    private static string ChangesOf(JsonNode record) =>
        string.Join(' ', record["changes"]!.AsArray().Select(c => (string?)c!["change"]));

    private sealed class NoHashing : IPasswordHashing
    {
        public string Hash(string password) => throw new InvalidOperationException("A password was hashed.");

        public bool Matches(string? hash, string password) => throw new InvalidOperationException("A password was compared.");
    }
}
