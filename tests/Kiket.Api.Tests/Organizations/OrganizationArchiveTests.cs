using System.Text.Json.Nodes;
using Kiket.Api.Tests.Extensions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Kiket.Infrastructure;
using Kiket.Infrastructure.Organizations;
using Kiket.Infrastructure.Persistence;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Kiket.Api.Tests.Organizations;

/// <summary>What <c>organization export</c> and <c>organization import</c> do.</summary>
[Trait("Database", "Sqlite")]
public sealed class OrganizationArchiveTests : IDisposable
{
    private const string Passphrase = "correct horse battery staple";
    private const string Token = "kpat_operator_of_the_tests";

    private readonly string folder = Directory.CreateTempSubdirectory("kiket-archive-").FullName;

    [Fact]
    public void Each_table_is_exported_or_left_out_for_a_reason()
    {
        using var services = Services(SqliteSettings("source"));
        using var scope = services.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var exported = ArchiveTable.Of(db).Select(t => t.Type.ClrType).ToList();

        Assert.Equal(
            db.Model.GetEntityTypes().Select(t => t.ClrType.Name).Order(StringComparer.Ordinal),
            exported.Concat(ArchiveTable.LeftOut.Keys).Select(t => t.Name).Order(StringComparer.Ordinal)
        );
        Assert.DoesNotContain(
            ArchiveTable.LeftOut.Keys,
            t => db.Model.FindEntityType(t)!.FindProperty(nameof(IAggregateRoot.OrganizationId)) is not null
        );
        Assert.All(ArchiveTable.LeftOut.Values, Assert.NotEmpty);
    }

    [Fact]
    public async Task An_organization_moves_to_another_server_without_loss()
    {
        var file = In("kiket.ndjson");
        var exported = await ExportAsync(file);

        // The same kind of database has the same values, column by column.
        var (source, target) = (SqliteSettings("source"), SqliteSettings("target"));
        var imported = await ImportAsync(target, file);
        Assert.False(imported.IsRefused, imported.Error?.Message);
        Assert.Equal(exported, imported.Value with { UnreadableSecrets = 0 });
        await AssertSameRowsAsync(source, target);
        await AssertServesAsync(target);
    }

    [Fact]
    public async Task An_organization_moves_to_another_kind_of_database()
    {
        Assert.SkipUnless(KiketServer.IsPostgres, "There is no PostgreSQL here.");
        var (file, again) = (In("kiket.ndjson"), In("again.ndjson"));
        await ExportAsync(file);
        var database = $"kiket_test_{Guid.NewGuid():N}";
        var target = new Dictionary<string, string>
        {
            ["Database:Provider"] = "PostgreSql",
            ["Database:MigrateOnStart"] = "true",
            ["Database:RowLevelSecurity"] = "true",
            ["ConnectionStrings:Kiket"] = new NpgsqlConnectionStringBuilder(KiketServer.PostgresServer)
            {
                Database = database,
                Username = KiketServer.Role,
                Password = KiketServer.Role,
            }.ToString(),
            ["DataProtection:KeysPath"] = In("target-keys"),
        };
        await KiketServer.OnServerAsync(KiketServer.CreateRole);
        await KiketServer.OnServerAsync($"CREATE DATABASE {database} OWNER {KiketServer.Role}");
        try
        {
            var imported = await ImportAsync(target, file);
            Assert.False(imported.IsRefused, imported.Error?.Message);
            await using (var services = Services(target))
            {
                var written = await OnArchiveAsync(services, a => a.ExportAsync("kiket", again, Passphrase, default));
                Assert.False(written.IsRefused, written.Error?.Message);
            }

            // Only the audit log has gone on: it tells of the import and of this export.
            Assert.Equal(2, await AssertSameLinesAsync(file, again));
            await AssertServesAsync(target);
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            await KiketServer.OnServerAsync($"DROP DATABASE {database} WITH (FORCE)");
        }
    }

