using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Common;
using Kiket.Infrastructure.Persistence;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Extensions;

public sealed class SecretTests(KiketServer server)
{
    private const string Path = "/api/v1/extensions/com.example.helper/secrets";

    [Fact]
    public async Task A_secret_is_stored_replaced_read_and_deleted_by_either_side()
    {
        var tenant = await server.NewTenantAsync();
        var installed = await Installed.NewAsync(tenant);

        foreach (var client in new[] { tenant.Admin, installed.Client, server.NewClient(installed.Key) })
        {
            var created = await client
                .PostJsonAsync(Path, new { secret = new { key = "API_TOKEN", value = "first" } })
                .CreatedAsync();
            var replaced = await client.PostJsonAsync($"{Path}/API_TOKEN", new { value = "second" }).OkAsync();
            var patched = await client.PatchJsonAsync($"{Path}/API_TOKEN", new { secret = new { value = "third" } }).OkAsync();
            var read = await client.GetAsync($"{Path}/API_TOKEN").OkAsync();

            foreach (var answer in new[] { created, replaced, patched })
                Assert.False(answer.AsObject().ContainsKey("value"));
            Assert.Equal("0", (string?)created["rotation_count"]);
            Assert.Null(created["rotated_at"]);
            Assert.Equal("2", (string?)patched["rotation_count"]);
            Assert.NotNull(patched["rotated_at"]);
            Assert.Equal("third", (string?)read["value"]);
            Assert.All(
                read.AsObject(),
                m => Assert.True(m.Value is null || m.Value.GetValueKind() is System.Text.Json.JsonValueKind.String, m.Key)
            );
            Assert.Equal("""{"success":true}""", (await client.DeleteAsync($"{Path}/API_TOKEN").OkAsync()).ToJsonString());
            await client.GetAsync($"{Path}/API_TOKEN").RefusedAsync(404, "SECRET_NOT_FOUND");
            await client.DeleteAsync($"{Path}/API_TOKEN").RefusedAsync(404, "SECRET_NOT_FOUND");
        }
    }

