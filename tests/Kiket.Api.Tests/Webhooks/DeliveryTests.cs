using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Hangfire;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Extensions;
using Kiket.Domain.Webhooks;
using Kiket.Infrastructure.Webhooks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Kiket.Api.Tests.Webhooks;

/// <summary>The requests to a receiver, and the effects of its answers.</summary>
[Collection("Outbox")]
public sealed class DeliveryTests(KiketServer server)
{
    [Fact]
    public async Task A_subscriber_gets_each_event_once_with_the_headers_and_a_signature_that_it_can_verify()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var webhook = await tenant.AddWebhookAsync(
            $"{receiver.Url}/hook",
            hooks: [new("issue.created"), new("issue.transitioned")]
        );
        var issue = await tenant.AddIssueAsync("LEGAL", "Füße \"quoted\"\nand a line");
        await tenant.Admin.PostJsonAsync("/api/v1/issues/LEGAL-1/transition", new { to = "in_progress" }).OkAsync();
        await tenant.Admin.PatchJsonAsync("/api/v1/issues/LEGAL-1", new { priority = "high" }).OkAsync();

        await tenant.DeliverAsync(webhook);
        await tenant.DeliverAsync(webhook);

        var (first, second) = Pair(receiver);
        var delivery = (await tenant.DeliveriesAsync(webhook))[0];
        Assert.Equal(("POST", "/hook", "application/json"), (first.Method, first.Path, first.Header("Content-Type")));
        Assert.Equal(("issue.created", "v1"), (first.Header("X-Kiket-Event"), first.Header("X-Kiket-Event-Version")));
        Assert.Equal(delivery.Id.ToString(CultureInfo.InvariantCulture), first.Header("X-Kiket-Delivery"));
        Assert.Equal(tenant.OrganizationId.ToString(CultureInfo.InvariantCulture), first.Header("X-Kiket-Organization"));
        Assert.Equal(issue["project_id"]!.ToString(), first.Header("X-Kiket-Project"));
        Assert.Equal(
            Hmac(Subscribing.Secret, $"{first.Header("X-Kiket-Timestamp")}.{first.Body}"),
            first.Header("X-Kiket-Signature")
        );
        Assert.Null(first.Header("X-Kiket-Signature-Previous"));
        Assert.DoesNotContain('\n', first.Body);
        Assert.Equal(
            ("Füße \"quoted\"\nand a line", "issue.created"),
            ((string?)first.Json["issue"]!["title"], (string?)first.Json["event"])
        );
        Assert.Null(first.Json["authentication"]);
        Assert.Equal(("issue.transitioned", "transitioned"), ((string?)second.Json["event"], (string?)second.Json["event_type"]));
        Assert.Equal(
            ("backlog", "in_progress"),
            ((string?)second.Json["transition"]!["from"], (string?)second.Json["transition"]!["to"])
        );
        Assert.Equal((DeliveryState.Delivered, 1, 200), (delivery.State, delivery.Attempts, delivery.LastStatus!.Value));
        var attempt = Assert.Single(await tenant.AttemptsAsync(delivery));
        Assert.Equal((200, "{}"), (attempt.Status!.Value, attempt.Exchange.ResponseBody));
    }

    [Fact]
    public async Task Deletions_and_changed_comments_are_delivered_with_what_was_deleted()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var webhook = await tenant.AddWebhookAsync(
            $"{receiver.Url}/hook",
            hooks: [new("issue.deleted"), new("comment.updated"), new("comment.deleted")]
        );
        await tenant.AddIssueAsync("LEGAL", "Short lived");
        var comment = await tenant.Admin.PostJsonAsync("/api/v1/issues/LEGAL-1/comments", new { body = "One" }).CreatedAsync();
        await tenant.Admin.PatchJsonAsync($"/api/v1/issues/LEGAL-1/comments/{comment["id"]}", new { body = "Two" }).OkAsync();
        await tenant.Admin.DeleteAsync($"/api/v1/issues/LEGAL-1/comments/{comment["id"]}").OkAsync();
        await tenant.Admin.DeleteAsync("/api/v1/issues/LEGAL-1").OkAsync();

        await tenant.DeliverAsync(webhook);

        var told = receiver.Requests.Select(r => r.Json).OrderBy(j => (long)j["sequence"]!).ToList();
        Assert.Equal(["comment.updated", "comment.deleted", "issue.deleted"], told.Select(j => (string?)j["event"]));
        Assert.All(told, j => Assert.Equal("Short lived", (string?)j["issue"]!["title"]));
        Assert.Equal(["Two", "Two", null], told.Select(j => (string?)j["body"]));
    }

    [Fact]
    public async Task The_body_scheme_signs_the_body_alone_and_standard_webhooks_has_its_own_headers()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var body = await tenant.AddWebhookAsync($"{receiver.Url}/body", scheme: SignatureScheme.Body);
        var standard = await tenant.AddWebhookAsync($"{receiver.Url}/standard", scheme: SignatureScheme.Standard);
        await tenant.AddIssueAsync();

        await tenant.DeliverAsync(body, standard);

        var (s2, sw) = Pair(receiver);
        Assert.Equal(Hmac(Subscribing.Secret, s2.Body), s2.Header("X-Kiket-Signature"));
        Assert.Null(s2.Header("X-Kiket-Timestamp"));
        Assert.Null(sw.Header("X-Kiket-Signature"));
        Assert.Equal((string?)sw.Json["id"], sw.Header("webhook-id"));
        var key = Convert.FromBase64String(Subscribing.Secret["whsec_".Length..]);
        var signed = Encoding.UTF8.GetBytes($"{sw.Header("webhook-id")}.{sw.Header("webhook-timestamp")}.{sw.Body}");
        Assert.Equal($"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, signed))}", sw.Header("webhook-signature"));
    }

    [Theory]
    [InlineData("User-Agent")]
    [InlineData("user-agent")]
    public async Task Headers_of_the_manifest_are_sent_and_their_values_are_not_kept(string agent)
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var webhook = await tenant.AddWebhookAsync(
            receiver.Url,
            headers: new() { [agent] = "Gateway/1", ["X-Gateway-Key"] = "hush" }
        );
        await tenant.AddIssueAsync();

        await tenant.DeliverAsync(webhook);

        var got = Assert.Single(receiver.Requests);
        Assert.Equal(("Gateway/1", "hush"), (got.Header("User-Agent"), got.Header("X-Gateway-Key")));
        var attempt = Assert.Single(await tenant.AttemptsAsync(Assert.Single(await tenant.DeliveriesAsync(webhook))));
        Assert.DoesNotContain("hush", attempt.Exchange.RequestHeaders.Values);
        Assert.Contains("X-Gateway-Key", attempt.Exchange.RequestHeaders.Keys);
    }

    [Fact]
    public async Task After_a_rotation_the_old_secret_signs_as_well()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var webhook = await tenant.AddWebhookAsync(receiver.Url);
        await tenant.OnDatabaseAsync(async db =>
        {
            var protector = (Kiket.Application.Ports.ISecretProtector)
                server.Services.GetService(typeof(Kiket.Application.Ports.ISecretProtector))!;
            (await db.Webhooks.FindAsync(webhook.Id))!.RotateSecret(
                protector.Protect("webhooks", "another"),
                DateTimeOffset.UtcNow
            );
            return await db.SaveChangesAsync();
        });
        await tenant.AddIssueAsync();

        await tenant.DeliverAsync(webhook);

        var got = Assert.Single(receiver.Requests);
        var signed = $"{got.Header("X-Kiket-Timestamp")}.{got.Body}";
        Assert.Equal(Hmac("another", signed), got.Header("X-Kiket-Signature"));
        Assert.Equal(Hmac(Subscribing.Secret, signed), got.Header("X-Kiket-Signature-Previous"));
    }

    [Fact]
    public async Task An_extension_gets_a_runtime_token_that_verifies_by_the_published_keys()
    {
        var tenant = await server.NewTenantAsync();
        var project = await tenant.AddProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var webhook = await tenant.AddWebhookAsync(receiver.Url, WebhookKind.Extension);
        await tenant.AddIssueAsync();

        await tenant.DeliverAsync(webhook);

        var got = Assert.Single(receiver.Requests);
        Assert.Equal("/webhooks/issue.created", got.Path);
        Assert.True(Guid.TryParse(got.Header("X-Kiket-Invocation"), out _));
        var authentication = got.Json["authentication"]!;
        Assert.Equal("runtime", (string?)authentication["token_type"]);
        Assert.Equal("X-Kiket-Runtime-Token", (string?)got.Json["api"]!["runtime_header"]);
        Assert.NotNull(got.Json["secrets"]);
        Assert.NotNull(got.Json["secret_status"]!["missing"]);
        var keys = new JsonWebKeySet(await server.NewClient().GetStringAsync("/.well-known/jwks.json"));
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(
            (string)authentication["runtime_token"]!,
            new()
            {
                ValidIssuer = "kiket.dev",
                ValidateAudience = false,
                ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
                IssuerSigningKeys = keys.GetSigningKeys(),
                ClockSkew = TimeSpan.Zero,
            }
        );
        Assert.True(result.IsValid, result.Exception?.Message);
        var token = (JsonWebToken)result.SecurityToken;
        Assert.Equal(keys.Keys[0].Kid, token.Kid);
        Assert.Empty(token.Audiences);
        Assert.Equal((long)project["id"]!, token.GetPayloadValue<long>("proj_id"));
        Assert.Equal(tenant.OrganizationId, token.GetPayloadValue<long>("org_id"));
        Assert.Contains("issues:read", token.Claims.Where(c => c.Type == "scopes").Select(c => c.Value));
        Assert.Contains("notifications:send", token.Claims.Where(c => c.Type == "scopes").Select(c => c.Value));
        Assert.Equal(("sig", "ES256", "P-256"), (keys.Keys[0].Use, keys.Keys[0].Alg, keys.Keys[0].Crv));
    }

    [Theory]
    [InlineData(200, DeliveryState.Delivered)]
    [InlineData(202, DeliveryState.Delivered)]
    [InlineData(302, DeliveryState.Failed)]
    [InlineData(307, DeliveryState.Failed)]
    [InlineData(400, DeliveryState.Failed)]
    [InlineData(404, DeliveryState.Failed)]
    [InlineData(408, DeliveryState.Pending)]
    [InlineData(410, DeliveryState.Pending)]
    [InlineData(425, DeliveryState.Pending)]
    [InlineData(429, DeliveryState.Pending)]
    [InlineData(500, DeliveryState.Pending)]
    [InlineData(503, DeliveryState.Pending)]
    public async Task Each_class_of_answer_ends_as_it_should(int status, Enum state)
    {
        var (tenant, receiver, webhook) = await NewAsync();
        await using var _ = receiver;
        receiver.AnswerWith(status, ("Location", receiver.Url + "/elsewhere"));

        await tenant.DeliverAsync(webhook);

        var delivery = Assert.Single(await tenant.DeliveriesAsync(webhook));
        Assert.Equal(((DeliveryState)state, status, 1), (delivery.State, delivery.LastStatus!.Value, delivery.Attempts));
        Assert.Single(receiver.Requests); // a redirect is not followed
        var paused = (await tenant.OnDatabaseAsync(async db => await db.Webhooks.FindAsync(webhook.Id)))!.PausedUntil;
        Assert.Equal(status == 410, paused is not null);
    }

    [Fact]
    public async Task What_the_receiver_asks_for_in_seconds_or_as_a_date_is_honoured()
    {
        foreach (var asked in new[] { "7200", DateTimeOffset.UtcNow.AddHours(2).ToString("R", CultureInfo.InvariantCulture) })
        {
            var (tenant, receiver, webhook) = await NewAsync();
            await using var _ = receiver;
            receiver.AnswerWith(503, ("Retry-After", asked));

            await tenant.DeliverAsync(webhook);

            var wait = Assert.Single(await tenant.DeliveriesAsync(webhook)).NextAttemptAt - DateTimeOffset.UtcNow;
            Assert.InRange(wait, TimeSpan.FromMinutes(118), TimeSpan.FromMinutes(121));
        }
    }

    [Fact]
    public async Task No_answer_in_time_a_slow_body_and_a_broken_connection_are_tried_again_and_say_why()
    {
        (string Error, Func<HttpContext, Task> Answer)[] misdeeds =
        [
            ("delivery.timeout", http => Task.Delay(Timeout.Infinite, http.RequestAborted)),
            (
                "delivery.timeout",
                async http =>
                {
                    await http.Response.WriteAsync("{");
                    await http.Response.Body.FlushAsync();
                    await Task.Delay(Timeout.Infinite, http.RequestAborted);
                }
            ),
            (
                "the connection was lost",
                http =>
                {
                    http.Abort();
                    return Task.CompletedTask;
                }
            ),
        ];
        foreach (var (error, answer) in misdeeds)
        {
            var (tenant, receiver, webhook) = await NewAsync(timeoutMs: 300);
            await using var _ = receiver;
            receiver.Answer = (http, _) => answer(http);

            await tenant.DeliverAsync(webhook);

            var delivery = Assert.Single(await tenant.DeliveriesAsync(webhook));
            Assert.Equal((DeliveryState.Pending, 1), (delivery.State, delivery.Attempts));
            Assert.Contains(error, delivery.LastError, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Only_the_beginning_of_a_huge_answer_is_read()
    {
        var (tenant, receiver, webhook) = await NewAsync();
        await using var _ = receiver;
        receiver.Answer = async (http, _) =>
        {
            var piece = new byte[64 * 1024];
            piece.AsSpan().Fill((byte)'x');
            for (var i = 0; i < 1_000 && !http.RequestAborted.IsCancellationRequested; i++)
                await http.Response.Body.WriteAsync(piece, http.RequestAborted);
        };

        await tenant.DeliverAsync(webhook);

        var delivery = Assert.Single(await tenant.DeliveriesAsync(webhook));
        Assert.Equal(DeliveryState.Delivered, delivery.State);
        Assert.Equal(
            WebhookAttempt.MaxBodyLength,
            Assert.Single(await tenant.AttemptsAsync(delivery)).Exchange.ResponseBody!.Length
        );
    }

    [Fact]
    public async Task A_certificate_that_is_not_valid_is_not_accepted()
    {
        using var key = RSA.Create(2048);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest(
            "CN=elsewhere.example",
            key,
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        );
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var certificate = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadPkcs12(
            made.Export(System.Security.Cryptography.X509Certificates.X509ContentType.Pkcs12),
            null
        );
        await using var receiver = await Receiver.StartAsync(listen => listen.UseHttps(certificate));
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var webhook = await tenant.AddWebhookAsync(receiver.Url);
        await tenant.AddIssueAsync();

        await tenant.DeliverAsync(webhook);

        Assert.Empty(receiver.Requests);
        Assert.Equal("the TLS certificate is not valid", Assert.Single(await tenant.DeliveriesAsync(webhook)).LastError);
    }

    [Fact]
    public async Task Five_failures_pause_the_endpoint_which_keeps_its_events_probes_and_catches_up()
    {
        var (tenant, receiver, webhook) = await NewAsync(issues: 12);
        await using var _ = receiver;
        receiver.AnswerWith(500);

        await tenant.DeliverAsync(webhook);
        var whileDown = receiver.Requests.Count;
        await tenant.DeliverAsync(webhook); // paused: nothing is sent
        receiver.AnswerWith(200);
        await LetTimePassAsync(tenant, webhook);
        await tenant.DeliverAsync(webhook);

        Assert.InRange(whileDown, Circuit.Threshold, Circuit.Threshold + Webhook.MaxInFlight - 1);
        Assert.Equal(whileDown + 12, receiver.Requests.Count);
        Assert.All(await tenant.DeliveriesAsync(webhook), d => Assert.Equal(DeliveryState.Delivered, d.State));
        Assert.Equal(12, receiver.Requests.Select(r => r.Header("X-Kiket-Delivery")).Distinct().Count());
        Assert.Equal(12, receiver.Requests.Select(r => (string?)r.Json["id"]).Distinct().Count());
    }

    [Fact]
    public async Task An_ordered_endpoint_gets_an_issues_next_event_after_the_previous_one()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var webhook = await tenant.AddWebhookAsync(
            receiver.Url,
            ordering: DeliveryOrdering.Issue,
            hooks: [new("issue.created"), new("issue.updated")]
        );
        await tenant.AddIssueAsync();
        for (var i = 0; i < 5; i++)
            await tenant.Admin.PatchJsonAsync("/api/v1/issues/LEGAL-1", new { title = $"Title {i}" }).OkAsync();
        await tenant.AddIssueAsync();
        var failures = 1;
        receiver.Answer = (http, got) =>
        {
            if ((string?)got.Json["issue"]!["key"] == "LEGAL-1" && Interlocked.Decrement(ref failures) >= 0)
                http.Response.StatusCode = 503;
            return http.Response.WriteAsync("{}");
        };

        await tenant.DeliverAsync(webhook);
        var held = receiver.Requests.Select(r => (string?)r.Json["issue"]!["key"]).ToList();
        await LetTimePassAsync(tenant, webhook);
        await tenant.DeliverAsync(webhook);

        Assert.Equal(["LEGAL-1", "LEGAL-2"], held.Order());
        var titles = receiver
            .Requests.Where(r => (string?)r.Json["issue"]!["key"] == "LEGAL-1")
            .Skip(1)
            .Select(r => (string?)r.Json["title"]);
        Assert.Equal(["An issue", "Title 0", "Title 1", "Title 2", "Title 3", "Title 4"], titles);
    }

    [Fact]
    public async Task Never_more_than_five_are_on_their_way_to_one_endpoint()
    {
        var (tenant, receiver, webhook) = await NewAsync(issues: 25);
        await using var _ = receiver;
        var (now, most) = (0, 0);
        receiver.Answer = async (http, _) =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref now));
            await Task.Delay(20);
            Interlocked.Decrement(ref now);
            await http.Response.WriteAsync("{}");
        };

        await Task.WhenAll(tenant.DeliverAsync(webhook), tenant.DeliverAsync(webhook), tenant.DeliverAsync(webhook));

        Assert.InRange(most, 2, Webhook.MaxInFlight);
        Assert.Equal(25, receiver.Requests.Count);
    }

    [Fact]
    public async Task While_one_endpoint_hangs_another_gets_all_its_events()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await using var hanging = await Receiver.StartAsync();
        await using var prompt = await Receiver.StartAsync();
        var (reached, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        hanging.Answer = async (http, _) =>
        {
            reached.TrySetResult();
            await end.Task;
            await http.Response.WriteAsync("{}");
        };
        var (slow, fast) = (await tenant.AddWebhookAsync(hanging.Url), await tenant.AddWebhookAsync(prompt.Url));
        for (var i = 0; i < 12; i++)
            await tenant.AddIssueAsync();

        var held = tenant.DeliverAsync(slow);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await tenant.DeliverAsync(fast);

        // The first has not answered anything: its requests are open until the test ends them.
        Assert.Equal(12, prompt.Requests.Count);
        Assert.All(await tenant.DeliveriesAsync(fast), d => Assert.Equal(DeliveryState.Delivered, d.State));
        Assert.InRange(hanging.Requests.Count, 1, Webhook.MaxInFlight);
        Assert.All(await tenant.DeliveriesAsync(slow), d => Assert.Equal(DeliveryState.Pending, d.State));
        Assert.False(held.IsCompleted);
        end.SetResult();
        await held;
        Assert.Equal(12, hanging.Requests.Count);
    }

    [Fact]
    public async Task The_dashboard_names_whom_a_job_sends_to()
    {
        var (tenant, receiver, webhook) = await NewAsync();
        await using var _ = receiver;

        await tenant.DeliverAsync(); // fans out and queues the job, which does not run here

        var job = server
            .Services.GetRequiredService<JobStorage>()
            .GetMonitoringApi()
            .EnqueuedJobs("default", 0, 10_000)
            .Select(j => j.Value.Job)
            .Single(j => j?.Type == typeof(WebhookDrainJob) && webhook.Id.Equals(j.Args[0]));
        var name = job.Method.GetCustomAttribute<JobDisplayNameAttribute>()!.Format(null, job);
        Assert.Equal($"Send what is due to {new Uri(receiver.Url).Authority} for Example (webhook {webhook.Id})", name);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_cut_and_says_so()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var webhook = await tenant.AddWebhookAsync(receiver.Url, hooks: [new("issue.updated")]);
        await tenant.AddIssueAsync("LEGAL", "Large", new { description = new string('ä', 65_000) });
        await tenant.Admin.PatchJsonAsync("/api/v1/issues/LEGAL-1", new { description = new string('€', 65_000) }).OkAsync();

        await tenant.DeliverAsync(webhook);

        var got = Assert.Single(receiver.Requests);
        Assert.InRange(Encoding.UTF8.GetByteCount(got.Body), 1, 500_000);
        Assert.True((bool?)got.Json["truncated"]);
        Assert.Equal("Large", (string?)got.Json["title"]);
        Assert.EndsWith("…", (string?)got.Json["issue"]!["description"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_of_one_project_gets_nothing_of_another()
    {
        var tenant = await server.NewTenantAsync();
        var project = await tenant.AddProjectAsync();
        await tenant.AddProjectAsync("OTHER");
        await using var receiver = await Receiver.StartAsync();
        var webhook = await tenant.AddWebhookAsync(receiver.Url, projectId: new((long)project["id"]!));
        await tenant.AddIssueAsync("OTHER");
        await tenant.AddIssueAsync("LEGAL");

        await tenant.DeliverAsync(webhook);

        Assert.Equal("LEGAL-1", (string?)Assert.Single(receiver.Requests).Json["issue"]!["key"]);
    }

    private async Task<(Tenant Tenant, Receiver Receiver, Webhook Webhook)> NewAsync(int timeoutMs = 10_000, int issues = 1)
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var receiver = await Receiver.StartAsync();
        var webhook = await tenant.AddWebhookAsync(receiver.Url, timeoutMs: timeoutMs);
        for (var i = 0; i < issues; i++)
            await tenant.AddIssueAsync();
        return (tenant, receiver, webhook);
    }

    /// <summary>Makes all pending deliveries due now.</summary>
    private static Task<int> LetTimePassAsync(Tenant tenant, Webhook webhook) =>
        tenant.OnDatabaseAsync(async db =>
        {
            var past = DateTimeOffset.UtcNow.AddSeconds(-1);
            await db
                .Webhooks.Where(w => w.Id == webhook.Id && w.PausedUntil != null)
                .ExecuteUpdateAsync(set => set.SetProperty(w => w.PausedUntil, past));
            return await db
                .WebhookDeliveries.Where(d => d.WebhookId == webhook.Id && d.State == DeliveryState.Pending)
                .ExecuteUpdateAsync(set => set.SetProperty(d => d.NextAttemptAt, past));
        });

    private static (Received First, Received Second) Pair(Receiver receiver)
    {
        var requests = receiver
            .Requests.OrderBy(r => r.Path)
            .ThenBy(r => int.Parse(r.Header("X-Kiket-Delivery")!, CultureInfo.InvariantCulture))
            .ToList();
        Assert.Equal(2, requests.Count);
        return (requests[0], requests[1]); // several are sent concurrently, and any may arrive first
    }

    private static string Hmac(string secret, string text) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(text)));

    private static void InterlockedMax(ref int target, int value)
    {
        var seen = Volatile.Read(ref target);
        while (value > seen)
            seen = Interlocked.CompareExchange(ref target, value, seen) is var was && was == seen ? value : was;
    }
}
