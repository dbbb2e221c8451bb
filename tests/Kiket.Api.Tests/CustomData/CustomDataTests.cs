using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Kiket.Api.Tests.Extensions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Infrastructure.Persistence;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.CustomData;

public sealed class CustomDataTests(KiketServer server)
{
    private const string Modules = "/api/v1/custom_data_modules";
    private const string Orders = "/api/v1/custom_data/com.example.shop/orders";
    private const string ExtOrders = "/api/v1/ext/custom_data/com.example.shop/orders";
    private const string Legal = "?project_key=LEGAL";

    private const string Schema = """
        model_version: "1.0"
        module: com.example.shop
        version: "2.0"
        tables:
          orders:
            columns:
              - { name: number, type: string(20), "null": false, unique: true }
              - { name: total, type: "decimal(10,2)", default: 0, indexed: true }
              - { name: paid, type: boolean, default: false }
              - { name: placed_at, type: timestamp, default: now() }
              - { name: note, type: text }
              - { name: extra, type: jsonb }
          visits:
            soft_delete: false
            columns:
              - { name: day, type: date, indexed: true }
        """;

    [Fact]
    public async Task A_record_is_added_read_changed_and_deleted()
    {
        var admin = (await ShopAsync()).Admin;

        var added = await AddAsync(admin, new { number = "A-1", total = 12.5, extra = new { a = 1 } });
        var id = (long)added["id"]!;
        Assert.Equal(["id", "number", "total", "paid", "placed_at", "note", "extra", "organization_id", "project_id", "created_at", "updated_at"], added.AsObject().Select(m => m.Key));
        Assert.False((bool)added["paid"]!);
        Assert.EndsWith("Z", (string)added["placed_at"]!, StringComparison.Ordinal);

        var changed = (await admin.PatchJsonAsync($"{Orders}/{id}{Legal}", new { record = new { paid = true } }).OkAsync())["data"]!;
        Assert.True((bool)changed["paid"]!);
        Assert.Equal("A-1", (string?)changed["number"]);
        Assert.Equal(changed.ToJsonString(), (await admin.GetAsync($"{Orders}/{id}{Legal}").OkAsync())["data"]!.ToJsonString());

        Assert.Equal("""{"success":true}""", (await admin.DeleteAsync($"{Orders}/{id}{Legal}").OkAsync()).ToJsonString());
        await admin.GetAsync($"{Orders}/{id}{Legal}").RefusedAsync(404, "CUSTOM_RECORD_NOT_FOUND");
        Assert.Empty(await NumbersAsync(admin, ""));
        await AddAsync(admin, new { number = "A-1" }); // its unique value is free again
    }

    [Theory]
    [InlineData("""{"number": "A", "color": "red"}""", "record.color")]
    [InlineData("""{"total": 1}""", "record.number")]
    [InlineData("""{"number": null}""", "record.number")]
    [InlineData("""{"number": "123456789012345678901"}""", "record.number")]
    [InlineData("""{"number": 5}""", "record.number")]
    [InlineData("""{"number": "A", "total": 1.234}""", "record.total")]
    [InlineData("""{"number": "A", "total": 123456789}""", "record.total")]
    [InlineData("""{"number": "A", "paid": "true"}""", "record.paid")]
    [InlineData("""{"number": "A", "placed_at": "noon"}""", "record.placed_at")]
    [InlineData("""{"number": "A", "id": 7}""", "record.id")]
    public async Task A_record_that_does_not_fit_is_refused_by_column(string record, string field)
    {
        var admin = (await ShopAsync()).Admin;

        await admin.PostAsync(Orders + Legal, Json($$"""{"record": {{record}}}""")).RefusedAsync(422, "VALIDATION_ERROR", field);
        Assert.Empty(await NumbersAsync(admin, ""));
    }

