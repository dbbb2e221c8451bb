using Kiket.Api.Startup;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Common;
using Kiket.Infrastructure.Persistence;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Definitions;

public sealed class DefinitionFolderTests(KiketServer server) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("kiket-packs-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_command_imports_every_pack_of_a_folder()
    {
        var tenant = await server.NewTenantAsync();
        WritePack("first");
        WritePack("second");
        Directory.CreateDirectory(Path.Combine(folder, "no-pack"));

        var (code, output, error) = await RunAsync(tenant, folder);

        Assert.Equal((0, ""), (code, error));
        Assert.Equal(
            [
                $"{Path.Combine(folder, "first")}: project FIRST: 7 created, 0 changed, 0 unchanged, 0 removed",
                $"{Path.Combine(folder, "second")}: project SECOND: 7 created, 0 changed, 0 unchanged, 0 removed",
            ],
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.TrimEnd())
        );
        var files = (await tenant.Admin.GetAsync("/api/v1/definitions?project=FIRST").OkAsync())["data"]!.AsArray();
        Assert.Equal("folder first", (string?)files[0]!["source"]);
    }

    [Fact]
    public async Task The_command_prints_the_errors_of_a_broken_pack_and_imports_the_others()
    {
        var tenant = await server.NewTenantAsync();
        WritePack("broken", "workflow: main\nstates: [a]\ntransitions:\n  - {from: a, to: b}\n");
        WritePack("sound");

        var (code, _, error) = await RunAsync(tenant, folder);

        Assert.Equal(1, code);
        Assert.Equal(
            $"{Path.Combine(folder, "broken", ".kiket/workflows/main.yaml")}:4:19: The transition goes to 'b', which "
                + "is not a state of this workflow.",
            error.Split('\n')[0].TrimEnd()
        );
        Assert.EndsWith("1 of 2 packs were imported.", error, StringComparison.Ordinal);
        await tenant.Admin.GetAsync("/api/v1/projects/SOUND").OkAsync();
        await tenant.Admin.GetAsync("/api/v1/projects/BROKEN").RefusedAsync(404, "PROJECT_NOT_FOUND");
    }

    [Fact]
    public async Task A_pack_that_lost_a_file_loses_what_it_said()
    {
        var tenant = await server.NewTenantAsync();
        WritePack("desk");
        Write("desk", "boards/b.yml", "board: {id: b}");
        await RunAsync(tenant, Path.Combine(folder, "desk"));
        File.Delete(Path.Combine(folder, "desk", ".kiket", "boards", "b.yml"));

        var (code, output, _) = await RunAsync(tenant, Path.Combine(folder, "desk"));

        Assert.Equal(0, code);
        Assert.EndsWith("0 created, 0 changed, 7 unchanged, 1 removed", output.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_YAML_below_the_pack_is_read_and_links_are_not_followed()
    {
        var tenant = await server.NewTenantAsync();
        WritePack("desk");
        Write("desk", "email_templates/hello.liquid", "Hello");
        var secret = Path.Combine(folder, "secret.yaml");
        await File.WriteAllTextAsync(secret, "secret: yes");
        File.CreateSymbolicLink(Path.Combine(folder, "desk", ".kiket", "link.yaml"), secret);
        Directory.CreateSymbolicLink(Path.Combine(folder, "desk", ".kiket", "outside"), folder);

        await RunAsync(tenant, Path.Combine(folder, "desk"));

        var files = (await tenant.Admin.GetAsync("/api/v1/definitions").OkAsync())["data"]!.AsArray();
        Assert.Equal(
            [".kiket/issue_types.yaml", ".kiket/workflows/main.yaml"],
            files.Select(f => (string?)f!["path"]).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task A_file_that_is_not_UTF_8_and_a_pack_that_is_too_large_are_refused()
    {
        var tenant = await server.NewTenantAsync();
        WritePack("latin");
        await File.WriteAllBytesAsync(Path.Combine(folder, "latin", ".kiket", "boards.yaml"), [0x61, 0x3a, 0x20, 0xe9]);
        WritePack("large");
        for (var i = 0; i < 6; i++)
            Write("large", $"b{i}.yaml", "# " + new string('x', 1_000_000));

        var (code, _, error) = await RunAsync(tenant, folder);

        Assert.Equal(1, code);
        Assert.Contains("boards.yaml:0:0: The file is not text in UTF-8.", error, StringComparison.Ordinal);
        Assert.Contains("A pack can have at most 1000 files and 5242880 bytes.", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nowhere", null, "There is no .kiket folder in")]
    [InlineData("", null, "There is no .kiket folder in")]
    [InlineData("desk", "nobody", "There is no organization nobody with an active administrator.")]
    public async Task The_command_says_what_it_cannot_find(string name, string? organization, string expected)
    {
        var tenant = await server.NewTenantAsync();
        if (name == "desk")
            WritePack("desk");

        var (code, _, error) = await RunAsync(tenant, Path.Combine(folder, name), organization);

        Assert.Equal(1, code);
        Assert.StartsWith(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_starts_with_its_definitions_and_a_broken_pack_does_not_stop_it()
    {
        WritePack("broken", "workflow: main\n");
        WritePack("sound");

        using var started = new FreshServer(folder, "Definitions:Path", folder);
        using var client = started.SignIn();

        Assert.Equal(
            ["SOUND"],
            (await client.GetAsync("/api/v1/projects").OkAsync())["data"]!.AsArray().Select(p => (string?)p!["project_key"])
        );
    }

    [Fact]
    public async Task The_first_start_brings_the_demo_project_with_its_people()
    {
        using var started = new FreshServer(folder, "Bootstrap:Demo", "true");
        using var client = started.SignIn();

        var projects = (await client.GetAsync("/api/v1/projects").OkAsync())["data"]!.AsArray();
        var issues = await client.GetAsync("/api/v1/issues").OkAsync();

        Assert.Equal(["NEWS"], projects.Select(p => (string?)p!["project_key"]));
        Assert.Equal(6, (int)issues["meta"]!["total"]!);
        Assert.Equal(3, await started.CountMembersAsync());
    }

    private void WritePack(
        string name,
        string workflow = "workflow: main\nstates: [open, done]\ntransitions: [{from: open, to: done}]\n"
    )
    {
        Write(name, "workflows/main.yaml", workflow);
        Write(name, "issue_types.yaml", "issue_types: [{key: task}, {key: bug}, {key: story}]\n");
    }

    private void Write(string pack, string path, string text)
    {
        var file = Path.Combine(folder, pack, ".kiket", path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(Tenant tenant, string path, string? organization = null)
    {
        using var error = new StringWriter();
        await using var scope = server.Services.CreateAsyncScope();
        var slug =
            organization
            ?? (
                await scope
                    .ServiceProvider.GetRequiredService<KiketDbContext>()
                    .Organizations.SingleAsync(o => o.Id == new OrganizationId(tenant.OrganizationId))
            ).Slug;
        var done = await ImportCommand.ImportAsync(server.Services, path, slug, isStrict: true, error, CancellationToken.None);
        return done.Error is { } refusal ? (1, "", error + refusal.Message) : (0, done.Value, error.ToString());
    }

    /// <summary>A separate server with an empty database, for its first start.</summary>
    private sealed class FreshServer(string folder, string setting, string value) : WebApplicationFactory<Program>
    {
        private const string Token = "kpat_first_administrator_of_a_test";

        public HttpClient SignIn()
        {
            var client = CreateClient();
            client.DefaultRequestHeaders.Authorization = new("Bearer", Token);
            return client;
        }

        public async Task<int> CountMembersAsync()
        {
            await using var scope = Services.CreateAsyncScope();
            return await scope
                .ServiceProvider.GetRequiredService<KiketDbContext>()
                .ProjectMembers.IgnoreQueryFilters()
                .CountAsync();
        }

        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseEnvironment("Production");
            builder.UseSetting("ConnectionStrings:Kiket", $"Data Source={Path.Combine(folder, "fresh.db")};Pooling=False");
            builder.UseSetting("DataProtection:KeysPath", Path.Combine(folder, "keys"));
            builder.UseSetting("Bootstrap:AdminToken", Token);
            builder.UseSetting("Kiket:Role", "Api");
            builder.UseSetting(setting, value);
        }
    }
}
