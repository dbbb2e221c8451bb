using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kiket.Api.Startup;
using Kiket.Domain.Audit;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;
using Kiket.Infrastructure;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Startup;

/// <summary>The executable as an operator runs it; each test has its own database.</summary>
[Trait("Database", "Sqlite")]
public sealed class CommandLineTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("kiket-commands-").FullName;

    private string Connection => $"Data Source={Path.Combine(folder, "kiket.db")};Pooling=False";

    [Fact]
    public async Task An_organization_is_founded_with_an_administrator_whose_token_is_printed_once()
    {
        var run = await RunAsync("organization", "create", "Acme Legal", "--admin-email", "Ada@Acme.com");

        var token = TokenOf(run);
        var stored = await StoredAsync(token);
        Assert.Contains("acme-legal", run.Output, StringComparison.Ordinal);
        Assert.Equal(2, run.Output.Split(token).Length);
        Assert.Equal(("ada@acme.com", OrganizationRole.Admin), (stored.User.Email, stored.User.Role));
        Assert.Empty(stored.Token.Scopes);
        Assert.Null(stored.Token.ExpiresAt);
    }

    [Fact]
    public async Task A_token_is_created_for_a_user_with_scopes_and_an_end()
    {
        await RunAsync("organization", "create", "Acme", "--admin-email", "ada@acme.com");

        var run = await RunAsync(
            "token",
            "create",
            "--user",
            "Ada@acme.com",
            "--scopes",
            "issues:read, projects",
            "--expires-in",
            "12h"
        );

        var stored = await StoredAsync(TokenOf(run));
        Assert.Equal(["issues:read", "projects"], stored.Token.Scopes);
        Assert.InRange(stored.Token.ExpiresAt!.Value - DateTimeOffset.UtcNow, TimeSpan.FromHours(11.9), TimeSpan.FromHours(12));
        Assert.Equal(TokenKind.Personal, stored.Token.Kind);
    }

    [Fact]
    public async Task An_address_in_two_organizations_needs_one_of_them_named()
    {
        await RunAsync("organization", "create", "Acme", "--admin-email", "ada@example.com");
        await RunAsync("organization", "create", "Beta", "--admin-email", "ada@example.com");

        AssertRefused(
            await RunAsync("token", "create", "--user", "ada@example.com"),
            "several organizations; choose one of acme, beta"
        );
        AssertRefused(
            await RunAsync("token", "create", "--user", "ada@example.com", "--organization", "gamma"),
            "no user ada@example.com in the organization gamma"
        );
        var run = await RunAsync("token", "create", "--user", "ada@example.com", "--organization", "beta", "--expires-in", "30d");
        var link = await RunAsync("password-link", "ada@example.com", "--organization", "beta");

        Assert.Contains("beta", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"\nhttp://127\.0\.0\.1:5080/account/password\?token=kpwd_\S+", link.Output);
        Assert.InRange(
            (await StoredAsync(TokenOf(run))).Token.ExpiresAt!.Value - DateTimeOffset.UtcNow,
            TimeSpan.FromDays(29.9),
            TimeSpan.FromDays(30)
        );
    }

    [Fact]
    public async Task What_cannot_be_done_is_said_in_one_sentence()
    {
        await RunAsync("organization", "create", "Acme", "--admin-email", "ada@acme.com");

        AssertRefused(
            await RunAsync("organization", "create", "ACME", "--admin-email", "ada@acme.com"),
            "already an organization acme"
        );
        AssertRefused(await RunAsync("organization", "create", "Beta", "--admin-email", "nobody"), "e-mail address");
        AssertRefused(await RunAsync("token", "create", "--user", "eve@acme.com"), "no user eve@acme.com");
        AssertRefused(
            await RunAsync("token", "create", "--user", "ada@acme.com", "--scopes", "everything"),
            "'everything' is not a valid scope"
        );
    }

    [Theory]
    [InlineData("--expires-in", "tomorrow")]
    [InlineData("--expires-in", "0d")]
    [InlineData("--expires-in", "-3d")]
    [InlineData("--expires-in", "99999999999d")]
    [InlineData("--expires-in", "d")]
    [InlineData("--until", "2030")]
    public async Task A_malformed_command_is_refused_before_anything_is_touched(string option, string value)
    {
        AssertRefused(await RunAsync("token", "create", "--user", "ada@acme.com", option, value), value);

        Assert.Empty(Directory.GetFiles(folder, "*.db"));
    }

    [Theory]
    [InlineData("migrat")]
    [InlineData("organization")]
    [InlineData("organization", "create")]
    [InlineData("organization", "create", "Acme")]
    [InlineData("token", "create")]
    [InlineData("import")]
    public async Task An_unknown_or_incomplete_command_is_refused_and_starts_no_server(params string[] args)
    {
        AssertRefused(await RunAsync(args), "");

        Assert.Empty(Directory.GetFiles(folder, "*.db"));
    }

    [Fact]
    public async Task Import_prints_each_error_of_a_broken_pack_with_its_place_and_ends_with_1()
    {
        await RunAsync("organization", "create", "Acme", "--admin-email", "ada@acme.com");
        var workflow = Path.Combine(folder, "packs", "desk", ".kiket", "workflows", "main.yaml");
        Directory.CreateDirectory(Path.GetDirectoryName(workflow)!);
        await File.WriteAllTextAsync(
            workflow,
            "workflow: main\nstates: [open, done]\ntransitions:\n  - {from: open, to: gone}\n  - {from: lost, to: done}\n"
        );

        var broken = await RunAsync("import", "packs");
        await File.WriteAllTextAsync(
            workflow,
            "workflow: main\nstates: [open, done]\ntransitions:\n  - {from: open, to: done}\n"
        );
        var sound = await RunAsync("import", "packs/desk", "--organization", "acme");

        Assert.Equal((1, ""), (broken.ExitCode, broken.Output));
        Assert.Equal(
            [
                "packs/desk/.kiket/workflows/main.yaml:4:22: The transition goes to 'gone', which is not a state of "
                    + "this workflow.",
                "packs/desk/.kiket/workflows/main.yaml:5:12: The transition goes from 'lost', which is not a state of "
                    + "this workflow.",
                "0 of 1 packs were imported.",
            ],
            broken.Error.TrimEnd().Split('\n').Select(line => line.Trim())
        );
        Assert.Equal((0, ""), (sound.ExitCode, sound.Error));
        Assert.Equal("packs/desk: project DESK: 7 created, 0 changed, 0 unchanged, 0 removed", sound.Output.TrimEnd());
        AssertRefused(await RunAsync("import", "nowhere"), "There is no .kiket folder in nowhere");
    }

    [Fact]
    public async Task Migrate_brings_the_database_up_to_date_and_founds_nothing()
    {
        var first = await RunAsync("migrate");
        var second = await RunAsync("migrate");

        Assert.Equal((0, 0), (first.ExitCode, second.ExitCode));
        Assert.Contains("Initial", first.Output, StringComparison.Ordinal);
        Assert.Contains("up to date", second.Output, StringComparison.Ordinal);
        await using var services = Services();
        await using var scope = services.CreateAsyncScope();
        Assert.Equal(0, await scope.ServiceProvider.GetRequiredService<KiketDbContext>().Organizations.CountAsync());
    }

    [Fact]
    public async Task A_database_that_is_not_to_be_migrated_at_start_is_left_alone()
    {
        Settings["Database__MigrateOnStart"] = "false";

        AssertRefused(
            await RunAsync("organization", "create", "Acme", "--admin-email", "ada@acme.com"),
            "run the command migrate first"
        );
        await RunAsync("migrate");
        TokenOf(await RunAsync("organization", "create", "Acme", "--admin-email", "ada@acme.com"));
    }

    [Theory]
    [InlineData("Database__Provider", "Oracle")]
    [InlineData("ConnectionStrings__Kiket", "Nonsense=1")]
    [InlineData("ConnectionStrings__Kiket", "Data Source=/proc/nowhere/kiket.db")]
    public async Task A_setting_that_is_wrong_gets_a_sentence_and_no_stack_trace(string name, string value)
    {
        Settings[name] = value;

        AssertRefused(await RunAsync("migrate"), "", exitCode: 78);
    }

    [Fact]
    public async Task An_unreachable_server_gets_a_sentence_and_no_stack_trace()
    {
        Settings["Database__Provider"] = "PostgreSql";
        Settings["ConnectionStrings__Kiket"] = "Host=127.0.0.1;Port=1;Username=kiket;Password=very-secret";

        var run = await RunAsync("migrate");

        AssertRefused(run, "127.0.0.1:1");
        Assert.DoesNotContain("very-secret", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_names_the_commands_and_shows_examples()
    {
        var (all, one) = (await RunAsync("--help"), await RunAsync("token", "create", "--help"));

        Assert.Equal((0, 0), (all.ExitCode, one.ExitCode));
        Assert.All(CommandLine.Commands.Subcommands, c => Assert.Contains($"  {c.Name} ", all.Output, StringComparison.Ordinal));
        Assert.Contains(Examples.ByCommand["token create"].Single(), one.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_command_has_an_example_that_it_accepts()
    {
        var root = CommandLine.Commands;
        var paths = Leaves(root).Select(Examples.PathOf).Order(StringComparer.Ordinal);

        Assert.Equal(paths, Examples.ByCommand.Keys.Order(StringComparer.Ordinal));
        Assert.All(
            Examples.ByCommand.SelectMany(c => c.Value.Select(example => (c.Key, example))),
            example =>
            {
                var parsed = root.Parse(example.example.Split(" >")[0]);
                Assert.Equal(example.Key, Examples.PathOf(parsed.CommandResult.Command));
                if (example.Key != "serve") // which reads its settings itself
                    Assert.Empty(parsed.Errors);
            }
        );

        static IEnumerable<Command> Leaves(Command command) =>
            command.Subcommands.Count == 0 ? [command] : command.Subcommands.SelectMany(Leaves);
    }

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

    [Fact]
    public async Task Config_shows_what_holds_and_where_it_comes_from_and_no_secret()
    {
        Settings["Metrics__Token"] = "very-secret";
        Settings["ConnectionStrings__Kiket"] = "Host=db;Password=very-secret";
        Settings["Database__Provider"] = "PostgreSql";
        Settings["Workflows__Environment__API_KEY"] = "very-secret";

        var run = await RunAsync("config", "--json");

        var settings = JsonNode.Parse(run.Output)!.AsArray().ToDictionary(s => (string)s!["name"]!);
        Assert.Equal(0, run.ExitCode);
        Assert.DoesNotContain("very-secret", run.Output, StringComparison.Ordinal);
        foreach (
            var (name, value, source) in new[]
            {
                ("Metrics:Token", "***", "variable Metrics__Token"),
                ("ConnectionStrings:Kiket", "Host=db;Password=***", "variable ConnectionStrings__Kiket"),
                ("Workflows:Environment:API_KEY", "***", "variable Workflows__Environment__API_KEY"),
                ("Webhooks:Workers", "20", "default"),
            }
        )
            Assert.Equal((value, source), ((string?)settings[name]!["value"], (string?)settings[name]!["source"]));
    }

    [Fact]
    public async Task Config_hides_each_setting_that_is_called_a_secret()
    {
        var all = JsonNode.Parse((await RunAsync("config", "--json")).Output)!.AsArray().Select(s => (string)s!["name"]!);
        var secrets = all.Where(n => Regex.IsMatch(n, "(Secret|Password|Passphrase|Token)$")).ToList();
        foreach (var name in secrets)
            Settings[name.Replace(":", "__", StringComparison.Ordinal)] = "very-secret-and-long-enough";

        var run = await RunAsync("config");

        Assert.Contains("SignIn:ClientSecret", secrets);
        Assert.All(secrets, name => Assert.Matches($@"{name} +\*\*\* +variable", run.Output));
        Assert.DoesNotContain("very-secret", run.Output + run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Config_also_shows_settings_of_which_one_is_wrong()
    {
        Settings["Webhooks__Workers"] = "many";

        var run = await RunAsync("config");

        Assert.Equal(78, run.ExitCode);
        Assert.Matches(@"Webhooks:Workers +many +variable Webhooks__Workers", run.Output);
        Assert.Contains("Webhooks:Workers is 'many'", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_says_what_fails_and_what_to_do()
    {
        var sick = await RunAsync("doctor");
        await RunAsync("migrate");
        var well = await RunAsync("doctor", "--json");

        var statuses = JsonNode.Parse(well.Output)!.AsArray().ToDictionary(f => (string)f!["check"]!, f => (string)f!["status"]!);
        Assert.Equal((1, 0), (sick.ExitCode, well.ExitCode));
        Assert.Matches(@"failed +\w+ +The database .*Run the command migrate", sick.Output);
        Assert.Equal(("ok", "ok", "ok"), (statuses["database"], statuses["migrations"], statuses["backlog"]));
        Assert.Equal(("warning", "warning"), (statuses["links"], statuses["keys"]));
    }

    [Fact]
    public async Task Health_of_a_server_that_does_not_run_is_a_failure()
    {
        Settings["Urls"] = "http://*:1";

        AssertRefused(await RunAsync("health"), "http://127.0.0.1:1/ does not answer");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private Dictionary<string, string> Settings { get; } = [];

    private static void AssertRefused((int ExitCode, string Output, string Error) run, string sentence, int exitCode = 1)
    {
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.NotEmpty(run.Error.Trim());
    }

    private static string TokenOf((int ExitCode, string Output, string Error) run)
    {
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Empty(run.Error);
        var token = run.Output.TrimEnd().Split('\n')[^1].Trim();
        Assert.StartsWith("kpat_", token, StringComparison.Ordinal);
        return token;
    }

    private async Task<(AccessToken Token, User User)> StoredAsync(string token)
    {
        await using var services = Services();
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var stored = await db
            .AccessTokens.IgnoreQueryFilters()
            .AsNoTracking()
            .SingleAsync(t => t.Hash == TokenSecret.HashOf(token));
        return (stored, await db.Users.IgnoreQueryFilters().AsNoTracking().SingleAsync(u => u.Id == stored.UserId));
    }

    /// <summary>Changes a record in the database, and returns it as it was.</summary>
    private async Task<AuditRecord> ChangeAuditRecordAsync(string action)
    {
        await using var services = Services();
        await using var scope = services.CreateAsyncScope();
        var records = scope.ServiceProvider.GetRequiredService<KiketDbContext>().AuditRecords.IgnoreQueryFilters();
        var record = await records.AsNoTracking().SingleAsync(r => r.Action == action);
        await records
            .Where(r => r.Sequence == record.Sequence)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.Credential, "token:1"));
        return record;
    }

    /// <returns>The id of the endpoint.</returns>
    private async Task<string> AddFailedDeliveryAsync()
    {
        await using var services = Services();
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var now = DateTimeOffset.UtcNow;
        var admin = await db.AcrossTenants<User>().SingleAsync();
        var user = User.ForExtension(admin.OrganizationId, "Listener", now);
        db.Users.Add(user);
        await db.SaveChangesAsync();
        const string url = "http://127.0.0.1:9";
        var manifest = new ExtensionManifest { Id = "com.example.listener", Name = "Listener" };
        var key = TokenSecret.Generate(Extension.KeyLabel);
        var extension = Extension.Install(user, null, manifest, url, key, admin.Id, now);
        db.Extensions.Add(extension);
        await db.SaveChangesAsync();
        var webhook = Webhook.For(
            admin.OrganizationId,
            null,
            extension.Id,
            WebhookKind.Extension,
            new(url, false, new Dictionary<string, string>(), SignatureScheme.Timestamp, DeliveryOrdering.None, 1000),
            [new(EventNames.IssueCreated)],
            null,
            now
        );
        db.Webhooks.Add(webhook);
        await db.SaveChangesAsync();
        var delivery = WebhookDelivery.Test(webhook, "evt_1", "{}", now);
        delivery.RecordAttempt(new AttemptOutcome(400, "No."), retries: 0, chance: 0.5, now);
        db.WebhookDeliveries.Add(delivery);
        await db.SaveChangesAsync();
        return webhook.Id.ToString(CultureInfo.InvariantCulture);
    }

    private ServiceProvider Services() =>
        new ServiceCollection()
            .AddKiketInfrastructure(
                new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:Kiket", Connection)]).Build()
            )
            .BuildServiceProvider();

    private async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        start.Environment["Database__Provider"] = "Sqlite";
        start.Environment["ConnectionStrings__Kiket"] = Connection;
        foreach (var (name, value) in Settings)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
