using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Kiket.Application.Extensions;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Infrastructure.Extensions;

namespace Kiket.Application.Tests.Extensions;

public sealed class ManifestTests
{
    private const string Canonical = """
        model_version: "1.0"
        extension:
          id: dev.example.chat
          name: Chat
          version: 1.2.3-rc.1
          api_version: v2
          description: Tells people
          author: Somebody
          sdk: ruby
          delivery: http
          callback:
            url: ${EXTENSION_BASE_URL}
            secret: env:WEBHOOK_SECRET
            headers: {X-Team: red}
            timeout: 30000
            required: true
            exact_url: true
            signature_scheme: standard
          activationEvents: [issue.created, issue.transitioned]
          lifecycleEvents: [installed]
          permissions: [issues:read, "notifications:write"]
          hooks:
            - {event: issue.created, timeout: 5000, retries: 1, description: Tell, required: true, template: t}
            - event: workflow.sla_breach
          contributes:
            commands: [{command: chat.send, handler: {type: extension_event, event: chat.send}}]
            workflow_actions:
              - {id: send, name: Send, handler: chat.send, parameters: [{key: channel, type: string, required: true}]}
          configuration:
            BOT_TOKEN: {type: string, secret: true, required: true, scope: extension, label: Token}
            format: {type: select, default: plain}
          secrets:
            - {key: SIGNING_KEY, label: Key, required: false}
          setup:
            - secrets: {collect: [BOT_TOKEN]}
          output_fields:
            channel_url: {label: Channel, type: url}
          custom_data: {permissions: [{module: dev.example.chat.log, operations: [read, delete]}]}
          capabilities: [chat]
          assets: {icon: ./icon.svg}
          hosting: internal
        """;

    [Fact]
    public void The_canonical_form_is_read_whole()
    {
        var read = Read(Canonical).Value;
        var manifest = read.Manifest;

        Assert.Equal(
            ("dev.example.chat", "Chat", "1.2.3-rc.1", "v2", "ruby"),
            (manifest.Id, manifest.Name, manifest.Version, manifest.ApiVersion, manifest.Sdk)
        );
        Assert.Equal(ExtensionDelivery.Http, manifest.Delivery);
        Assert.Equal("${EXTENSION_BASE_URL}", manifest.Callback!.Url);
        Assert.Equal("env.WEBHOOK_SECRET", manifest.Callback.Secret);
        Assert.Null(read.CallbackSecret);
        Assert.Equal("red", read.CallbackHeaders["X-Team"]);
        Assert.Equal(["X-Team"], manifest.Callback.Headers.Keys);
        Assert.DoesNotContain("\"red\"", manifest.Source, StringComparison.Ordinal);
        Assert.Equal(
            (30000, true, true, SignatureScheme.Standard),
            (
                manifest.Callback.TimeoutMs,
                manifest.Callback.Required,
                manifest.Callback.ExactUrl,
                manifest.Callback.SignatureScheme
            )
        );
        Assert.Equal(["issue.created", "issue.transitioned"], manifest.ActivationEvents);
        Assert.Equal(["installed"], manifest.LifecycleEvents);
        Assert.Equal(["issues:read", "notifications:write"], manifest.Permissions);
        Assert.Equal(
            [("issue.created", 5000, 1, true), ("workflow.sla_breach", null, null, null)],
            manifest.Hooks.Select(h => (h.Event, h.TimeoutMs, h.Retries, h.Required))
        );
        Assert.True(manifest.Configuration["BOT_TOKEN"] is { Secret: true, Required: true, IsOrganizationWide: true });
        Assert.Equal("plain", manifest.Configuration["format"].Default!.Value.GetString());
        Assert.Equal("SIGNING_KEY", Assert.Single(manifest.Secrets).Key);
        Assert.Equal(new Dictionary<string, bool> { ["SIGNING_KEY"] = false, ["BOT_TOKEN"] = true }, manifest.SecretKeys());
        Assert.Equal(
            ("send", "Send", "chat.send"),
            (manifest.WorkflowActions[0].Id, manifest.WorkflowActions[0].Name, manifest.WorkflowActions[0].Handler)
        );
        Assert.True(manifest.WorkflowActions[0].Parameters[0] is { Key: "channel", Required: true });
        Assert.Equal(["read", "delete"], Assert.Single(manifest.CustomData).Operations);
        Assert.StartsWith("{", manifest.Source, StringComparison.Ordinal); // written again, without the value of the header
        Assert.DoesNotContain("\"red\"", manifest.Source, StringComparison.Ordinal);
        Assert.Equal(
            "./icon.svg",
            manifest.Document!.Value.GetProperty("extension").GetProperty("assets").GetProperty("icon").GetString()
        );
        Assert.Empty(read.Warnings);
    }