    [Fact]
    public async Task A_unique_value_is_taken_once_in_each_project()
    {
        var tenant = await ShopAsync();
        await tenant.AddProjectAsync("OTHER");
        await AddAsync(tenant.Admin, new { number = "A" });

        await tenant.Admin.PostJsonAsync(Orders + Legal, new { record = new { number = "A" } }).RefusedAsync(422, "VALIDATION_ERROR", "record.number");
        await tenant.Admin.PostJsonAsync(Orders + "?project_id=OTHER", new { record = new { number = "A" } }).CreatedAsync();
        var other = await AddAsync(tenant.Admin, new { number = "B" });
        await tenant.Admin.PatchJsonAsync($"{Orders}/{other["id"]}{Legal}", new { record = new { number = "A" } }).RefusedAsync(422, "VALIDATION_ERROR", "record.number");
        await tenant.Admin.PatchJsonAsync($"{Orders}/{other["id"]}{Legal}", new { record = new { number = "B" } }).OkAsync();
    }

    [Theory]
    [InlineData("filters=%7B%22total%22%3A10%7D", "B")]
    [InlineData("filters=%257B%2522total%2522%253A10%257D", "B")]
    [InlineData("filters[total]=10", "B")]
    [InlineData("filters={\"total\":{\"gte\":10}}", "B,C")]
    [InlineData("filters={\"total\":{\"gt\":-3,\"lt\":10}}", "A")]
    [InlineData("filters[total][lt]=10", "A,D")]
    [InlineData("filters[total][]=10&filters[total][]=9", "A,B")]
    [InlineData("filters={\"number\":[\"A\",\"C\"]}", "A,C")]
    [InlineData("filters={\"total\":null}", "E")]
    [InlineData("filters={\"total\":{\"ne\":10},\"number\":[\"A\",\"B\"]}", "A")]
    [InlineData("filters={\"note\":\"x\"}", "C")]
    [InlineData("filters[paid]=true", "D")]
    [InlineData("sort=total", "D,A,B,C,E")]
    [InlineData("sort=total desc", "E,C,B,A,D")]
    [InlineData("sort=note&filters={\"total\":{\"gte\":10}}", "C,B")]
    [InlineData("sort=id desc&limit=2&per_page=1", "E,D")]
    [InlineData("sort=number&per_page=2&page=2", "C,D")]
    public async Task Records_are_found_by_filters_in_both_encodings(string query, string expected)
    {
        var admin = (await ShopAsync()).Admin;
        await admin.PostJsonAsync(Orders + Legal, new
        {
            records = new object[]
            {
                new { number = "A", total = 9 }, new { number = "B", total = 10 }, new { number = "C", total = "100.5", note = "x" },
                new { number = "D", total = -3.5, paid = true }, new { number = "E", total = (int?)null },
            },
        }).CreatedAsync();

        Assert.Equal(expected, string.Join(',', await NumbersAsync(admin, "&" + query)));
    }

    [Theory]
    [InlineData("filters=nonsense", "filters")]
    [InlineData("filters=[1]", "filters")]
    [InlineData("filters[color]=red", "filters.color")]
    [InlineData("filters={\"extra\":1}", "filters.extra")]
    [InlineData("filters={\"total\":\"much\"}", "filters.total")]
    [InlineData("filters={\"total\":{\"like\":1}}", "filters.total")]
    [InlineData("filters={\"total\":{\"gt\":null}}", "filters.total")]
    [InlineData("sort=color", "sort")]
    [InlineData("limit=101", "limit")]
    [InlineData("limit=0", "limit")]
    [InlineData("per_page=101", "per_page")]
    [InlineData("page=0", "page")]
    public async Task A_bad_list_is_refused(string query, string field)
    {
        var admin = (await ShopAsync()).Admin;

        await admin.GetAsync($"{Orders}{Legal}&{query}").RefusedAsync(400, "INVALID_PARAMETER", field);
    }

