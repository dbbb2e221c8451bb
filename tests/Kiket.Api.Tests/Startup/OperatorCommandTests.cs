using System.Globalization;
using System.Text.Json.Nodes;

namespace Kiket.Api.Tests.Startup;

/// <summary>Commands on an organization, in a class of their own so that both run at once: each takes many processes.</summary>
[Trait("Database", "Sqlite")]
public sealed class OperatorCommandTests : CommandLineTest
{
    [Fact]
    public async Task Tokens_of_every_user_are_listed_replaced_and_revoked()
    {
        var first = TokenOf(await RunAsync("organization", "create", "Acme", "--admin-email", "ada@acme.com"));
        var id = (await StoredAsync(first)).Token.Id.ToString(CultureInfo.InvariantCulture);

        var rotated = await RunAsync("token", "rotate", id, "--overlap", "2h");
        var revoked = await RunAsync("token", "revoke", id);
        var listed = await RunAsync("token", "list", "--json");

        var (successor, left) = ((await StoredAsync(TokenOf(rotated))).Token, JsonNode.Parse(listed.Output)!.AsArray());
        Assert.Equal((successor.Id, successor.Prefix), ((long)left.Single()!["id"]!, (string?)left.Single()!["token_prefix"]));
        Assert.DoesNotContain(TokenOf(rotated), listed.Output, StringComparison.Ordinal);
        Assert.Equal($"Token {id} was revoked.", revoked.Output.TrimEnd());
        AssertRefused(await RunAsync("token", "revoke", id), $"no token {id}");
    }

    [Fact]
    public async Task Users_are_added_and_locked_out_and_the_audit_log_shows_the_command_line()
    {
        await RunAsync("organization", "create", "Acme", "--admin-email", "ada@acme.com");

        var added = await RunAsync("user", "add", "Bob@acme.com", "--role", "viewer", "--name", "Bob");
        await RunAsync("user", "deactivate", "2");
        var listed = await RunAsync("user", "list");
        var sound = await RunAsync("audit", "verify");
        var record = await ChangeAuditRecordAsync("invite_user");

        Assert.Matches(
            @"^bob@acme\.com was added as user 2\. .*\nhttp://127\.0\.0\.1:5080/account/password\?token=kpwd_",
            added.Output
        );
        Assert.Matches(@"2 +bob@acme\.com +Bob +viewer +deactivated", listed.Output);
        Assert.Contains("records are as they were written", sound.Output, StringComparison.Ordinal);
        Assert.Equal(("command_line", null), (record.Credential, record.ActorId));
        AssertRefused(await RunAsync("audit", "verify"), $"at record {record.Sequence}");
    }

    [Fact]
    public async Task One_of_several_organizations_must_be_chosen_and_the_others_stay_out_of_sight()
    {
        await RunAsync("organization", "create", "Acme", "--admin-email", "ada@acme.com");
        await RunAsync("organization", "create", "Beta", "--admin-email", "bea@beta.com");

        AssertRefused(await RunAsync("token", "list"), "choose one with --organization: acme, beta");
        AssertRefused(await RunAsync("token", "revoke", "1", "--organization", "beta"), "no token 1");
        Assert.Matches(@"1 +acme +Acme +1 .*\n2 +beta +Beta +1 ", (await RunAsync("organization", "list")).Output);
    }

    [Fact]
    public async Task Endpoints_are_paused_and_sent_again_what_they_missed()
    {
        await RunAsync("organization", "create", "Acme", "--admin-email", "ada@acme.com");
        var webhook = await AddFailedDeliveryAsync();

        var paused = await RunAsync("webhook", "pause", webhook, "--for", "12h");
        var listed = JsonNode.Parse((await RunAsync("webhook", "list", "--json")).Output)!.AsArray().Single()!;
        var replayed = await RunAsync("webhook", "replay", "--event", "webhook.test", "--since", "1h");

        Assert.Equal($"Endpoint {webhook} is paused.", paused.Output.TrimEnd());
        Assert.NotNull(listed["circuit"]!["paused_until"]);
        Assert.Equal("1 deliveries are on their way again.", replayed.Output.TrimEnd());
    }

    [Fact]
    public async Task The_demo_is_added_once()
    {
        await RunAsync("organization", "create", "Acme", "--admin-email", "ada@acme.com");

        Assert.Equal("The project NEWS was added to Acme.", (await RunAsync("demo")).Output.TrimEnd());
        AssertRefused(await RunAsync("demo"), "already has the demo project");
    }

    [Fact]
    public async Task A_shell_completes_commands_and_values()
    {
        var roles = await RunAsync("[suggest:22]", "kiket user add --role ");
        var script = await RunAsync("completion", "bash", "--name", "kiket");

        Assert.Contains("project_manager", roles.Output, StringComparison.Ordinal);
        Assert.EndsWith("-F _kiket kiket", script.Output.TrimEnd(), StringComparison.Ordinal);
    }
}
