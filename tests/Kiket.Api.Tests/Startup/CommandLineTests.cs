using System.CommandLine;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kiket.Api.Startup;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;
using Kiket.Infrastructure;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Startup;

/// <summary>The executable as an operator runs it.</summary>
[Trait("Database", "Sqlite")]
public sealed class CommandLineTests : CommandLineTest
{
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

    /// <summary>The host checks this in Development, which is where <c>dotnet run</c> is.</summary>
    [Fact]
    public void Every_service_of_the_commands_can_be_built()
    {
        var builder = CommandLine.CreateBuilder();
        builder.Services.AddKiketInfrastructure(builder.Configuration);

        using var services = builder.Services.BuildServiceProvider(
            new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true }
        );
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
}