    [Fact]
    public async Task Several_records_are_added_all_or_none()
    {
        var admin = (await ShopAsync()).Admin;

        await admin.PostJsonAsync(Orders + Legal, new { records = new object[] { new { number = "A" }, new { total = 1 } } })
            .RefusedAsync(422, "VALIDATION_ERROR", "records[1].number");
        await admin.PostJsonAsync(Orders + Legal, new { records = new object[] { new { number = "A" }, new { number = "A" } } }).RefusedAsync(422, "VALIDATION_ERROR");
        await admin.PostJsonAsync(Orders + Legal, new { records = Enumerable.Range(0, 501).Select(n => new { number = $"{n}" }) }).RefusedAsync(422, "VALIDATION_ERROR", "records");
        await admin.PostJsonAsync(Orders + Legal, new { }).RefusedAsync(422, "VALIDATION_ERROR", "record");
        Assert.Empty(await NumbersAsync(admin, ""));
        var added = await admin.PostJsonAsync(Orders + Legal, new { records = Enumerable.Range(0, 500).Select(n => new { number = $"{n}" }) }).CreatedAsync();
        Assert.Equal(500, added["data"]!.AsArray().Count);
    }

    [Fact]
    public async Task What_is_not_there_or_anothers_is_not_found()
    {
        var (tenant, stranger) = (await ShopAsync(), await ShopAsync());
        var id = (await AddAsync(tenant.Admin, new { number = "A" }))["id"];
        await tenant.AddProjectAsync("OTHER");

        await tenant.Admin.GetAsync(Orders).RefusedAsync(400, "INVALID_PARAMETER", "project_id");
        await tenant.Admin.GetAsync($"{Orders}?project_key=NONE").RefusedAsync(404, "PROJECT_NOT_FOUND");
        await tenant.Admin.GetAsync($"/api/v1/custom_data/com.example.none/orders{Legal}").RefusedAsync(404, "CUSTOM_MODULE_NOT_FOUND");
        await tenant.Admin.GetAsync($"/api/v1/custom_data/com.example.shop/none{Legal}").RefusedAsync(404, "CUSTOM_TABLE_NOT_FOUND");
        await tenant.Admin.GetAsync($"{Orders}/{id}?project_key=OTHER").RefusedAsync(404, "CUSTOM_RECORD_NOT_FOUND");
        foreach (var client in new[] { stranger.Admin })
        {
            await client.GetAsync($"{Orders}/{id}{Legal}").RefusedAsync(404, "CUSTOM_RECORD_NOT_FOUND");
            await client.PatchJsonAsync($"{Orders}/{id}{Legal}", new { record = new { number = "B" } }).RefusedAsync(404, "CUSTOM_RECORD_NOT_FOUND");
            await client.DeleteAsync($"{Orders}/{id}{Legal}").RefusedAsync(404, "CUSTOM_RECORD_NOT_FOUND");
        }
    }

    [Fact]
    public async Task Users_do_what_their_role_in_the_project_allows()
    {
        var tenant = await ShopAsync();
        var viewer = (await tenant.AddUserAsync(OrganizationRole.Viewer)).Client;
        var reader = await tenant.WithScopesAsync("read:issues");

        await viewer.GetAsync(Orders + Legal).OkAsync();
        await viewer.PostJsonAsync(Orders + Legal, new { record = new { number = "A" } }).RefusedAsync(403, "FORBIDDEN");
        await viewer.PostJsonAsync(Modules, new { schema = Schema }).RefusedAsync(403, "FORBIDDEN");
        await reader.GetAsync(Orders + Legal).RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
    }

