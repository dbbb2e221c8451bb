using Kiket.Api.Tests.Extensions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Infrastructure;
using Kiket.Infrastructure.Startup;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Startup;

/// <summary>The commands <c>backup</c> and <c>restore</c>.</summary>
[Trait("Database", "Sqlite")]
public sealed class BackupTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("kiket-backup-").FullName;

    [Fact]
    public async Task A_backup_of_a_running_server_is_restored_and_started()
    {
        var (data, backup, restored) = (In("data"), In("backup"), In("restored"));
        string token;
        await using (var server = await StartAsync(data))
        {
            var tenant = await server.NewTenantAsync();
            await tenant.AddProjectAsync();
            var installed = await Installed.NewAsync(tenant, "LEGAL");
            await tenant
                .Admin.PostJsonAsync(
                    $"/api/v1/extensions/{installed.Id}/secrets/API_TOKEN",
                    new { secret = new { value = "the value" } }
                )
                .CreatedAsync();
            token = tenant.AdminToken;

            await using var running = Services(data);
            var written = await running.GetRequiredService<SqliteBackup>().WriteAsync(backup, default);
            Assert.False(written.IsRefused, written.Error?.Message);
            Assert.Contains(
                "not empty",
                (await running.GetRequiredService<SqliteBackup>().WriteAsync(backup, default)).Error?.Message,
                StringComparison.Ordinal
            );
            var occupied = running.GetRequiredService<SqliteBackup>().Restore(backup);
            Assert.Contains("exists", occupied.Error?.Message, StringComparison.Ordinal);
            await tenant.AddIssueAsync(title: "After the backup");
        }

        await using (var services = Services(restored))
        {
            var done = services.GetRequiredService<SqliteBackup>().Restore(backup);
            Assert.False(done.IsRefused, done.Error?.Message);
            var again = services.GetRequiredService<SqliteBackup>().Restore(backup);
            Assert.Contains("exists", again.Error?.Message, StringComparison.Ordinal);
        }

        await using (var server = await StartAsync(restored))
        {
            var client = server.NewClient(token);
            Assert.Equal("LEGAL", (string?)(await client.GetAsync("/api/v1/projects/LEGAL").OkAsync())["project_key"]);
            Assert.Equal(0, (int)(await client.GetAsync("/api/v1/issues").OkAsync())["meta"]!["total"]!);
            Assert.Equal(
                "the value",
                (string?)(await client.GetAsync("/api/v1/extensions/com.example.helper/secrets/API_TOKEN").OkAsync())["value"]
            );
            Assert.True((bool)(await client.GetAsync("/api/v1/audit_log/verify").OkAsync())["valid"]!);
        }
    }

    [Fact]
    public async Task Nothing_is_backed_up_or_restored_that_is_not_there()
    {
        await using var services = Services(In("data"));
        var backup = services.GetRequiredService<SqliteBackup>();

        Assert.Contains(
            "There is no database",
            (await backup.WriteAsync(In("backup"), default)).Error?.Message,
            StringComparison.Ordinal
        );
        Assert.Contains("There is no backup", backup.Restore(In("backup")).Error?.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(In("backup")));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string In(string name) => Path.Combine(folder, name);

    private static Dictionary<string, string> SettingsOf(string data) =>
        new()
        {
            ["ConnectionStrings:Kiket"] = $"Data Source={Path.Combine(data, "kiket.db")}",
            ["DataProtection:KeysPath"] = Path.Combine(data, "keys"),
        };

    private static async Task<KiketServer> StartAsync(string data)
    {
        Directory.CreateDirectory(data);
        var server = new KiketServer { Settings = SettingsOf(data) };
        await server.InitializeAsync();
        return server;
    }

    private static ServiceProvider Services(string data) =>
        new ServiceCollection()
            .AddKiketInfrastructure(new ConfigurationBuilder().AddInMemoryCollection(SettingsOf(data)!).Build())
            .BuildServiceProvider();
}