    [Fact]
    public void The_flat_form_of_the_sdks_is_read()
    {
        var read = Read(
            """
            id: com.example.flat
            version: 0.1.0
            delivery_secret: shh
            settings:
              - {key: api_url, default: "https://api.example.com"}
              - {key: API_KEY, default: hidden-default, secret: true}
            """
        ).Value;

        Assert.Equal(
            ("com.example.flat", "com.example.flat", ExtensionDelivery.Internal),
            (read.Manifest.Id, read.Manifest.Name, read.Manifest.Delivery)
        );
        Assert.Equal("https://api.example.com", read.Manifest.Configuration["api_url"].Default!.Value.GetString());
        Assert.Null(read.Manifest.Configuration["API_KEY"].Default);
        Assert.DoesNotContain("hidden-default", read.Manifest.Source + read.Manifest.Document, StringComparison.Ordinal);
        Assert.Equal("settings[1].default", Assert.Single(read.Warnings).Field);
    }

    [Fact]
    public void The_second_version_of_the_manifest_is_read()
    {
        var manifest = Read(
            """
            manifest_version: 2
            extension: {key: com.example.two, name: Two, callback: "https://two.example.com"}
            triggers:
              - {event: issue.created, handler: onCreated}
            settings:
              - {key: depth, default: 3}
            permissions: [read:issues]
            """
        ).Value.Manifest;

        Assert.Equal(("com.example.two", "https://two.example.com"), (manifest.Id, manifest.Callback!.Url));
        Assert.Equal("issue.created", Assert.Single(manifest.Hooks).Event);
        Assert.Equal(3, manifest.Configuration["depth"].Default!.Value.GetInt32());
        Assert.Equal(["read:issues"], manifest.Permissions);
    }

    [Fact]
    public void The_second_version_of_the_manifest_without_a_callback_is_internal()
    {
        var read = Read(
            """
            manifest_version: 2
            extension: {key: com.example.two, name: Two}
            triggers:
              - {event: issue.created, handler: onCreated}
            """
        ).Value;

        Assert.Equal((ExtensionDelivery.Internal, null), (read.Manifest.Delivery, read.Manifest.Callback));
        Assert.Equal("issue.created", Assert.Single(read.Manifest.Hooks).Event);
        Assert.Contains(
            "extension.delivery",
            Read("manifest_version: 1\nextension: {id: a.b, name: A}").Error!.Details.Select(d => d.Field)
        );
    }

    [Theory]
    [InlineData("hooks: [{event: workflow.before_transition, required: true, timeout: 10000}]", "extension.hooks[0]")]
    [InlineData(
        "hooks: {workflow.before_transition: {required: true, timeout_ms: 3001}}",
        "extension.hooks.workflow.before_transition"
    )]
    [InlineData("hooks: [issue.created, {event: workflow.before_transition, required: true}]", null)]
    [InlineData("hooks: [{event: workflow.before_transition, required: true, timeout: 3000}]", null)]
    [InlineData("hooks: [{event: workflow.before_transition, timeout: 10000}]", null)]
    [InlineData("hooks: [{event: issue.created, required: true, timeout: 10000}]", null)]
    public void A_guard_that_asks_for_more_time_than_guards_get_causes_a_warning(string hooks, string? path)
    {
        var read = Read(
            $$"""
            model_version: 1.0
            extension:
              id: com.example.slow
              name: Slow
              delivery: http
              callback: {url: "https://slow.example.com"}
              {{hooks}}
            """
        ).Value;

        Assert.Equal(path is null ? [] : [path], read.Warnings.Select(w => w.Field));
        Assert.All(read.Warnings, w => Assert.Contains("3000 ms", w.Message, StringComparison.Ordinal));
        Assert.All(read.Warnings, w => Assert.Equal(7, w.Line));
    }

