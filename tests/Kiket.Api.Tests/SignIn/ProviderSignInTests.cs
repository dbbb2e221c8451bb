using System.Net;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.SignIn;

/// <summary>Signing in by an OpenID Connect provider, which is another server of ours.</summary>
[Trait("Database", "Sqlite")]
public sealed class ProviderSignInTests(KiketServer provider)
{
    private const string Address = "https://kiket.example";
    private const string Operator = "kpat_operator_of_the_tests";

    [Fact]
    public async Task A_user_signs_in_by_the_provider_and_the_audit_log_knows()
    {
        var (email, settings) = await RegisterAsync();
        await using var server = await StartAsync(settings);
        var admin = server.NewClient(Operator);
        var id = await InviteAsync(admin, email.ToUpperInvariant());

        var page = await SignInAsync(server, email, "/account/two-step");

        Assert.Contains("<h1>Two-step sign-in</h1>", page.Text, StringComparison.Ordinal);
        var log = await admin.GetAsync($"/api/v1/audit_log?action=complete_sign_in&subject_id={id}").OkAsync();
        var entry = Assert.Single(log["data"]!.AsArray())!;
        Assert.Equal(("identity_provider", id), ((string?)entry["credential"], (long?)entry["actor"]?["id"]));
    }

    [Fact]
    public async Task Strangers_and_deactivated_users_are_refused()
    {
        var (email, settings) = await RegisterAsync();
        await using var server = await StartAsync(settings);
        var admin = server.NewClient(Operator);

        var stranger = await SignInAsync(server, email);
        var id = await InviteAsync(admin, email);
        await admin.PatchJsonAsync($"/api/v1/users/{id}", new { user = new { deactivated = true } }).OkAsync();
        var deactivated = await SignInAsync(server, email);

        foreach (var page in new[] { stranger, deactivated })
        {
            Assert.Equal(HttpStatusCode.Forbidden, page.Status);
            Assert.Contains("is not an active user here", page.Text, StringComparison.Ordinal);
        }

        var log = await admin.GetAsync($"/api/v1/audit_log?action=begin_provider_sign_in&subject_id={id}").OkAsync();
        Assert.Contains("sign_in_failed", Assert.Single(log["data"]!.AsArray())!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_not_verified_counts_only_where_it_is_trusted()
    {
        var (email, settings) = await RegisterAsync();
        settings.Remove("SignIn:TrustUnverifiedEmail");
        await using var server = await StartAsync(settings);
        await InviteAsync(server.NewClient(Operator), email);

        var page = await SignInAsync(server, email);

        Assert.Equal(HttpStatusCode.Forbidden, page.Status);
        Assert.Contains("has not verified your e-mail address", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_step_is_also_asked_after_the_provider()
    {
        var (email, settings) = await RegisterAsync();
        await using var server = await StartAsync(settings);
        var admin = server.NewClient(Operator);
        var id = await InviteAsync(admin, email);
        var browser = new Browser(server);
        var form = await SignInAsync(server, email, "/account/two-step", browser);
        var key = Between(form.Text, "name=\"key\" value=\"", "\"");
        await browser.SubmitAsync(form, ("code", Totp.CodeOf(Totp.BytesOf(key)!, Totp.StepAt(DateTimeOffset.UtcNow))));

        var other = new Browser(server);
        var asked = await SignInAsync(server, email, visitor: other);
        Assert.Contains("<h1>Enter your code</h1>", asked.Text, StringComparison.Ordinal);
        await other.SubmitAsync(asked, ("code", "000000"));
        var log = await admin.GetAsync($"/api/v1/audit_log?action=refuse_sign_in&subject_id={id}").OkAsync();
        var entry = Assert.Single(log["data"]!.AsArray())!;
        Assert.Equal(("identity_provider_code", null), ((string?)entry["credential"], (long?)entry["actor"]?["id"]));
    }

    [Fact]
    public async Task After_signing_out_a_user_can_sign_out_at_the_provider_too()
    {
        var (email, settings) = await RegisterAsync();
        await using var server = await StartAsync(settings);
        await InviteAsync(server.NewClient(Operator), email);
        var (here, there) = (new Browser(server), new Browser(provider));
        await SignInAsync(server, email, visitor: here, atProvider: there);

        var left = await here.SubmitAsync(await here.GetPageAsync("/sign-out"));
        var link = WebUtility.HtmlDecode(Between(left.Text, "<a class=\"button\" href=\"", "\""));
        var asked = await there.GetPageAsync(new Uri(link).PathAndQuery);
        await there.SubmitAsync(asked);

        Assert.Contains("<h1>You are signed out</h1>", left.Text, StringComparison.Ordinal);
        Assert.StartsWith(provider.Address.ToString(), link, StringComparison.Ordinal);
        Assert.Contains("<h1>You are signed in</h1>", asked.Text, StringComparison.Ordinal);
        foreach (var browser in new[] { here, there })
            Assert.Contains("<h1>Sign in</h1>", (await browser.GetPageAsync("/sign-out")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_application_can_send_a_user_to_sign_out_but_not_elsewhere()
    {
        var (_, settings) = await RegisterAsync();

        var page = await new Browser(provider).GetPageAsync(
            $"/connect/logout?client_id={settings["SignIn:ClientId"]}&state=x&post_logout_redirect_uri=https://evil.example"
        );

        Assert.Contains("<h1>Sign in</h1>", page.Text, StringComparison.Ordinal); // nobody was signed in
    }

    [Fact]
    public async Task An_answer_that_nobody_asked_for_is_refused()
    {
        var (_, settings) = await RegisterAsync();
        await using var server = await StartAsync(settings);

        var page = await new Browser(server).GetPageAsync("/sign-in/callback?code=stolen&state=forged");

        Assert.Equal(HttpStatusCode.Forbidden, page.Status);
        Assert.Contains("<h1>You are not signed in</h1>", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_provider_that_is_away_is_a_page_and_passwords_go_on()
    {
        var (_, settings) = await RegisterAsync();
        settings["SignIn:Authority"] = "http://127.0.0.1:9/";
        await using var server = await StartAsync(settings);
        var browser = new Browser(server);

        var away = await browser.GetPageAsync("/sign-in/provider");
        var page = await browser.GetPageAsync("/sign-in");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, away.Status);
        Assert.Contains("Sign in with\nExample Ltd", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_provider_there_is_no_button_and_no_page()
    {
        var browser = new Browser(provider);

        Assert.DoesNotContain("Sign in with", (await browser.GetPageAsync("/sign-in")).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetPageAsync("/sign-in/provider")).Status);
    }

    private static string Between(string text, string begin, string end)
    {
        var at = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        return text[at..text.IndexOf(end, at, StringComparison.Ordinal)];
    }

    /// <summary>A person at the provider, and the settings of a server that is registered there.</summary>
    private async Task<(string Email, Dictionary<string, string> Settings)> RegisterAsync()
    {
        var tenant = await provider.NewTenantAsync();
        var (_, email) = await tenant.AddPersonAsync(OrganizationRole.Viewer);
        var client = await tenant
            .Admin.PostJsonAsync(
                "/api/v1/oauth_applications",
                new
                {
                    oauth_application = new
                    {
                        name = "Another Kiket",
                        scopes = new[] { "issues:read" },
                        grant_types = new[] { "authorization_code" },
                        redirect_uris = new[] { $"{Address}/sign-in/callback" },
                    },
                }
            )
            .CreatedAsync();
        return (
            email,
            new()
            {
                ["Kiket:PublicUrl"] = Address,
                ["SignIn:Authority"] = provider.Address.ToString(),
                ["SignIn:ClientId"] = (string)client["client_id"]!,
                ["SignIn:ClientSecret"] = (string)client["client_secret"]!,
                ["SignIn:Organization"] = "kiket",
                ["SignIn:Name"] = "Example Ltd",
                ["SignIn:TrustUnverifiedEmail"] = "true",
            }
        );
    }

    private static async Task<KiketServer> StartAsync(Dictionary<string, string> settings)
    {
        var server = new KiketServer { Settings = settings };
        await server.InitializeAsync();
        return server;
    }

    private static async Task<long> InviteAsync(HttpClient admin, string email) =>
        (long)(await admin.PostJsonAsync("/api/v1/users", new { user = new { email, role = "viewer" } }).CreatedAsync())["id"]!;

    /// <summary>Follows the button to the provider, signs in and consents there, and returns.</summary>
    private async Task<Browser.Page> SignInAsync(
        KiketServer server,
        string email,
        string returnUrl = "/sign-in",
        Browser? visitor = null,
        Browser? atProvider = null
    )
    {
        var (here, there) = (visitor ?? new Browser(server), atProvider ?? new Browser(provider));
        var page = await here.GetPageAsync($"/sign-in?return_url={Uri.EscapeDataString(returnUrl)}");
        var button = WebUtility.HtmlDecode(Between(page.Text, "<a class=\"button\" href=\"", "\""));
        var asked = await here.GetPageAsync(button);
        var consent = await there.SignInAsync(await there.GetPageAsync(new Uri(asked.Location).PathAndQuery), email);
        var answer = consent.Location.Length > 0 ? consent : await there.SubmitAsync(consent, ("decision", "allow"));
        Assert.StartsWith($"{Address}/sign-in/callback?", answer.Location, StringComparison.Ordinal);
        return await here.GetPageAsync(new Uri(answer.Location).PathAndQuery);
    }
}