    [Fact]
    public async Task A_file_holds_no_secret_and_nothing_of_others()
    {
        var file = In("kiket.ndjson");
        await ExportAsync(file);

        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.DoesNotContain("open-sesame-4711", text, StringComparison.Ordinal);
        Assert.DoesNotContain("CfDJ8", text, StringComparison.Ordinal); // how texts of the key ring begin
        Assert.DoesNotContain("A secret of others", text, StringComparison.Ordinal);
        Assert.Contains("sealed:", text, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task What_cannot_be_imported_whole_is_refused_before_anything_is_written()
    {
        var file = In("kiket.ndjson");
        await ExportAsync(file);
        var lines = await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken);
        var target = SqliteSettings("target");

        await AssertRefusedAsync("There is no file", In("nothing.ndjson"));
        await AssertRefusedAsync("incomplete", Written(lines[..^1]));
        await AssertRefusedAsync("incomplete", Written(lines[..(lines.Length / 2)]));
        await AssertRefusedAsync("incomplete", Written([.. lines[..5], .. lines[6..]]));
        await AssertRefusedAsync(
            "was changed",
            Written([.. lines.Select(l => l.Replace("\"super_admin\":false", "\"super_admin\":true", StringComparison.Ordinal))])
        );
        await AssertRefusedAsync("not an export", Written(["{}"]));
        await AssertRefusedAsync("not an export", Written(["No JSON"]));
        await AssertRefusedAsync("not an export", Written([]));
        await AssertRefusedAsync(
            "with the schema Other",
            Written([System.Text.RegularExpressions.Regex.Replace(lines[0], "\"schema\":\"[^\"]*\"", "\"schema\":\"Other\"")])
        );
        await AssertRefusedAsync("passphrase is wrong", file, "another horse battery staple");

        Assert.False((await ImportAsync(target, file)).IsRefused);
        await AssertRefusedAsync("has an organization already", file);

        string Written(string[] some)
        {
            var copy = In($"{Guid.NewGuid():N}.ndjson");
            File.WriteAllLines(copy, some);
            return copy;
        }

        async Task AssertRefusedAsync(string reason, string archive, string passphrase = Passphrase)
        {
            var before = await CountAsync(target);
            var refused = await ImportAsync(target, archive, passphrase);
            Assert.Contains(reason, refused.Error?.Message, StringComparison.Ordinal);
            Assert.Equal(before, await CountAsync(target));
        }
    }

    [Fact]
    public async Task What_cannot_be_exported_leaves_no_file()
    {
        var file = In("kiket.ndjson");
        await ExportAsync(file);
        await using var services = Services(SqliteSettings("source"));

        await AssertRefusedAsync("exists", "kiket", file, Passphrase);
        await AssertRefusedAsync("no organization nobody", "nobody", In("nobody.ndjson"), Passphrase);
        await AssertRefusedAsync("at least 16 characters", "kiket", In("weak.ndjson"), "too short");
        Assert.Equal([file], Directory.GetFiles(folder, "*.ndjson*"));

        async Task AssertRefusedAsync(string reason, string slug, string to, string passphrase)
        {
            var refused = await OnArchiveAsync(services, a => a.ExportAsync(slug, to, passphrase, default));
            Assert.Contains(reason, refused.Error?.Message, StringComparison.Ordinal);
        }
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    private string In(string name) => Path.Combine(folder, name);

    private Dictionary<string, string> SqliteSettings(string name) =>
        new()
        {
            ["Database:Provider"] = "Sqlite",
            ["Database:RowLevelSecurity"] = "false",
            ["ConnectionStrings:Kiket"] = $"Data Source={In($"{name}.db")}",
            ["DataProtection:KeysPath"] = In($"{name}-keys"),
        };

    /// <summary>Fills a server and exports its first organization while it runs.</summary>
    private async Task<ArchivedOrganization> ExportAsync(string file)
    {
        var settings = SqliteSettings("source");
        await using var server = new KiketServer
        {
            Settings = new Dictionary<string, string>(settings) { ["Bootstrap:Demo"] = "true" },
        };
        await server.InitializeAsync();
        var others = await server.NewTenantAsync();
        await others.AddProjectAsync();
        await others.AddIssueAsync(title: "A secret of others");
        await FillAsync(new Tenant(server, 1, 1, server.NewClient(Token), Token));

        await using var services = Services(settings);
        var exported = await OnArchiveAsync(services, a => a.ExportAsync("kiket", file, Passphrase, default));
        Assert.False(exported.IsRefused, exported.Error?.Message);
        Assert.Equal(0, exported.Value.UnreadableSecrets);
        return exported.Value;
    }

    private static async Task FillAsync(Tenant tenant)
    {
        await tenant.AddProjectAsync();
        var child = await tenant.AddIssueAsync(
            title: "A child, older than its parent",
            fields: new { labels = new[] { "ümlaut", "two" } }
        );
        var parent = await tenant.AddIssueAsync(title: "A parent", fields: new { issue_type = "Epic", story_points = 2.5 });
        await tenant
            .Admin.PatchJsonAsync($"/api/v1/issues/{child["key"]}", new { issue = new { parent_id = (long)parent["id"]! } })
            .OkAsync();
        await tenant
            .Admin.PostJsonAsync($"/api/v1/issues/{parent["key"]}/comments", new { comment = new { body = "Looks good. 👍" } })
            .CreatedAsync();
        await tenant
            .Admin.PostJsonAsync("/api/v1/projects/LEGAL/milestones", new { milestone = new { name = "First" } })
            .CreatedAsync();
        var extension = await Installed.NewAsync(tenant, "LEGAL", permissions: ["storage:write", "issues:write"]);
        await tenant
            .Admin.PostJsonAsync(
                $"/api/v1/extensions/{extension.Id}/secrets/API_TOKEN",
                new { secret = new { value = "open-sesame-4711" } }
            )
            .CreatedAsync();
        await tenant.Admin.PostAsync($"/api/v1/extensions/{extension.Id}/test", null).OkAsync();
        await tenant
            .Admin.PostJsonAsync(
                "/api/v1/oauth_applications",
                new
                {
                    oauth_application = new
                    {
                        name = "Robot",
                        scopes = new[] { "issues:read" },
                        grant_types = new[] { "client_credentials" },
                    },
                }
            )
            .CreatedAsync();
        await tenant.AddPersonAsync(OrganizationRole.Developer);

        // The last token of all is gone, and its id stays used.
        var token = await tenant.Admin.PostJsonAsync("/api/v1/personal_access_tokens", new { name = "Short" }).CreatedAsync();
        var revoked = await tenant.Admin.DeleteAsync($"/api/v1/personal_access_tokens/{token["id"]}");
        Assert.True(revoked.IsSuccessStatusCode);
    }

    private static ServiceProvider Services(Dictionary<string, string> settings) =>
        new ServiceCollection()
            .AddLogging()
            .AddKiketInfrastructure(new ConfigurationBuilder().AddInMemoryCollection(settings!).Build())
            .BuildServiceProvider();

    private static async Task<T> OnArchiveAsync<T>(IServiceProvider services, Func<OrganizationArchive, Task<T>> work)
    {
        await using var scope = services.CreateAsyncScope();
        return await work(scope.ServiceProvider.GetRequiredService<OrganizationArchive>());
    }

    private static async Task<Result<ArchivedOrganization>> ImportAsync(
        Dictionary<string, string> settings,
        string file,
        string passphrase = Passphrase
    )
    {
        await using var services = Services(settings);
        await MigrateAsync(services);
        return await OnArchiveAsync(services, a => a.ImportAsync(file, passphrase, default));
    }

    private static async Task MigrateAsync(ServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<DatabaseSchema>().MigrateAsync(default);
    }

    private static async Task<int> CountAsync(Dictionary<string, string> settings)
    {
        await using var services = Services(settings);
        await MigrateAsync(services);
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        return await db.Organizations.CountAsync() + await db.AcrossTenants<User>().CountAsync();
    }

    /// <summary>Starts a server on what was imported.</summary>
    private static async Task AssertServesAsync(Dictionary<string, string> settings)
    {
        await using var server = new KiketServer { Settings = settings };
        await server.InitializeAsync();
        var client = server.NewClient(Token);

        var child = (await client.GetAsync("/api/v1/issues/LEGAL-1").OkAsync());
        Assert.Equal("A child, older than its parent", (string?)child["title"]);
        Assert.Equal(["ümlaut", "two"], child["labels"]!.AsArray().Select(l => (string?)l));
        Assert.Equal(
            "open-sesame-4711",
            (string?)(await client.GetAsync("/api/v1/extensions/com.example.helper/secrets/API_TOKEN").OkAsync())["value"]
        );
        Assert.True((bool)(await client.GetAsync("/api/v1/audit_log/verify").OkAsync())["valid"]!);

        // Numbers go on.
        var tenant = new Tenant(server, 1, 1, client, Token);
        var issue = await tenant.AddIssueAsync();
        Assert.Equal("LEGAL-3", (string?)issue["key"]);
        await client.PostJsonAsync("/api/v1/issues/LEGAL-3/comments", new { comment = new { body = "Hello" } }).CreatedAsync();
        Assert.True((bool)(await client.GetAsync("/api/v1/audit_log/verify").OkAsync())["valid"]!);
    }

    /// <summary>Compares two Sqlite files, but for what is encrypted and what the audit log has added.</summary>
    private static async Task AssertSameRowsAsync(Dictionary<string, string> source, Dictionary<string, string> target)
    {
        await using var services = Services(source);
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        await using var connection = new SqliteConnection(source["ConnectionStrings:Kiket"]);
        await connection.OpenAsync();
        await using var attach = connection.CreateCommand();
        attach.CommandText = $"ATTACH '{target["ConnectionStrings:Kiket"]["Data Source=".Length..]}' AS target";
        await attach.ExecuteNonQueryAsync();
        var filled = 0;
        foreach (var table in ArchiveTable.Of(db))
        {
            string[] changed = table.Name switch
            {
                "organizations" => ["last_audit_sequence", "audit_chain"],
                "extension_secrets" => ["ciphertext"],
                "webhooks" => ["secret", "previous_secret"],
                "webhook_deliveries" => ["request"],
                "password_sign_ins" => ["totp_key"],
                _ => [],
            };
            var columns = string.Join(
                ", ",
                table.Type.GetProperties().Select(p => p.GetColumnName()).Except(changed).Select(c => $"\"{c}\"")
            );
            var own = table.Type.FindProperty("OrganizationId") is null ? "" : "WHERE organization_id = 1";
            var first = table.Name == "organizations" ? "WHERE id = 1" : own;
            var last = table.Name == "audit_records" ? "AND action <> 'import_organization'" : "";
            Assert.Equal(
                0,
                await ScalarAsync(
                    $"SELECT {columns} FROM main.{table.Name} {first} EXCEPT SELECT {columns} FROM target.{table.Name}"
                )
            );
            Assert.Equal(
                0,
                await ScalarAsync(
                    $"SELECT {columns} FROM target.{table.Name} {own} {last} EXCEPT SELECT {columns} FROM main.{table.Name}"
                )
            );
            Assert.Equal(
                await ScalarAsync($"SELECT * FROM main.{table.Name} {first}"),
                await ScalarAsync($"SELECT * FROM target.{table.Name} {own} {last}")
            );
            filled += await ScalarAsync($"SELECT * FROM target.{table.Name}") > 0 ? 1 : 0;
        }

        Assert.Equal(
            0,
            await ScalarAsync(
                "SELECT * FROM target.sqlite_sequence t JOIN main.sqlite_sequence s USING (name) WHERE t.seq < s.seq"
            )
        );
        Assert.InRange(filled, 20, 40);

        async Task<long> ScalarAsync(string rows)
        {
            await using var count = connection.CreateCommand();
            count.CommandText = $"SELECT count(*) FROM ({rows})";
            return (long)(await count.ExecuteScalarAsync())!;
        }
    }

    /// <returns>How many records the audit log of the second file has beyond those of the first.</returns>
    private static async Task<int> AssertSameLinesAsync(string first, string second)
    {
        var (one, two) = (await RowsAsync(first), await RowsAsync(second));
        foreach (var (table, rows) in one.Where(t => t.Key != "organizations"))
        {
            var others = two[table].Take(rows.Count).ToList();
            Assert.True(table == "audit_records" || two[table].Count == rows.Count, table);
            Assert.All(
                rows.Zip(others),
                pair => Assert.True(JsonNode.DeepEquals(pair.First, pair.Second), $"{table}: {pair.First} and {pair.Second}")
            );
        }

        return two["audit_records"].Count - one["audit_records"].Count;
    }

    private static async Task<Dictionary<string, List<JsonObject>>> RowsAsync(string file)
    {
        var lines = await File.ReadAllLinesAsync(file);
        return lines
            .Select(line => JsonNode.Parse(line)!)
            .Where(line => line["table"] is not null)
            .GroupBy(line => (string)line["table"]!, line => Plain(line["row"]!.AsObject()))
            .ToDictionary(g => g.Key, g => g.ToList());
    }

    /// <summary>Documents as JSON, because PostgreSQL stores them in its own order; what is sealed differs each time.</summary>
    private static JsonObject Plain(JsonObject row)
    {
        foreach (var (name, value) in row.ToList())
        {
            if (value is not JsonValue text || !text.TryGetValue<string>(out var content))
                continue;
            if (content.StartsWith("sealed:", StringComparison.Ordinal))
                row[name] = "sealed";
            else if (content is ['{' or '[', ..])
                row[name] = JsonNode.Parse(content);
        }

        return row;
    }
}