    [Fact]
    public async Task An_extension_does_what_its_manifest_says()
    {
        var tenant = await ShopAsync();
        var (writer, reader, none) = (
            await InstallAsync(tenant, "com.example.writer", "read", "write"), await InstallAsync(tenant, "com.example.reader", "read"), await InstallAsync(tenant, "com.example.none"));

        var added = (await writer.PostJsonAsync(ExtOrders, new { record = new { number = "A" } }).CreatedAsync())["data"]!;
        Assert.Equal(added.ToJsonString(), (await reader.GetAsync($"{ExtOrders}/{added["id"]}").OkAsync())["data"]!.ToJsonString());
        Assert.Equal("A", (string?)(await reader.GetAsync($"/ext/custom_data/com.example.shop/orders?filters[number]=A").OkAsync())["data"]![0]!["number"]);
        await reader.PostJsonAsync(ExtOrders, new { record = new { number = "B" } }).RefusedAsync(403, "FORBIDDEN");
        await reader.DeleteAsync($"{ExtOrders}/{added["id"]}").RefusedAsync(403, "FORBIDDEN");
        await none.GetAsync(ExtOrders).RefusedAsync(403, "FORBIDDEN");
        await writer.PatchJsonAsync($"{ExtOrders}/{added["id"]}", new { record = new { total = 5 } }).OkAsync();
        await writer.DeleteAsync($"{ExtOrders}/{added["id"]}").OkAsync();
        await writer.PostJsonAsync(Modules, new { schema = Schema }).RefusedAsync(401, "AUTH_INVALID_TOKEN");
    }

    [Fact]
    public async Task A_module_of_an_installation_is_seen_by_no_other()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var (one, two) = (await InstallAsync(tenant, "com.example.one", "read", "write"), await InstallAsync(tenant, "com.example.two", "read", "write"));
        await tenant.Admin.PostJsonAsync(Modules, new { schema = Schema, extension_id = "com.example.one", project_id = "LEGAL" }).CreatedAsync();

