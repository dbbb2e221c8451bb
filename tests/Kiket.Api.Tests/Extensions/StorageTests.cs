using System.Net;
using System.Text;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Extensions;
using Kiket.Infrastructure.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Extensions;

public sealed class StorageTests(KiketServer server)
{
    private const string Path = "/api/v1/ext/storage";

    [Theory]
    [InlineData("null")]
    [InlineData("5")]
    [InlineData("1.50")]
    [InlineData("\"text with ä and \\u0001\"")]
    [InlineData("{\"b\":[1,{\"a\":null}],\"a\":true}")]
    public async Task Any_json_is_kept_as_it_is(string json)
    {
        var client = await InstallAsync();

        var put = await PutAsync(client, "a:key.with-all_9", json).OkAsync();
        var read = await client.GetAsync($"{Path}/a:key.with-all_9").OkAsync();

        Assert.Equal(put.ToJsonString(), read.ToJsonString());
        Assert.Equal(
            System.Text.Json.Nodes.JsonNode.Parse(json)?.ToJsonString() ?? "null",
            read["value"]?.ToJsonString() ?? "null"
        );
        Assert.Equal(1, (int)read["version"]!);
        Assert.True((int)read["size_bytes"]! > 0);
    }

    [Fact]
    public async Task Compare_and_set_lets_one_of_two_writers_win()
    {
        var client = await InstallAsync();
        var first = await PutResponseAsync(client, "counter", "1");
        var tag = first.Headers.ETag!.Tag;

        await PutAsync(client, "counter", "2", ("If-Match", tag)).OkAsync();
        await PutAsync(client, "counter", "3", ("If-Match", tag)).RefusedAsync(412, "PRECONDITION_FAILED");
        await PutAsync(client, "counter", "3", ("If-None-Match", "*")).RefusedAsync(412, "PRECONDITION_FAILED");
        await PutAsync(client, "other", "3", ("If-Match", tag)).RefusedAsync(412, "PRECONDITION_FAILED");
        await PutAsync(client, "other", "3", ("If-None-Match", "*")).OkAsync();
        Assert.Equal(2, (int)(await client.GetAsync($"{Path}/counter").OkAsync())["value"]!);

        var races = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(n => PutResponseAsync(client, "counter", $"{n}", ("If-Match", "\"2\"")))
        );
        Assert.Equal(1, races.Count(r => r.StatusCode is HttpStatusCode.OK));
        Assert.Equal(7, races.Count(r => r.StatusCode is HttpStatusCode.PreconditionFailed));
    }

    [Fact]
    public async Task The_size_of_a_value_is_that_of_its_text_and_not_of_its_escapes()
    {
        var client = await InstallAsync();
        var emoji = string.Concat(Enumerable.Repeat("😀", 15_000));

        Assert.Equal(60_002, (int)(await PutAsync(client, "a", $"\"{emoji}\"").OkAsync())["size_bytes"]!);
        Assert.Equal(
            60_002,
            (int)
                (await PutAsync(client, "a", $"\"{emoji.Replace("😀", "\\ud83d\\ude00", StringComparison.Ordinal)}\"").OkAsync())[
                    "size_bytes"
                ]!
        );
    }

    [Fact]
    public async Task A_known_version_is_not_sent_again()
    {
        var client = await InstallAsync();
        var tag = (await PutResponseAsync(client, "a", "1")).Headers.ETag!.Tag;

        var request = new HttpRequestMessage(HttpMethod.Get, $"{Path}/a");
        request.Headers.TryAddWithoutValidation("If-None-Match", tag);

        Assert.Equal(HttpStatusCode.NotModified, (await client.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task Size_is_counted_in_bytes_of_utf8()
    {
        var client = await InstallAsync();

        Assert.Equal(65_536, (int)(await PutAsync(client, "a", $"\"{new string('ä', 32_767)}\"").OkAsync())["size_bytes"]!);
        await PutAsync(client, "a", $"\"{new string('ä', 32_767)}x\"").RefusedAsync(422, "STORAGE_VALUE_TOO_LARGE", "value");
        Assert.Equal(65_536, (int)(await client.GetAsync($"{Path}/a").OkAsync())["size_bytes"]!);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("a%2Fb")]
    public async Task A_malformed_key_is_refused(string key)
    {
        var client = await InstallAsync();

        await PutAsync(client, key, "1").RefusedAsync(400, "INVALID_PARAMETER", "key");
        await PutAsync(client, new string('a', 256), "1").RefusedAsync(400, "INVALID_PARAMETER", "key");
    }

    [Fact]
    public async Task A_bad_body_is_refused()
    {
        var client = await InstallAsync();

        await client.PutAsync($"{Path}/a", Json("{}")).RefusedAsync(422, "VALIDATION_ERROR", "value");
        await client.PutAsync($"{Path}/a", Json("{\"valu\": 1}")).RefusedAsync(400, "INVALID_PARAMETER", "valu");
        await client.PutAsync($"{Path}/a", Json("{\"value\": ")).RefusedAsync(400, "INVALID_JSON");
        await client.GetAsync($"{Path}/a").RefusedAsync(404, "STORAGE_KEY_NOT_FOUND");
    }

    [Fact]
    public async Task An_installation_keeps_only_so_many_values()
    {
        var tenant = await server.NewTenantAsync();
        var installed = await Installed.NewAsync(tenant, permissions: ["storage"]);
        await using (var scope = server.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
            db.StoredValues.AddRange(
                Enumerable
                    .Range(1, StoredValue.MaxValues - 1)
                    .Select(n =>
                        StoredValue
                            .Keep(new(tenant.OrganizationId), new(installed.Id), $"key{n}", "1", DateTimeOffset.UnixEpoch)
                            .Value
                    )
            );
            await db.SaveChangesAsync();
        }

        var client = installed.Client;
        var added = await Task.WhenAll(Enumerable.Range(0, 4).Select(n => PutResponseAsync(client, $"new{n}", "1")));
        Assert.Equal(1, added.Count(r => r.StatusCode is HttpStatusCode.OK));
        await PutAsync(client, "more", "1").RefusedAsync(422, "STORAGE_FULL", "key");
        await PutAsync(client, "key1", "2").OkAsync();
        await client.DeleteAsync($"{Path}/key2").OkAsync();
        await PutAsync(client, "more", "1").OkAsync();
    }

    [Fact]
    public async Task Values_are_listed_deleted_and_kept_apart_by_installation()
    {
        var tenant = await server.NewTenantAsync();
        var (one, two) = (
            await Installed.NewAsync(tenant, permissions: ["storage.read", "storage.write"]),
            await Installed.NewAsync(tenant, id: "com.example.other", permissions: ["read:storage", "write:storage"])
        );
        var (first, second) = (one.Client, two.Client);
        await PutAsync(first, "b", "1").OkAsync();
        await PutAsync(first, "a", "22").OkAsync();

        var list = await first.GetAsync(Path).OkAsync();
        Assert.Equal([("a", 2), ("b", 1)], list["data"]!.AsArray().Select(v => ((string)v!["key"]!, (int)v["size_bytes"]!)));
        Assert.Empty((await second.GetAsync(Path).OkAsync())["data"]!.AsArray());
        await second.GetAsync($"{Path}/a").RefusedAsync(404, "STORAGE_KEY_NOT_FOUND");
        await second.DeleteAsync($"{Path}/a").RefusedAsync(404, "STORAGE_KEY_NOT_FOUND");
        Assert.Equal("""{"success":true}""", (await first.DeleteAsync($"{Path}/a").OkAsync()).ToJsonString());
        await first.GetAsync($"{Path}/a").RefusedAsync(404, "STORAGE_KEY_NOT_FOUND");
    }

    private async Task<HttpClient> InstallAsync() =>
        (await Installed.NewAsync(await server.NewTenantAsync(), permissions: ["storage:write"])).Client;

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static Task<HttpResponseMessage> PutAsync(
        HttpClient client,
        string key,
        string json,
        params (string Name, string Value)[] headers
    ) => PutResponseAsync(client, key, json, headers);

    private static Task<HttpResponseMessage> PutResponseAsync(
        HttpClient client,
        string key,
        string json,
        params (string Name, string Value)[] headers
    )
    {
        var request = new HttpRequestMessage(HttpMethod.Put, $"{Path}/{key}") { Content = Json($$"""{"value": {{json}}}""") };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return client.SendAsync(request);
    }
}
