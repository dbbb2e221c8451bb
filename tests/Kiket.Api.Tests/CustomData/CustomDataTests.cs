using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Kiket.Api.Tests.Extensions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Webhooks;
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

        var added = await AddAsync(
            admin,
            new
            {
                number = "A-1",
                total = 12.5,
                extra = new { a = 1 },
            }
        );
        var id = (long)added["id"]!;
        Assert.Equal(
            [
                "id",
                "number",
                "total",
                "paid",
                "placed_at",
                "note",
                "extra",
                "organization_id",
                "project_id",
                "created_at",
                "updated_at",
            ],
            added.AsObject().Select(m => m.Key)
        );
        Assert.False((bool)added["paid"]!);
        Assert.EndsWith("Z", (string)added["placed_at"]!, StringComparison.Ordinal);

        var changed = (await admin.PatchJsonAsync($"{Orders}/{id}{Legal}", new { record = new { paid = true } }).OkAsync())[
            "data"
        ]!;
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
    [InlineData("""{"number": "A", "total": 1e300}""", "record.total")]
    [InlineData("""{"number": "A", "total": "1e2"}""", "record.total")]
    [InlineData("""{"number": "A", "placed_at": 5}""", "record.placed_at")]
    [InlineData("""{"number": "A", "organization_id": 1}""", "record.organization_id")]
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

        await tenant
            .Admin.PostJsonAsync(Orders + Legal, new { record = new { number = "A" } })
            .RefusedAsync(422, "VALIDATION_ERROR", "record.number");
        await tenant.Admin.PostJsonAsync(Orders + "?project_id=OTHER", new { record = new { number = "A" } }).CreatedAsync();
        var other = await AddAsync(tenant.Admin, new { number = "B" });
        await tenant
            .Admin.PatchJsonAsync($"{Orders}/{other["id"]}{Legal}", new { record = new { number = "A" } })
            .RefusedAsync(422, "VALIDATION_ERROR", "record.number");
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
    [InlineData("sort=paid desc,total", "D,A,B,C,E")]
    [InlineData("sort=paid,id desc", "E,C,B,A,D")]
    [InlineData("sort=created_at,total desc", "E,C,B,A,D")]
    [InlineData("sort=updated_at desc", "E,D,C,B,A")]
    public async Task Records_are_found_by_filters_in_both_encodings(string query, string expected)
    {
        var admin = (await ShopAsync()).Admin;
        await admin
            .PostJsonAsync(
                Orders + Legal,
                new
                {
                    records = new object[]
                    {
                        new { number = "A", total = 9 },
                        new { number = "B", total = 10 },
                        new
                        {
                            number = "C",
                            total = "100.5",
                            note = "x",
                        },
                        new
                        {
                            number = "D",
                            total = -3.5,
                            paid = true,
                        },
                        new { number = "E", total = (int?)null },
                    },
                }
            )
            .CreatedAsync();

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
    [InlineData("filters={\"total\":[]}", "filters.total")]
    [InlineData("filters={\"total\":{\"gt\":[1]}}", "filters.total")]
    [InlineData("filters={\"total\":1,\"total\":2}", "filters")]
    [InlineData("filters={\"total\":1}&filters[total]=2", "filters.total")]
    [InlineData("filters[total]=1&filters[total][gt]=2", "filters.total")]
    [InlineData("filters[total", "filters[total")]
    [InlineData("filters[paid]=maybe", "filters.paid")]
    [InlineData("filters[placed_at][gte]=noon", "filters.placed_at")]
    [InlineData("colour=red", "colour")]
    [InlineData("sort=color", "sort")]
    [InlineData("sort=extra", "sort")]
    [InlineData("sort=total up", "sort")]
    [InlineData("sort=id,id,id,id,id,id", "sort")]
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

        await admin
            .PostJsonAsync(Orders + Legal, new { records = new object[] { new { number = "A" }, new { total = 1 } } })
            .RefusedAsync(422, "VALIDATION_ERROR", "records[1].number");
        await admin
            .PostJsonAsync(Orders + Legal, new { records = new object[] { new { number = "A" }, new { number = "A" } } })
            .RefusedAsync(422, "VALIDATION_ERROR", "records[1].number");
        await admin
            .PostJsonAsync(Orders + Legal, new { records = Enumerable.Range(0, 501).Select(n => new { number = $"{n}" }) })
            .RefusedAsync(422, "VALIDATION_ERROR", "records");
        await admin.PostJsonAsync(Orders + Legal, new { }).RefusedAsync(422, "VALIDATION_ERROR", "record");
        Assert.Empty(await NumbersAsync(admin, ""));
        var added = await admin
            .PostJsonAsync(Orders + Legal, new { records = Enumerable.Range(0, 500).Select(n => new { number = $"{n}" }) })
            .CreatedAsync();
        Assert.Equal(500, added["data"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_list_has_so_many_conditions_and_a_record_so_many_bytes_at_most()
    {
        var admin = (await ShopAsync()).Admin;
        var conditions = string.Join(
            ',',
            new[] { "number", "total", "paid", "placed_at", "note" }.Select(c =>
                $"\"{c}\":{{\"ne\":null,\"in\":[null],\"eq\":null,\"lt\":null,\"gt\":null}}"
            )
        );
        var many = string.Join(
            ',',
            new[] { "number", "total", "paid", "placed_at", "note" }.Select(c =>
                $"\"{c}\":{{\"ne\":null,\"in\":[null],\"eq\":null}}"
            )
        );

        await admin.GetAsync($"{Orders}{Legal}&filters={{{conditions}}}").RefusedAsync(400, "INVALID_PARAMETER");
        await admin.GetAsync($"{Orders}{Legal}&filters={{{many}}}").OkAsync();
        await AddAsync(admin, new { number = "A", note = new string('x', 60_000) });
        await admin
            .PostJsonAsync(Orders + Legal, new { record = new { number = "B", note = new string('x', 66_000) } })
            .RefusedAsync(422, "VALIDATION_ERROR", "record");
        await admin
            .PostLargeJsonAsync(Orders + Legal, new { record = new { number = "C", note = new string('x', 1_100_000) } })
            .RefusedAsync(413, "PAYLOAD_TOO_LARGE");
    }

    [Theory]
    [InlineData("{", 400, "INVALID_JSON")]
    [InlineData("[]", 400, "INVALID_JSON")]
    [InlineData("""{"record": []}""", 422, "VALIDATION_ERROR")]
    [InlineData("""{"records": {}}""", 422, "VALIDATION_ERROR")]
    [InlineData("""{"records": [1]}""", 422, "VALIDATION_ERROR")]
    [InlineData("""{"records": []}""", 422, "VALIDATION_ERROR")]
    [InlineData("""{"record": {"number": "A"}, "records": [{"number": "B"}]}""", 422, "VALIDATION_ERROR")]
    [InlineData("""{"record": {"number": "A"}, "extra": 1}""", 400, "INVALID_PARAMETER")]
    [InlineData("""{"record": {"number": "A", "number": "B"}}""", 400, "INVALID_PARAMETER")]
    [InlineData("""{"record": {"number": "A", "extra": "\u0000"}}""", 400, "INVALID_PARAMETER")]
    public async Task A_body_that_is_not_a_record_is_refused(string body, int status, string code)
    {
        var tenant = await ShopAsync();
        var extension = await InstallAsync(tenant, "com.example.writer", "write");

        await tenant.Admin.PostAsync(Orders + Legal, Json(body)).RefusedAsync(status, code);
        await extension.PostAsync(ExtOrders, Json(body)).RefusedAsync(status, code);
        await tenant
            .Admin.PostAsync(Orders + Legal, new StringContent(body, Encoding.UTF8, "text/plain"))
            .RefusedAsync(415, "UNSUPPORTED_MEDIA_TYPE");
        Assert.Empty(await NumbersAsync(tenant.Admin, ""));
    }

    [Fact]
    public async Task What_is_not_there_or_anothers_is_not_found()
    {
        var (tenant, stranger) = (await ShopAsync(), await ShopAsync());
        var project = (long)(await tenant.Admin.GetAsync("/api/v1/projects/LEGAL").OkAsync())["id"]!;
        var id = (await AddAsync(tenant.Admin, new { number = "A" }))["id"];
        await tenant.AddProjectAsync("OTHER");
        await tenant.AddProjectAsync("HIDDEN", "private");
        var (mine, theirs) = (
            await InstallAsync(tenant, "com.example.mine", "read", "write"),
            await InstallAsync(stranger, "com.example.theirs", "read", "write")
        );
        var developer = (await tenant.AddUserAsync(OrganizationRole.Developer)).Client;

        await tenant.Admin.GetAsync(Orders).RefusedAsync(400, "INVALID_PARAMETER", "project_id");
        await tenant.Admin.GetAsync($"{Orders}?project_key=NONE").RefusedAsync(404, "PROJECT_NOT_FOUND");
        await tenant
            .Admin.GetAsync($"/api/v1/custom_data/com.example.none/orders{Legal}")
            .RefusedAsync(404, "CUSTOM_MODULE_NOT_FOUND");
        await tenant
            .Admin.GetAsync($"/api/v1/custom_data/com.example.shop/none{Legal}")
            .RefusedAsync(404, "CUSTOM_TABLE_NOT_FOUND");
        foreach (var unknown in new[] { "0", "999999999", "x", "-1", "99999999999999999999" })
            await tenant.Admin.GetAsync($"{Orders}/{unknown}{Legal}").RefusedAsync(404, "CUSTOM_RECORD_NOT_FOUND");

        // Another project's, another organization's, one that nobody else sees, and another installation's: nothing is there.
        await AreNotFoundAsync(tenant.Admin, $"{Orders}/{id}?project_key=OTHER", "CUSTOM_RECORD_NOT_FOUND");
        await AreNotFoundAsync(stranger.Admin, $"{Orders}/{id}{Legal}", "CUSTOM_RECORD_NOT_FOUND");
        await AreNotFoundAsync(stranger.Admin, $"{Orders}/{id}?project_id={project}", "PROJECT_NOT_FOUND");
        await AreNotFoundAsync(developer, $"{Orders}/{id}?project_id=HIDDEN", "PROJECT_NOT_FOUND");
        await AreNotFoundAsync(theirs, $"{ExtOrders}/{id}", "CUSTOM_RECORD_NOT_FOUND");
        await AreNotFoundAsync(theirs, $"{ExtOrders}/{id}?project_id={project}", "PROJECT_NOT_FOUND");
        await AreNotFoundAsync(mine, $"{ExtOrders}/{id}?project_id=OTHER", "PROJECT_NOT_FOUND");
        await stranger
            .Admin.PostJsonAsync($"{Orders}?project_id={project}", new { record = new { number = "B" } })
            .RefusedAsync(404, "PROJECT_NOT_FOUND");
        await theirs
            .PostJsonAsync($"{ExtOrders}?project_id={project}", new { record = new { number = "B" } })
            .RefusedAsync(404, "PROJECT_NOT_FOUND");
        await theirs.GetAsync($"{ExtOrders}?project_id={project}").RefusedAsync(404, "PROJECT_NOT_FOUND");
        Assert.Empty(await NumbersAsync(stranger.Admin, ""));
        Assert.Equal(["A"], await NumbersAsync(tenant.Admin, ""));
        Assert.Single((await stranger.Admin.GetAsync(Modules).OkAsync())["data"]!.AsArray());
    }

    [Fact]
    public async Task Every_credential_opens_its_own_routes_and_no_other()
    {
        var tenant = await ShopAsync();
        var id = (await AddAsync(tenant.Admin, new { number = "A" }))["id"];
        var (nobody, installed) = (server.NewClient(), await InstallAsync(tenant, "com.example.writer", "read", "write"));
        var workspace = server.NewClient(
            (string)
                (
                    await tenant
                        .Admin.PostJsonAsync(
                            "/api/v1/workspace_api_tokens",
                            new { name = "CI", scopes = new[] { "custom_data.read" } }
                        )
                        .CreatedAsync()
                )["token"]!
        );
        var runtime = server.NewClient();
        runtime.DefaultRequestHeaders.Add("X-Kiket-Runtime-Token", await RuntimeTokenAsync(tenant, "com.example.writer"));

        foreach (
            var client in new[]
            {
                tenant.Admin,
                workspace,
                await tenant.WithScopesAsync("read:custom_data"),
                await tenant.WithScopesAsync("custom_data"),
            }
        )
            Assert.Equal("A", (string?)(await client.GetAsync($"{Orders}/{id}{Legal}").OkAsync())["data"]!["number"]);
        var writer = await tenant.WithScopesAsync("custom_data:write");
        await AddAsync(writer, new { number = "W" });
        await writer.GetAsync(Orders + Legal).RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        foreach (var client in new[] { installed, runtime })
            Assert.Equal("A", (string?)(await client.GetAsync($"{ExtOrders}/{id}").OkAsync())["data"]!["number"]);
        foreach (
            var client in new[]
            {
                workspace,
                await tenant.WithScopesAsync("custom_data:read"),
                await tenant.WithScopesAsync("issues:write"),
            }
        )
        {
            await client
                .PostJsonAsync(Orders + Legal, new { record = new { number = "B" } })
                .RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
            await client
                .PatchJsonAsync($"{Orders}/{id}{Legal}", new { record = new { number = "B" } })
                .RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
            await client.DeleteAsync($"{Orders}/{id}{Legal}").RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
            await client.PostJsonAsync(Modules, new { schema = Schema }).RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        }

        foreach (
            var (client, path, code) in new[]
            {
                (nobody, Orders + Legal, "AUTH_INVALID_TOKEN"),
                (nobody, ExtOrders, "AUTH_INVALID_TOKEN"),
                (installed, Orders + Legal, "AUTH_INVALID_TOKEN"),
            }
        )
        {
            var one = path.Replace("/orders", $"/orders/{id}", StringComparison.Ordinal);
            await client.GetAsync(path).RefusedAsync(401, code);
            await client.PostJsonAsync(path, new { record = new { number = "B" } }).RefusedAsync(401, code);
            await client.GetAsync(one).RefusedAsync(401, code);
            await client.PatchJsonAsync(one, new { record = new { number = "B" } }).RefusedAsync(401, code);
            await client.DeleteAsync(one).RefusedAsync(401, code);
        }

        await nobody.GetAsync(Modules).RefusedAsync(401, "AUTH_INVALID_TOKEN");
        await nobody.PostJsonAsync(Modules, new { schema = Schema }).RefusedAsync(401, "AUTH_INVALID_TOKEN");
    }

    [Fact]
    public async Task Users_do_what_their_role_in_the_project_allows()
    {
        var tenant = await ShopAsync();
        var (viewer, developer) = (
            (await tenant.AddUserAsync(OrganizationRole.Viewer)).Client,
            (await tenant.AddUserAsync(OrganizationRole.Developer)).Client
        );

        await viewer.GetAsync(Orders + Legal).OkAsync();
        await viewer.PostJsonAsync(Orders + Legal, new { record = new { number = "A" } }).RefusedAsync(403, "FORBIDDEN");
        var id = (await AddAsync(developer, new { number = "A" }))["id"];
        await viewer
            .PatchJsonAsync($"{Orders}/{id}{Legal}", new { record = new { number = "B" } })
            .RefusedAsync(403, "FORBIDDEN");
        await viewer.DeleteAsync($"{Orders}/{id}{Legal}").RefusedAsync(403, "FORBIDDEN");
        foreach (var client in new[] { viewer, developer })
            await client.PostJsonAsync(Modules, new { schema = Schema }).RefusedAsync(403, "FORBIDDEN");
    }

    [Fact]
    public async Task A_role_does_what_the_module_permits_it()
    {
        const string schema = """
            module: time.tracking
            tables:
              entries: { columns: [{ name: user_id, type: bigint, "null": false }, { name: minutes, type: integer }] }
              rates: { columns: [{ name: rate, type: integer }] }
            permissions:
              - { role: user, tables: [entries], operations: [read, write],
                  conditions: [{ column: user_id, equals: current_user_id }] }
              - { role: manager, tables: { entries: [read], rates: [read, write, delete] } }
              - { role: user, tables: [rates], operations: [read], conditions: ["rate < 10"] }
            """;
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var made = await tenant
            .Admin.PostAsync(Modules, new StringContent(schema, Encoding.UTF8, "application/yaml"))
            .CreatedAsync();
        Assert.Equal((9, 5), ((int)Assert.Single(made["warnings"]!.AsArray())!["line"]!, (int)made["warnings"]![0]!["column"]!));
        var ((me, developer), (_, manager)) = (
            await tenant.AddUserAsync(OrganizationRole.Developer),
            await tenant.AddUserAsync(OrganizationRole.ProjectManager)
        );
        const string entries = "/api/v1/custom_data/time.tracking/entries",
            rates = "/api/v1/custom_data/time.tracking/rates";

        var mine = (
            await developer.PostJsonAsync(entries + Legal, new { record = new { user_id = me, minutes = 5 } }).CreatedAsync()
        )["data"]!["id"];
        var others = (
            await tenant
                .Admin.PostJsonAsync(entries + Legal, new { record = new { user_id = tenant.AdminId, minutes = 7 } })
                .CreatedAsync()
        )["data"]!["id"];
        var rate = (await manager.PostJsonAsync(rates + Legal, new { record = new { rate = 9 } }).CreatedAsync())["data"]!["id"];

        Assert.Equal([$"{mine}"], await IdsAsync(developer, entries));
        Assert.Equal([$"{mine}", $"{others}"], await IdsAsync(manager, entries));
        await developer.GetAsync($"{entries}/{others}{Legal}").RefusedAsync(404, "CUSTOM_RECORD_NOT_FOUND");
        await developer
            .PatchJsonAsync($"{entries}/{others}{Legal}", new { record = new { minutes = 1 } })
            .RefusedAsync(404, "CUSTOM_RECORD_NOT_FOUND");
        await developer
            .PatchJsonAsync($"{entries}/{mine}{Legal}", new { record = new { user_id = tenant.AdminId } })
            .RefusedAsync(403, "FORBIDDEN");
        await developer
            .PostJsonAsync(entries + Legal, new { record = new { user_id = tenant.AdminId } })
            .RefusedAsync(403, "FORBIDDEN");
        await developer.DeleteAsync($"{entries}/{mine}{Legal}").RefusedAsync(403, "FORBIDDEN");
        // Such a condition is not enforced, so it permits nothing.
        await developer.GetAsync(rates + Legal).RefusedAsync(403, "FORBIDDEN");
        await developer.GetAsync($"{rates}/{rate}{Legal}").RefusedAsync(403, "FORBIDDEN");
        await manager.DeleteAsync($"{rates}/{rate}{Legal}").OkAsync();
        await tenant.Admin.DeleteAsync($"{entries}/{others}{Legal}").OkAsync();
    }

    [Fact]
    public async Task An_archived_project_keeps_its_records_and_takes_no_others()
    {
        var tenant = await ShopAsync();
        var id = (await AddAsync(tenant.Admin, new { number = "A" }))["id"];
        await tenant.Admin.DeleteAsync("/api/v1/projects/LEGAL").OkAsync();

        await tenant.Admin.GetAsync($"{Orders}/{id}{Legal}").OkAsync();
        await tenant
            .Admin.PostJsonAsync(Orders + Legal, new { record = new { number = "B" } })
            .RefusedAsync(422, "PROJECT_ARCHIVED");
        await tenant
            .Admin.PatchJsonAsync($"{Orders}/{id}{Legal}", new { record = new { number = "B" } })
            .RefusedAsync(422, "PROJECT_ARCHIVED");
        await tenant.Admin.DeleteAsync($"{Orders}/{id}{Legal}").RefusedAsync(422, "PROJECT_ARCHIVED");
        await tenant
            .Admin.PostJsonAsync(Modules, new { schema = Schema, project_id = "LEGAL" })
            .RefusedAsync(422, "PROJECT_ARCHIVED");
    }

    [Fact]
    public async Task One_of_many_who_want_a_unique_value_at_once_gets_it()
    {
        var tenant = await ShopAsync();

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ => tenant.Admin.PostJsonAsync(Orders + Legal, new { record = new { number = "ONE" } }))
        );

        Assert.Equal([201, .. Enumerable.Repeat(422, 7)], answers.Select(a => (int)a.StatusCode).Order());
        Assert.Equal(["ONE"], await NumbersAsync(tenant.Admin, ""));
    }

    [Fact]
    public async Task Records_that_are_added_while_the_schema_changes_are_indexed_by_it()
    {
        var tenant = await ShopAsync();

        var adding = Enumerable
            .Range(0, 12)
            .Select(n => tenant.Admin.PostJsonAsync(Orders + Legal, new { record = new { number = $"N{n:00}", note = "found" } }))
            .ToList();
        var changing = tenant.Admin.PostJsonAsync(
            Modules,
            new { schema = Schema.Replace("type: text", "type: string, indexed: true", StringComparison.Ordinal) }
        );
        foreach (var added in adding)
            await added.CreatedAsync();
        await changing.OkAsync();

        Assert.Equal(
            Enumerable.Range(0, 12).Select(n => $"N{n:00}"),
            await NumbersAsync(tenant.Admin, "&filters[note]=found&sort=number")
        );
    }

    [Fact]
    public async Task An_extension_does_what_its_manifest_says()
    {
        var tenant = await ShopAsync();
        var (writer, reader, none) = (
            await InstallAsync(tenant, "com.example.writer", "read", "write"),
            await InstallAsync(tenant, "com.example.reader", "read"),
            await InstallAsync(tenant, "com.example.none")
        );

        var added = (await writer.PostJsonAsync(ExtOrders, new { record = new { number = "A" } }).CreatedAsync())["data"]!;
        Assert.Equal(
            added.ToJsonString(),
            (await reader.GetAsync($"{ExtOrders}/{added["id"]}").OkAsync())["data"]!.ToJsonString()
        );
        Assert.Equal(
            "A",
            (string?)
                (await reader.GetAsync($"/ext/custom_data/com.example.shop/orders?filters[number]=A").OkAsync())["data"]![0]![
                    "number"
                ]
        );
        await reader.PostJsonAsync(ExtOrders, new { record = new { number = "B" } }).RefusedAsync(403, "FORBIDDEN");
        await reader.DeleteAsync($"{ExtOrders}/{added["id"]}").RefusedAsync(403, "FORBIDDEN");
        await none.GetAsync(ExtOrders).RefusedAsync(403, "FORBIDDEN");
        await writer.PatchJsonAsync($"{ExtOrders}/{added["id"]}", new { record = new { total = 5 } }).OkAsync();
        await writer.DeleteAsync($"{ExtOrders}/{added["id"]}").OkAsync();
        await writer.DeleteAsync($"{ExtOrders}/{added["id"]}").RefusedAsync(404, "CUSTOM_RECORD_NOT_FOUND");
        await none.PostJsonAsync(ExtOrders, new { record = new { number = "B" } }).RefusedAsync(403, "FORBIDDEN");
        await writer
            .PostJsonAsync(ExtOrders, new { record = new { total = 5 } })
            .RefusedAsync(422, "VALIDATION_ERROR", "record.number");
        await writer.GetAsync(ExtOrders + "?filters[color]=red").RefusedAsync(400, "INVALID_PARAMETER", "filters.color");

        // Deleting for good requires the permission to delete.
        const string visits = "/api/v1/ext/custom_data/com.example.shop/visits";
        var deleter = await InstallAsync(tenant, "com.example.deleter", "delete");
        var visit = (await writer.PostJsonAsync(visits, new { record = new { day = "2026-01-05" } }).CreatedAsync())["data"]![
            "id"
        ];
        await writer.DeleteAsync($"{visits}/{visit}").RefusedAsync(403, "FORBIDDEN");
        await deleter.GetAsync($"{visits}/{visit}").RefusedAsync(403, "FORBIDDEN");
        await deleter.DeleteAsync($"{visits}/{visit}").OkAsync();
        await writer.PostJsonAsync(Modules, new { schema = Schema }).RefusedAsync(401, "AUTH_INVALID_TOKEN");
    }

    [Fact]
    public async Task A_module_of_an_installation_is_seen_by_no_other()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var (one, two) = (
            await InstallAsync(tenant, "com.example.one", "read", "write"),
            await InstallAsync(tenant, "com.example.two", "read", "write")
        );
        await tenant
            .Admin.PostJsonAsync(
                Modules,
                new
                {
                    schema = Schema,
                    extension_id = "com.example.one",
                    project_id = "LEGAL",
                }
            )
            .CreatedAsync();

        await one.PostJsonAsync(ExtOrders, new { record = new { number = "A" } }).CreatedAsync();
        await two.GetAsync(ExtOrders).RefusedAsync(404, "CUSTOM_MODULE_NOT_FOUND");
        await two.PostJsonAsync(ExtOrders, new { record = new { number = "A" } }).RefusedAsync(404, "CUSTOM_MODULE_NOT_FOUND");
        await AreNotFoundAsync(two, ExtOrders + "/1", "CUSTOM_MODULE_NOT_FOUND");
        await tenant
            .Admin.PostAsync(
                $"{Modules}?extension_id=com.example.two&project_id=LEGAL",
                new StringContent(Schema, Encoding.UTF8, "application/yaml")
            )
            .CreatedAsync();
        var id = (await one.GetAsync(ExtOrders).OkAsync())["data"]![0]!["id"];
        await AreNotFoundAsync(two, $"{ExtOrders}/{id}", "CUSTOM_RECORD_NOT_FOUND");
        Assert.Empty((await two.GetAsync(ExtOrders).OkAsync())["data"]!.AsArray());
        await tenant.Admin.GetAsync(Orders + Legal).RefusedAsync(404, "CUSTOM_MODULE_NOT_FOUND");
    }

    [Fact]
    public async Task Another_schema_moves_the_records_or_is_refused_with_those_that_do_not_fit()
    {
        var tenant = await ShopAsync();
        var id = (await AddAsync(tenant.Admin, new { number = "LONG-1", note = "kept" }))["id"];

        await tenant
            .Admin.PostJsonAsync(Modules, new { schema = Schema.Replace("string(20)", "string(3)", StringComparison.Ordinal) })
            .RefusedAsync(422, "VALIDATION_ERROR", $"orders.{id}.number");
        await tenant
            .Admin.PostJsonAsync(
                Modules,
                new { schema = Schema.Replace("      - { name: note, type: text }\n", "", StringComparison.Ordinal) }
            )
            .RefusedAsync(422, "VALIDATION_ERROR", $"orders.{id}.note");
        await tenant
            .Admin.PostJsonAsync(
                Modules,
                new
                {
                    schema = Schema[..Schema.IndexOf("  orders:", StringComparison.Ordinal)]
                        + Schema[Schema.IndexOf("  visits:", StringComparison.Ordinal)..],
                }
            )
            .RefusedAsync(422, "VALIDATION_ERROR", $"orders.{id}");
        await tenant
            .Admin.PostJsonAsync(
                Modules,
                new { schema = Schema.Replace("name: note, type: text", "name: note, type: integer", StringComparison.Ordinal) }
            )
            .RefusedAsync(422, "VALIDATION_ERROR", $"orders.{id}.note");
        await tenant
            .Admin.PostJsonAsync(
                Modules,
                new
                {
                    schema = Schema.Replace(
                        "type: text }",
                        "type: text }\n      - { name: needed, type: text, \"null\": false }",
                        StringComparison.Ordinal
                    ),
                }
            )
            .RefusedAsync(422, "VALIDATION_ERROR", $"orders.{id}.needed");
        // Nothing was lost on the way.
        Assert.Equal(["LONG-1"], await NumbersAsync(tenant.Admin, "&filters[number]=LONG-1&filters[note]=kept"));
        await AddAsync(tenant.Admin, new { number = "LONG-2", note = "kept" });
        await tenant
            .Admin.PostJsonAsync(
                Modules,
                new { schema = Schema.Replace("type: text", "type: string, unique: true", StringComparison.Ordinal) }
            )
            .RefusedAsync(422, "VALIDATION_ERROR", $"orders.{(long)id! + 1}.note");
        await tenant
            .Admin.PostJsonAsync(
                Modules,
                new { schema = Schema.Replace("type: text", "type: string, indexed: true", StringComparison.Ordinal) }
            )
            .OkAsync();
        Assert.Equal(["LONG-1", "LONG-2"], await NumbersAsync(tenant.Admin, "&filters[note]=kept"));
        var wider = await tenant
            .Admin.PostJsonAsync(
                Modules,
                new
                {
                    schema = Schema.Replace(
                        "type: text }",
                        "type: text }\n      - { name: state, type: string, default: new }",
                        StringComparison.Ordinal
                    ),
                }
            )
            .OkAsync();
        Assert.Equal(
            ["new", "new"],
            (await tenant.Admin.GetAsync($"{Orders}{Legal}&sort=state").OkAsync())["data"]!
                .AsArray()
                .Select(r => (string?)r!["state"])
        );
        Assert.Equal(
            ["number", "total", "paid", "placed_at", "note", "state", "extra"],
            wider["tables"]![0]!["columns"]!.AsArray().Select(c => (string?)c!["name"])
        );
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

        var refused = await admin
            .PostAsync(Modules, new StringContent(schema, Encoding.UTF8, "application/yaml"))
            .RefusedAsync(422, "DEFINITION_INVALID");
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
            new
            {
                path = ".kiket/modules/customers/seeds/profiles.yml",
                content = "table: profiles\nrecords:\n  - {email: a@example.com, revenue: 59.90}\n  - {email: b@example.com}\n",
            },
        };

        var imported = await tenant
            .Admin.PostJsonAsync("/api/v1/definitions/import", new { files, project_key = "SHOP" })
            .OkAsync();
        Assert.Contains("module shop.customers", imported["created"]!.AsArray().Select(c => (string?)c));
        Assert.Empty(imported["warnings"]!.AsArray());
        var list = await tenant
            .Admin.GetAsync("/api/v1/custom_data/shop.customers/profiles?project_key=SHOP&sort=email")
            .OkAsync();
        Assert.Equal(
            [("a@example.com", 59.9m), ("b@example.com", 0m)],
            list["data"]!.AsArray().Select(r => ((string)r!["email"]!, (decimal)r["revenue"]!))
        );
        var again = await tenant.Admin.PostJsonAsync("/api/v1/definitions/import", new { files, project_key = "SHOP" }).OkAsync();
        Assert.Contains("module shop.customers", again["unchanged"]!.AsArray().Select(c => (string?)c));
        Assert.Equal(
            "shop.customers",
            (string?)Assert.Single((await tenant.Admin.GetAsync(Modules).OkAsync())["data"]!.AsArray())!["key"]
        );
    }

    /// <summary>
    /// Other tests try the reader alone with many more; here the whole request is tested, and the records after it.
    /// </summary>
    [Fact]
    public async Task Schemas_with_anything_in_them_are_published_or_refused()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var random = new Random(20261124);
        const string spice = "{}[]&*!|>'\"%@`:,-?#\t\n\\ ~<=()éa9";
        var (published, refused) = (0, 0);
        for (var round = 0; round < 300; round++)
        {
            var schema = new StringBuilder(Schema);
            for (var change = random.Next(1, 3); change > 0; change--)
            {
                var at = random.Next(schema.Length - 40);
                _ = random.Next(3) switch
                {
                    0 => schema.Insert(at, spice[random.Next(spice.Length)]),
                    1 => schema.Remove(at, random.Next(1, 20)),
                    _ => schema.Insert(random.Next(schema.Length), schema.ToString(at, random.Next(1, 40))),
                };
            }

            var answer = await tenant.Admin.PostAsync(
                $"{Modules}?strict=false",
                new StringContent(schema.ToString(), Encoding.UTF8, "application/yaml")
            );

            var text = await answer.Content.ReadAsStringAsync();
            Assert.True((int)answer.StatusCode is 200 or 201 or 422, $"{answer.StatusCode}: {text}\n{schema}");
            (published, refused) = answer.IsSuccessStatusCode ? (published + 1, refused) : (published, refused + 1);
            if (answer.StatusCode is not HttpStatusCode.Created)
                continue;
            var table = JsonNode.Parse(text)!["tables"]![0]!;
            var path = $"/api/v1/custom_data/{JsonNode.Parse(text)!["key"]}/{table["name"]}{Legal}";
            var added = await tenant.Admin.PostJsonAsync(
                path,
                new { record = table["columns"]!.AsArray().ToDictionary(c => (string)c!["name"]!, _ => 1) }
            );
            Assert.True((int)added.StatusCode is 201 or 422, await added.Content.ReadAsStringAsync());
            await tenant.Admin.GetAsync(path).OkAsync();
        }

        Assert.True(published > 30 && refused > 30, $"{published} published, {refused} refused");
    }

    [Fact]
    public async Task A_table_without_soft_delete_forgets_its_records()
    {
        var tenant = await ShopAsync();
        const string visits = "/api/v1/custom_data/com.example.shop/visits";
        var id = (await tenant.Admin.PostJsonAsync(visits + Legal, new { record = new { day = "2026-01-05" } }).CreatedAsync())[
            "data"
        ]!["id"];
        await tenant.Admin.DeleteAsync($"{visits}/{id}{Legal}").OkAsync();

        await using var scope = server.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        Assert.False(await db.CustomRecords.IgnoreQueryFilters().AnyAsync(r => r.Id == (long)id!));
    }

    private static async Task<JsonNode> AddAsync(HttpClient client, object record) =>
        (await client.PostJsonAsync(Orders + Legal, new { record }).CreatedAsync())["data"]!;

    private static async Task<IReadOnlyList<string>> NumbersAsync(HttpClient client, string query) =>
        [.. (await client.GetAsync(Orders + Legal + query).OkAsync())["data"]!.AsArray().Select(r => (string)r!["number"]!)];

    private static async Task<IReadOnlyList<string>> IdsAsync(HttpClient client, string path) =>
        [.. (await client.GetAsync(path + Legal).OkAsync())["data"]!.AsArray().Select(r => $"{r!["id"]}")];

    private static async Task AreNotFoundAsync(HttpClient client, string path, string code)
    {
        await client.GetAsync(path).RefusedAsync(404, code);
        await client.PatchJsonAsync(path, new { record = new { number = "B" } }).RefusedAsync(404, code);
        await client.DeleteAsync(path).RefusedAsync(404, code);
    }

    private async Task<string> RuntimeTokenAsync(Tenant tenant, string key)
    {
        await using var scope = server.Services.CreateAsyncScope();
        var extension = await scope
            .ServiceProvider.GetRequiredService<KiketDbContext>()
            .Extensions.IgnoreQueryFilters()
            .SingleAsync(e => e.OrganizationId == new OrganizationId(tenant.OrganizationId) && e.Key == key);
        return (
            await server
                .Services.GetRequiredService<RuntimeTokens>()
                .CreateAsync(extension, extension.ProjectId, "test", TestContext.Current.CancellationToken)
        ).Text;
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static async Task<HttpClient> InstallAsync(Tenant tenant, string id, params string[] operations)
    {
        var manifest = Installed.Manifest(id, "custom_data.read", "custom_data.write");
        if (operations.Length > 0)
        {
            manifest["extension"]!["custom_data"] = JsonNode.Parse(
                System.Text.Json.JsonSerializer.Serialize(
                    new { permissions = new[] { new { module = "com.example.shop", operations } } }
                )
            );
        }

        return new Installed(
            tenant.Server,
            await tenant.Admin.PostJsonAsync("/api/v1/extensions", new { manifest, project_id = "LEGAL" }).CreatedAsync()
        ).Client;
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