    [Fact]
    public void A_guard_takes_the_time_of_its_callback_where_it_asks_for_none_itself()
    {
        var read = Read(
            """
            model_version: 1.0
            extension:
              id: com.example.slow
              name: Slow
              delivery: http
              callback: {url: "https://slow.example.com", timeout: 5000, required: true}
              activationEvents: [workflow.before_transition]
            """
        ).Value;

        Assert.Contains("5000 ms", Assert.Single(read.Warnings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Hooks_and_permissions_may_be_beside_the_extension_and_hooks_may_be_names()
    {
        var manifest = Read(
            """
            model_version: 1.0
            extension: {id: com.example.first, name: First, delivery: internal}
            hooks: [issue.created, issue.closed]
            permissions: [issues:read]
            """
        ).Value.Manifest;

        Assert.Equal(["issue.created", "issue.closed"], manifest.Hooks.Select(h => h.Event));
        Assert.Equal(["issues:read"], manifest.Permissions);
    }

    [Fact]
    public void An_extension_without_hooks_hears_what_wakes_it()
    {
        var manifest = Read(
            """
            model_version: "1.0"
            extension: {id: a.b, name: A, delivery: internal, activation_events: [issue.transitioned, slack.notify]}
            """
        ).Value.Manifest;

        Assert.Equal(["issue.transitioned"], manifest.Subscriptions().Select(h => h.Event));
    }

    [Fact]
    public void A_secret_that_stands_in_the_manifest_is_kept_nowhere_in_it()
    {
        var read = Read(
            """
            model_version: "1.0"
            extension:
              id: a.b
              name: A
              delivery: http
              callback: {url: "https://a.example.com", secret: s3cr3t-in-clear}
            """
        ).Value;

        Assert.Equal("s3cr3t-in-clear", read.CallbackSecret);
        Assert.DoesNotContain("s3cr3t", JsonSerializer.Serialize(read.Manifest), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("callback: {url: u, headers: {Host: x}}", "extension.callback.headers.Host")]
    [InlineData("callback: {url: u, headers: {X-Kiket-Event: x}}", "extension.callback.headers.X-Kiket-Event")]
    [InlineData("callback: {url: u, headers: {A: \"x\\ny\"}}", "extension.callback.headers.A")]
    [InlineData("callback: {url: u, timeout: 99}", "extension.callback.timeout")]
    [InlineData("callback: {url: u, timeout: 60001}", "extension.callback.timeout")]
    [InlineData("callback: {url: u, required: maybe}", "extension.callback.required")]
    [InlineData("callback: {url: u, signature_scheme: rot13}", "extension.callback.signature_scheme")]
    [InlineData("callback: {}", "extension.callback.url")]
    [InlineData("callback: [1]", "extension.callback")]
    [InlineData("hooks: [{event: a b}]", "extension.hooks[0]")]
    [InlineData("hooks: [{event: issue.created}, {event: issue.created}]", "extension.hooks[1]")]
    [InlineData("hooks: [{event: issue.created, retries: 21}]", "extension.hooks[0].retries")]
    [InlineData("hooks: [[1]]", "extension.hooks[0]")]
    [InlineData("hooks: 5", "extension.hooks")]
    [InlineData("permissions: {a: b}", "extension.permissions")]
    [InlineData("permissions: [[x]]", "extension.permissions[0]")]
    [InlineData("api_version: one", "extension.api_version")]
    [InlineData("configuration: {a b: {}}", "extension.configuration.a b")]
    [InlineData("secrets: [{label: x}]", "extension.secrets[0].key")]
    [InlineData("setup: [{a: 1, b: 2}]", "extension.setup[0]")]
    [InlineData("output_fields: {A: {}}", "extension.output_fields.A")]
    [InlineData("output_fields: {a: {type: tune}}", "extension.output_fields.a.type")]
    [InlineData("contributes: {workflow_actions: [{name: x}]}", "extension.contributes.workflow_actions[0].id")]
    [InlineData("custom_data: {permissions: [{module: x}]}", "extension.custom_data.permissions[0].operations")]
    public void An_error_is_reported_at_its_path(string line, string path)
    {
        var rest = line.StartsWith("callback", StringComparison.Ordinal) ? "" : "  callback: {url: u}\n";
        var refusal = Read(
            $"model_version: \"1.0\"\nextension:\n  id: a.b\n  name: A\n  delivery: http\n{rest}  {line}\n"
        ).Error!;

        Assert.Equal(ServerErrorCodes.ExtensionInstallFailed, refusal.Code);
        Assert.Contains(path, refusal.Details.Select(d => d.Field));
        Assert.All(refusal.Details, d => Assert.InRange(d.Line!.Value, 1, 7));
    }

    [Fact]
    public void An_error_in_json_has_a_path_and_no_place()
    {
        var json = JsonSerializer.SerializeToElement(
            new
            {
                model_version = "1.0",
                extension = new
                {
                    id = "a.b",
                    delivery = "internal",
                    hooks = 5,
                },
            }
        );

        var details = new ManifestReader(new()).Read(new(null, json)).Error!.Details;

        Assert.Equal(
            ["extension.name", "extension.hooks"],
            details.Select(d => d.Field).OrderDescending().Reverse().OrderBy(f => f == "extension.hooks")
        );
        Assert.All(details, d => Assert.Null(d.Line));
    }

    [Fact]
    public void Bombs_are_refused_at_once()
    {
        var laughs = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 12; i++)
            laughs.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        string[] bombs =
        [
            laughs.ToString(),
            string.Concat(Enumerable.Repeat("[", 100_000)),
            string.Concat(Enumerable.Repeat("{a: ", 100_000)),
            "a: &a [*a]",
            $"a: &a {new string('x', 200_000)}\nb: [{string.Join(", ", Enumerable.Repeat("*a", 50_000))}]",
            $"extension: {{{string.Join(", ", Enumerable.Range(0, 40_000).Select(i => $"k{i}: 1"))}}}",
            new string('x', ExtensionManifest.MaxSourceLength + 1),
        ];

        var before = GC.GetTotalAllocatedBytes();
        var clock = Stopwatch.StartNew();
        foreach (var bomb in bombs)
            Assert.Equal(ServerErrorCodes.ExtensionInstallFailed, Read(bomb).Error!.Code);

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 1_500_000_000);
    }

    /// <summary>
    /// Bytes changed, lines duplicated, cut, swapped and nested: the result is a manifest or a list of errors, in short time.
    /// </summary>
    [Fact]
    public void Fifty_thousand_mutated_manifests_are_read_or_refused_and_nothing_else()
    {
        var random = new Random(20260302);
        string[] seeds = [Canonical, .. Variants];
        var (read, refused, slowest) = (0, 0, TimeSpan.Zero);
        for (var round = 0; round < 50_000; round++)
        {
            var text = Mutate(seeds[random.Next(seeds.Length)], random);
            var began = Stopwatch.GetTimestamp();
            var outcome = Read(text);
            var taken = Stopwatch.GetElapsedTime(began);
            slowest = taken > slowest ? taken : slowest;

            if (outcome.Error is not { } refusal)
            {
                read++;
                Assert.NotEmpty(outcome.Value.Manifest.Id);
                JsonSerializer.Serialize(outcome.Value.Manifest);
                continue;
            }

            refused++;
            Assert.Equal(ServerErrorCodes.ExtensionInstallFailed, refusal.Code);
            Assert.All(
                refusal.Details,
                d =>
                    Assert.True(
                        d.Line is null or >= 0 && d.Field.Length is > 0 and < 2_000 && d.Message.Length is > 0 and < 2_500,
                        $"{d.Field}: {d.Message}"
                    )
            );
        }

        Assert.True(read > 5_000 && refused > 5_000, $"{read} read, {refused} refused");
        Assert.InRange(slowest, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    private static readonly string[] Variants =
    [
        "id: com.example.flat\nversion: 0.1.0\ndelivery_secret: shh\nsettings:\n  - {key: api_url, default: x}\n  - "
            + "{key: K, secret: true, default: y}\n",
        "manifest_version: 2\nextension: {key: com.example.two, name: Two, callback: "
            + "\"https://two.example.com\"}\ntriggers:\n  - {event: issue.created, handler: h}\n",
        "{\"model_version\": \"1.0\", \"extension\": {\"id\": \"a.b\", \"name\": \"A\", \"delivery\": \"http\", "
            + "\"callback\": {\"url\": \"https://a.example.com\"}}}",
        "model_version: \"1.0\"\nx: &x {event: issue.created}\nextension:\n  id: a.b\n  name: A\n  delivery: "
            + "internal\n  hooks: [*x, {<<: *x, event: issue.closed}]\n",
    ];

    private static Result<ReadManifest> Read(string text) => new ManifestReader(new()).Read(new(text, null));

    private static string Mutate(string text, Random random)
    {
        const string spice = "{}[]&*!|>'\"%@`:,-?#\t\n\0\\ ~<=\uFEFF\uD800é0a";
        var result = new StringBuilder(text);
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var at = random.Next(result.Length);
            var length = Math.Min(random.Next(1, 40), result.Length - at);
            _ = random.Next(6) switch
            {
                0 => result.Insert(at, spice[random.Next(spice.Length)]),
                1 => result.Remove(at, 1),
                2 => result.Remove(at, length),
                3 => result.Insert(random.Next(result.Length), result.ToString(at, length)),
                4 => result.Insert(at, string.Concat(Enumerable.Repeat(spice[random.Next(4)], random.Next(1, 60)))),
                _ => result.Replace(result[at], spice[random.Next(spice.Length)], at, 1),
            };
            if (result.Length == 0)
                result.Append(' ');
        }

        return result.ToString();
    }
}