    [Fact]
    public async Task The_list_has_the_form_that_each_client_reads()
    {
        var tenant = await server.NewTenantAsync();
        await Installed.NewAsync(tenant);
        await tenant.Admin.PostJsonAsync(Path, new { secret = new { key = "B_TOKEN", value = "x" } }).CreatedAsync();
        await tenant.Admin.PostJsonAsync(Path, new { secret = new { key = "A_TOKEN", value = "y" } }).CreatedAsync();

        Assert.Equal("""{"keys":["A_TOKEN","B_TOKEN"]}""", (await tenant.Admin.GetAsync(Path).OkAsync()).ToJsonString());
        foreach (var agent in new[] { "kiket-cli/0.9.1", "python-httpx/0.27.0" })
            Assert.Equal(["A_TOKEN", "B_TOKEN"], Keys(await SendAsync(tenant.Admin, Path, agent)));
        var list = await tenant.Admin.GetAsync($"{Path}?format=list").OkAsync();
        Assert.Equal(["A_TOKEN", "B_TOKEN"], Keys(list));
        Assert.Equal(["created_at", "key", "updated_at"], list[0]!.AsObject().Select(m => m.Key).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("value", list.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_looks_through_the_five_scopes_in_order()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await Installed.NewAsync(tenant);
        var installed = await Installed.NewAsync(tenant, "LEGAL");
        var path = $"/api/v1/extensions/{installed.Id}/secrets";
        string[] scopes = ["organization", "project", "extension", "product_installation", "installation"];

        foreach (var scope in scopes)
        {
            await tenant
                .Admin.PostJsonAsync(
                    $"{path}/API_TOKEN",
                    new
                    {
                        secret = new { value = $"of the {scope}" },
                        scope,
                        project_id = "LEGAL",
                    }
                )
                .CreatedAsync();
            var read = await installed.Client.GetAsync($"{path}/API_TOKEN").OkAsync();
            Assert.Equal((scope, $"of the {scope}"), ((string?)read["scope"], (string?)read["value"]));
        }

        foreach (var scope in scopes)
            Assert.Equal(
                $"of the {scope}",
                (string?)(await tenant.Admin.GetAsync($"{path}/API_TOKEN?scope={scope}").OkAsync())["value"]
            );
        foreach (var scope in scopes.Reverse())
        {
            Assert.Equal($"of the {scope}", (string?)(await installed.Client.GetAsync($"{path}/API_TOKEN").OkAsync())["value"]);
            await tenant.Admin.DeleteAsync($"{path}/API_TOKEN?scope={scope}").OkAsync();
        }

        await installed.Client.GetAsync($"{path}/API_TOKEN").RefusedAsync(404, "SECRET_NOT_FOUND");
    }

    [Fact]
    public async Task A_secret_of_one_extension_or_project_is_not_seen_by_another()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await tenant.AddProjectAsync("NEWS");
        var (legal, news) = (await Installed.NewAsync(tenant, "LEGAL"), await Installed.NewAsync(tenant, "NEWS"));
        var other = await Installed.NewAsync(tenant, "LEGAL", "com.example.other");

        await tenant
            .Admin.PostJsonAsync($"/api/v1/extensions/{legal.Id}/secrets", new { secret = new { key = "OWN", value = "x" } })
            .CreatedAsync();
        await tenant
            .Admin.PostJsonAsync(
                $"/api/v1/extensions/{legal.Id}/secrets",
                new { secret = new { key = "SHARED", value = "x" }, scope = "extension" }
            )
            .CreatedAsync();
        await tenant
            .Admin.PostJsonAsync(
                $"/api/v1/extensions/{legal.Id}/secrets",
                new
                {
                    secret = new { key = "API_TOKEN", value = "x" },
                    scope = "project",
                    project_id = "LEGAL",
                }
            )
            .CreatedAsync();

        Assert.Equal(["API_TOKEN", "OWN", "SHARED"], await KeysOfAsync(legal));
        Assert.Equal(["SHARED"], await KeysOfAsync(news));
        Assert.Equal(["API_TOKEN"], await KeysOfAsync(other));
        await other.Client.GetAsync($"/api/v1/extensions/{legal.Id}/secrets/OWN").RefusedAsync(404, "EXTENSION_NOT_FOUND");
        await news
            .Client.GetAsync($"/api/v1/extensions/{news.Id}/secrets?scope=project&project_id=LEGAL")
            .RefusedAsync(404, "PROJECT_NOT_FOUND");
    }

    [Theory]
    [InlineData("extension")]
    [InlineData("project")]
    [InlineData("organization")]
    public async Task An_extension_writes_secrets_of_its_own_installation_only(string scope)
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var installed = await Installed.NewAsync(tenant, "LEGAL");

        await installed
            .Client.PostJsonAsync(Path, new { secret = new { key = "TOKEN", value = "x" }, scope })
            .RefusedAsync(403, "FORBIDDEN");
        await installed.Client.DeleteAsync($"{Path}/TOKEN?scope={scope}").RefusedAsync(403, "FORBIDDEN");
        await installed
            .Client.PostJsonAsync(Path, new { secret = new { key = "TOKEN", value = "x" }, scope = "installation" })
            .CreatedAsync();
    }

    [Fact]
    public async Task Bad_secrets_are_refused()
    {
        var tenant = await server.NewTenantAsync();
        await Installed.NewAsync(tenant);

        await tenant
            .Admin.PostJsonAsync(Path, new { secret = new { key = "lower", value = "x" } })
            .RefusedAsync(422, "VALIDATION_ERROR", "secret.key");
        await tenant
            .Admin.PostJsonAsync(Path, new { secret = new { key = "A/B", value = "x" } })
            .RefusedAsync(422, "VALIDATION_ERROR", "secret.key");
        await tenant
            .Admin.PostJsonAsync(Path, new { secret = new { key = new string('A', 129), value = "x" } })
            .RefusedAsync(422, "VALIDATION_ERROR", "secret.key");
        await tenant
            .Admin.PostJsonAsync(Path, new { secret = new { key = "TOKEN", value = "  " } })
            .RefusedAsync(422, "VALIDATION_ERROR", "secret.value");
        await tenant
            .Admin.PostJsonAsync(Path, new { secret = new { key = "TOKEN" } })
            .RefusedAsync(422, "VALIDATION_ERROR", "secret.value");
        await tenant
            .Admin.PostJsonAsync(Path, new { secret = new { key = "TOKEN", value = new string('x', 16_385) } })
            .RefusedAsync(422, "VALIDATION_ERROR", "secret.value");
        await tenant
            .Admin.PostJsonAsync($"{Path}/TOKEN", new { key = "OTHER", value = "x" })
            .RefusedAsync(422, "VALIDATION_ERROR", "secret.key");
        await tenant
            .Admin.PostJsonAsync(Path, new { secret = new { key = "TOKEN", value = "x" }, scope = "galaxy" })
            .RefusedAsync(422, "VALIDATION_ERROR", "secret.scope");
        await tenant.Admin.GetAsync($"{Path}?scope=galaxy").RefusedAsync(400, "INVALID_PARAMETER", "scope");
        await tenant
            .Admin.PostJsonAsync(Path, new { secret = new { key = "TOKEN", value = "x" }, scope = "project" })
            .RefusedAsync(400, "INVALID_PARAMETER", "project_id");
        await tenant.Admin.GetAsync("/api/v1/extensions/none/secrets").RefusedAsync(404, "EXTENSION_NOT_FOUND");
    }

