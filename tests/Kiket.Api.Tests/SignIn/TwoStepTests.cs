using System.Net;
using System.Text.RegularExpressions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.SignIn;

/// <summary>Signing in with a code of an authenticator app.</summary>
public sealed class TwoStepTests(KiketServer server)
{
    private const string SignedIn = "<h1>You are signed in</h1>";
    private const string CodeWanted = "<h1>Enter your code</h1>";

    [Fact]
    public async Task A_user_with_an_app_signs_in_by_password_and_code_and_no_code_works_twice()
    {
        var tenant = await server.NewTenantAsync();
        var (_, email) = await tenant.AddPersonAsync(OrganizationRole.Viewer);
        var browser = new Browser(server);
        await browser.SignInAsync(email);
        var page = await browser.GetPageAsync("/account/two-step");
        var key = Regex.Match(page.Text, "name=\"key\" value=\"([A-Z2-7]{32})\"").Groups[1].Value;

        var first = CodeOf(key, 0);
        var wrong = await browser.SubmitAsync(page, ("code", "000000"));
        var added = await browser.SubmitAsync(wrong, ("code", first));
        var recovery = Regex.Matches(added.Text, "<code>([a-z2-9-]{19})</code>").Select(m => m.Groups[1].Value).ToList();
        var other = new Browser(server);
        var asked = await other.SignInAsync(email);
        var early = await other.GetPageAsync("/sign-in");
        var replayed = await other.SubmitAsync(asked, ("code", first));
        var done = await other.SubmitAsync(asked, ("code", CodeOf(key, 1)));
        var lost = new Browser(server);
        var byRecovery = await lost.SubmitAsync(await lost.SignInAsync(email), ("code", recovery[0]));
        var again = await lost.SubmitAsync(await lost.SignInAsync(email), ("code", recovery[0]));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.Status);
        Assert.Contains(key, wrong.Text, StringComparison.Ordinal);
        Assert.Contains("<h1>Two-step sign-in is on</h1>", added.Text, StringComparison.Ordinal);
        Assert.Equal(10, recovery.Distinct().Count());
        Assert.Contains(CodeWanted, asked.Text, StringComparison.Ordinal);
        Assert.Contains("<h1>Sign in</h1>", early.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, replayed.Status);
        Assert.Contains(SignedIn, done.Text, StringComparison.Ordinal);
        Assert.Contains(SignedIn, byRecovery.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, again.Status);
    }

    [Fact]
    public async Task Wrong_codes_lock_a_user_out_although_the_password_is_right()
    {
        var (tenant, email, key, id) = await StartAsync();
        var browser = new Browser(server);
        for (var tries = 0; tries < 5; tries++)
            await browser.SubmitAsync(await browser.SignInAsync(email), ("code", "000000"));

        var locked = await browser.SignInAsync(email);

        Assert.Contains("is wrong", locked.Text, StringComparison.Ordinal);
        Assert.NotEmpty(key);
        var log = await tenant.Admin.GetAsync($"/api/v1/audit_log?action=refuse_sign_in&subject_id={id}").OkAsync();
        Assert.Equal(
            Enumerable.Repeat(("code", (long?)null), 5),
            log["data"]!.AsArray().Select(r => ((string)r!["credential"]!, (long?)r["actor"]?["id"]))
        );
    }

    [Fact]
    public async Task Users_turn_it_off_by_a_code_and_administrators_without()
    {
        var (tenant, email, key, id) = await StartAsync();
        var browser = new Browser(server);
        await browser.SubmitAsync(await browser.SignInAsync(email), ("code", CodeOf(key, 1)));
        var page = await browser.GetPageAsync("/account/two-step");

        var refused = await browser.SubmitAsync(page, ("code", "000000"));
        var path = $"/api/v1/users/{id}/two_factor";
        await (await tenant.AddUserAsync(OrganizationRole.Developer)).Client.DeleteAsync(path).RefusedAsync(403, "FORBIDDEN");
        await (await server.NewTenantAsync()).Admin.DeleteAsync(path).RefusedAsync(404, "USER_NOT_FOUND");
        await tenant.Admin.DeleteAsync(path).OkAsync();
        var off = await new Browser(server).SignInAsync(email);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Contains("<h1>Two-step sign-in</h1>", refused.Text, StringComparison.Ordinal);
        Assert.Contains(SignedIn, off.Text, StringComparison.Ordinal);
    }

    private async Task<(Tenant Tenant, string Email, string Key, long Id)> StartAsync()
    {
        var tenant = await server.NewTenantAsync();
        var (id, email) = await tenant.AddPersonAsync(OrganizationRole.Viewer);
        var browser = new Browser(server);
        await browser.SignInAsync(email);
        var page = await browser.GetPageAsync("/account/two-step");
        var key = Regex.Match(page.Text, "name=\"key\" value=\"([A-Z2-7]{32})\"").Groups[1].Value;
        var added = await browser.SubmitAsync(page, ("code", CodeOf(key, 0)));
        Assert.Contains("<h1>Two-step sign-in is on</h1>", added.Text, StringComparison.Ordinal);
        return (tenant, email, key, id);
    }

    private static string CodeOf(string key, int later) =>
        Totp.CodeOf(Totp.BytesOf(key)!, Totp.StepAt(DateTimeOffset.UtcNow) + later);
}