        await one.PostJsonAsync(ExtOrders, new { record = new { number = "A" } }).CreatedAsync();
        await two.GetAsync(ExtOrders).RefusedAsync(404, "CUSTOM_MODULE_NOT_FOUND");
        await tenant.Admin.GetAsync(Orders + Legal).RefusedAsync(404, "CUSTOM_MODULE_NOT_FOUND");
    }

    [Fact]
    public async Task Another_schema_moves_the_records_or_is_refused_with_those_that_do_not_fit()
    {
        var tenant = await ShopAsync();
        var id = (await AddAsync(tenant.Admin, new { number = "LONG-1", note = "kept" }))["id"];

        await tenant.Admin.PostJsonAsync(Modules, new { schema = Schema.Replace("string(20)", "string(3)", StringComparison.Ordinal) })
            .RefusedAsync(422, "VALIDATION_ERROR", $"orders.{id}.number");
        await tenant.Admin.PostJsonAsync(Modules, new { schema = Schema.Replace("      - { name: note, type: text }\n", "", StringComparison.Ordinal) })
            .RefusedAsync(422, "VALIDATION_ERROR", $"orders.{id}.note");
        await tenant.Admin.PostJsonAsync(Modules, new { schema = Schema.Replace("type: text", "type: string, indexed: true", StringComparison.Ordinal) }).OkAsync();
        Assert.Equal(["LONG-1"], await NumbersAsync(tenant.Admin, "&filters[note]=kept"));
    }

    [Theory]
    [InlineData("module: Shop\ntables: {a: {columns: []}}", 1)]
    [InlineData("module: shop", 1)]
    [InlineData("module: shop\ntables:\n  a:\n    columns:\n      - {name: b, type: money}", 5)]
    [InlineData("module: shop\ntables:\n  a:\n    columns:\n      - {name: b, type: json, indexed: true}", 5)]
    [InlineData("module: shop\ntables:\n  a:\n    columns:\n      - {name: b, type: integer, default: many}", 5)]
    [InlineData("module: shop\ntables: ]", 2)]
    public async Task A_faulty_schema_is_refused_with_its_lines(string schema, int line)
    {
        var admin = (await server.NewTenantAsync()).Admin;

        var refused = await admin.PostAsync(Modules, new StringContent(schema, Encoding.UTF8, "application/yaml")).RefusedAsync(422, "DEFINITION_INVALID");
        Assert.Equal(line, (int)refused["details"]![0]!["line"]!);
    }

    [Fact]
    public async Task A_module_of_a_pack_is_the_projects_and_begins_with_its_records()
    {
        var tenant = await server.NewTenantAsync();
        const string schema = """
            module:
              id: shop.customers
              tables:
                - name: profiles
                  soft_delete: true
                  columns:
                    - { name: email, type: string, "null": false }
                    - { name: revenue, type: decimal, precision: 12, scale: 2, default: 0 }
                  indexes:
                    - { columns: [project_id, email], unique: true }
            """;
        var files = new[]
        {
            new { path = ".kiket/modules/customers/schema.yml", content = schema },
            new { path = ".kiket/modules/customers/seeds/profiles.yml", content = "table: profiles\nrecords:\n  - {email: a@example.com, revenue: 59.90}\n  - {email: b@example.com}\n" },
        };

        var imported = await tenant.Admin.PostJsonAsync("/api/v1/definitions/import", new { files, project_key = "SHOP" }).OkAsync();
        Assert.Contains("module shop.customers", imported["created"]!.AsArray().Select(c => (string?)c));
        Assert.Empty(imported["warnings"]!.AsArray());
        var list = await tenant.Admin.GetAsync("/api/v1/custom_data/shop.customers/profiles?project_key=SHOP&sort=email").OkAsync();
        Assert.Equal([("a@example.com", 59.9m), ("b@example.com", 0m)], list["data"]!.AsArray().Select(r => ((string)r!["email"]!, (decimal)r["revenue"]!)));
        var again = await tenant.Admin.PostJsonAsync("/api/v1/definitions/import", new { files, project_key = "SHOP" }).OkAsync();
        Assert.Contains("module shop.customers", again["unchanged"]!.AsArray().Select(c => (string?)c));
        Assert.Equal("shop.customers", (string?)Assert.Single((await tenant.Admin.GetAsync(Modules).OkAsync())["data"]!.AsArray())!["key"]);
    }

    [Fact]
    public async Task A_table_without_soft_delete_forgets_its_records()
    {
        var tenant = await ShopAsync();
        const string visits = "/api/v1/custom_data/com.example.shop/visits";
        var id = (await tenant.Admin.PostJsonAsync(visits + Legal, new { record = new { day = "2026-01-05" } }).CreatedAsync())["data"]!["id"];
        await tenant.Admin.DeleteAsync($"{visits}/{id}{Legal}").OkAsync();

        await using var scope = server.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        Assert.False(await db.CustomRecords.IgnoreQueryFilters().AnyAsync(r => r.Id == (long)id!));
    }

    private static async Task<JsonNode> AddAsync(HttpClient client, object record) =>
        (await client.PostJsonAsync(Orders + Legal, new { record }).CreatedAsync())["data"]!;

    private static async Task<IReadOnlyList<string>> NumbersAsync(HttpClient client, string query) =>
        [.. (await client.GetAsync(Orders + Legal + query).OkAsync())["data"]!.AsArray().Select(r => (string)r!["number"]!)];

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static async Task<HttpClient> InstallAsync(Tenant tenant, string id, params string[] operations)
    {
        var manifest = Installed.Manifest(id, "custom_data.read", "custom_data.write");
        if (operations.Length > 0)
        {
            manifest["extension"]!["custom_data"] = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(
                new { permissions = new[] { new { module = "com.example.shop", operations } } }));
        }

        return new Installed(tenant.Server, await tenant.Admin.PostJsonAsync("/api/v1/extensions", new { manifest, project_id = "LEGAL" }).CreatedAsync()).Client;
    }

    private async Task<Tenant> ShopAsync()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var made = await tenant.Admin.PostAsync(Modules, new StringContent(Schema, Encoding.UTF8, "application/yaml"));
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        return tenant;
    }
}