    [Fact]
    public async Task Each_reading_of_a_value_is_on_record_and_no_value_is()
    {
        var tenant = await server.NewTenantAsync();
        var installed = await Installed.NewAsync(tenant);
        await tenant.Admin.PostJsonAsync(Path, new { secret = new { key = "TOKEN", value = "the-very-value" } }).CreatedAsync();
        await installed.Client.GetAsync($"{Path}/TOKEN").OkAsync();
        await tenant.Admin.GetAsync(Path).OkAsync();
        await tenant.Admin.DeleteAsync($"{Path}/TOKEN").OkAsync();

        var audit = await tenant.Admin.GetAsync("/api/v1/extensions/com.example.helper/audit_log").OkAsync();

        Assert.Equal(
            [("secret.deleted", "TOKEN"), ("secret.read", "TOKEN"), ("secret.set", "TOKEN"), ("installed", null)],
            audit["data"]!.AsArray().Select(e => ((string?)e!["action"], (string?)e["subject"]))
        );
        Assert.Equal(installed.ServiceUserId, (long)audit["data"]![1]!["actor"]!["id"]!);
        Assert.DoesNotContain("the-very-value", audit.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Values_are_stored_encrypted_and_survive_a_rotation_of_the_keys()
    {
        var tenant = await server.NewTenantAsync();
        await Installed.NewAsync(tenant);
        await tenant
            .Admin.PostJsonAsync(Path, new { secret = new { key = "OLD", value = "before the rotation" } })
            .CreatedAsync();

        var keys = server.Services.GetRequiredService<IKeyManager>();
        keys.CreateNewKey(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(90));
        await tenant.Admin.PostJsonAsync(Path, new { secret = new { key = "NEW", value = "after the rotation" } }).CreatedAsync();

        Assert.Equal("before the rotation", (string?)(await tenant.Admin.GetAsync($"{Path}/OLD").OkAsync())["value"]);
        Assert.Equal("after the rotation", (string?)(await tenant.Admin.GetAsync($"{Path}/NEW").OkAsync())["value"]);
        await using var scope = server.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var stored = await db
            .ExtensionSecrets.IgnoreQueryFilters()
            .Where(s => s.OrganizationId == new OrganizationId(tenant.OrganizationId))
            .Select(s => s.Ciphertext)
            .ToListAsync();
        Assert.Equal(2, stored.Count);
        Assert.All(stored, s => Assert.DoesNotContain("rotation", s, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_value_moved_to_another_row_or_whose_keys_are_lost_is_unavailable()
    {
        var tenant = await server.NewTenantAsync();
        await Installed.NewAsync(tenant);
        await tenant.Admin.PostJsonAsync(Path, new { secret = new { key = "ONE", value = "1" } }).CreatedAsync();
        await tenant.Admin.PostJsonAsync(Path, new { secret = new { key = "TWO", value = "2" } }).CreatedAsync();
        await using var scope = server.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var mine = db
            .ExtensionSecrets.IgnoreQueryFilters()
            .Where(s => s.OrganizationId == new OrganizationId(tenant.OrganizationId));
        var other = await mine.Where(s => s.Key == "TWO").Select(s => s.Ciphertext).SingleAsync();
        await mine.Where(s => s.Key == "ONE").ExecuteUpdateAsync(set => set.SetProperty(s => s.Ciphertext, other));

        await tenant.Admin.GetAsync($"{Path}/ONE").RefusedAsync(409, "SECRET_UNAVAILABLE");
    }

    private static async Task<string[]> KeysOfAsync(Installed installed) =>
        [
            .. (await installed.Client.GetAsync($"/api/v1/extensions/{installed.Id}/secrets").OkAsync())["keys"]!
                .AsArray()
                .Select(k => (string)k!),
        ];

    private static IEnumerable<string?> Keys(JsonNode list) => list.AsArray().Select(s => (string?)s!["key"]);

    private static Task<JsonNode> SendAsync(HttpClient client, string path, string agent)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("User-Agent", agent);
        return client.SendAsync(request).OkAsync();
    }
}
