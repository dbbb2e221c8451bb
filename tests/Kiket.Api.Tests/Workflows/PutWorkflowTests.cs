using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kiket.Api.Tests.Definitions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Workflows;

/// <summary>Changing and validating workflows.</summary>
public sealed class PutWorkflowTests(KiketServer server)
{
    private const string Doubtful = """
        workflow: main
        states: [open, stuck, done]
        transitions:
          - {from: open, to: stuck}
          - {from: open, to: done, require_approval: [{assignment: {role: tester}}]}
        """;

    [Fact]
    public async Task A_changed_text_becomes_a_version_and_the_same_one_does_not()
    {
        var tenant = await NewTenantAsync();
        var changed = Packs.Contract.Replace("Sign", "Seal", StringComparison.Ordinal);

        var first = await PutAsync(tenant.Admin, "contract", changed).OkAsync();
        var again = await PutAsync(tenant.Admin, "contract", changed).OkAsync();

        Assert.Equal((2, 2), ((int)first["workflow"]!["version"]!, (int)again["workflow"]!["version"]!));
        Assert.Equal("Seal", (string?)first["workflow"]!["transitions"]![1]!["name"]);
        Assert.Equal(changed, (string?)first["workflow"]!["source"]);
        Assert.Empty(first["warnings"]!.AsArray());
        Assert.Equal(
            "Sign",
            (string?)(await tenant.Admin.GetAsync("/api/v1/workflows/contract?version=1").OkAsync())["transitions"]![1]!["name"]
        );
    }

    [Fact]
    public async Task A_later_import_of_another_file_does_not_bring_the_old_text_back()
    {
        var tenant = await NewTenantAsync();
        await PutAsync(tenant.Admin, "contract", Packs.Contract.Replace("Sign", "Seal", StringComparison.Ordinal)).OkAsync();

        await tenant
            .Admin.ImportAsync(
                [
                    Packs.File(
                        ".kiket/workflows/main.yaml",
                        "workflow: main\nstates: [open, done]\ntransitions: [{from: open, to: done}]\n"
                    ),
                ],
                "LEGAL"
            )
            .OkAsync();

        Assert.Equal(2, (int?)(await tenant.Admin.GetAsync("/api/v1/workflows/contract").OkAsync())["version"]);
        Assert.Equal(4, (int?)(await tenant.Admin.GetAsync("/api/v1/definitions?project=LEGAL").OkAsync())["meta"]!["total"]);
    }

    [Fact]
    public async Task Warnings_have_their_place_and_do_not_hinder()
    {
        var tenant = await NewTenantAsync();

        var put = await PutAsync(tenant.Admin, "main", Doubtful).OkAsync();
        var validated = await ValidateAsync(tenant.Admin, Doubtful, "?project_key=LEGAL").OkAsync();

        Assert.Equal(
            [".kiket/workflows/main.yaml:5:5 An approval requires the role 'tester', which nobody holds."],
            put["warnings"]!.AsArray().Select(w => $"{w!["file"]}:{w["line"]}:{w["column"]} {w["message"]}")
        );
        Assert.True(JsonNode.DeepEquals(put["warnings"], validated["warnings"]));
        Assert.True((bool)validated["valid"]!);
    }

    [Fact]
    public async Task A_text_may_come_in_json_and_as_json()
    {
        var tenant = await NewTenantAsync();
        const string Definition = """
            {
            	"workflow": {"id": "main", "name": "Smile \ud83d\ude00 a\/b"},
            	"states": {"open": {"type": "initial"}, "done": {"type": "final", "wip_limit": 3}},
            	"transitions": [
            		{"from": "open", "to": "done", "conditions": [{"field": "story_points", "operator": "<", "value": 5}]}
            	]
            }
            """;

        var wrapped = await tenant
            .Admin.PutAsync("/api/v1/workflows/main", Json(JsonSerializer.Serialize(new { workflow = new { yaml = Doubtful } })))
            .OkAsync();
        var itself = await tenant.Admin.PutAsync("/api/v1/workflows/main", Json(Definition)).OkAsync();

        Assert.Equal((2, Doubtful), ((int)wrapped["workflow"]!["version"]!, (string)wrapped["workflow"]!["source"]!));
        Assert.Equal((3, "Smile 😀 a/b"), ((int)itself["workflow"]!["version"]!, (string)itself["workflow"]!["name"]!));
        Assert.Equal("5", itself["workflow"]!["transitions"]![0]!["conditions"]![0]!["value"]!.ToJsonString());
    }

    [Fact]
    public async Task A_project_without_definitions_can_change_its_built_in_workflow()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync("PLAIN");

        var put = await PutAsync(
                tenant.Admin,
                "default",
                "workflow: default\nstates: [new, done]\ntransitions: [{from: new, to: done}]\n"
            )
            .OkAsync();

        Assert.Equal(2, (int?)put["workflow"]!["version"]);
        Assert.Equal("new", (string?)(await tenant.AddIssueAsync("PLAIN"))["status"]);
    }

    [Fact]
    public async Task A_faulty_text_changes_nothing_and_every_error_is_named()
    {
        var tenant = await NewTenantAsync();
        const string Faulty =
            "workflow: main\nstates: [open, done]\ntransitions:\n  - {from: open, to: gone}\n  - {from: open, to: "
            + "done, conditions: [{checklist: none}]}\n";

        var refused = await PutAsync(tenant.Admin, "main", Faulty)
            .RefusedAsync(422, "DEFINITION_INVALID", ".kiket/workflows/main.yaml:4:22");
        var validated = await ValidateAsync(tenant.Admin, Faulty).OkAsync();
        var nothing = await ValidateAsync(tenant.Admin, "").OkAsync();

        Assert.Single(refused["details"]!.AsArray());
        Assert.Equal(
            (false, 4, 22),
            ((bool)validated["valid"]!, (int)validated["errors"]![0]!["line"]!, (int)validated["errors"]![0]!["column"]!)
        );
        Assert.False((bool)nothing["valid"]!);
        await PutAsync(
                tenant.Admin,
                "main",
                "workflow: main\nstates: [open, done]\ntransitions:\n  - {from: open, to: done, conditions: "
                    + "[{checklist: none}]}\n"
            )
            .RefusedAsync(422, "DEFINITION_INVALID", ".kiket/workflows/main.yaml:4:5");
        Assert.Equal(1, (int?)(await tenant.Admin.GetAsync("/api/v1/workflows/main").OkAsync())["version"]);
    }

    [Fact]
    public async Task Bad_bodies_and_keys_are_refused()
    {
        var tenant = await NewTenantAsync();
        const string Path = "/api/v1/workflows/main";

        await PutAsync(tenant.Admin, "main", Packs.Contract).RefusedAsync(422, "VALIDATION_ERROR", "workflow.id");
        await tenant.Admin.PutAsync(Path, Json("{")).RefusedAsync(400, "INVALID_JSON");
        await tenant.Admin.PutAsync(Path, Json("[]")).RefusedAsync(400, "INVALID_JSON");
        await tenant
            .Admin.PutAsync(Path, Json("""{"workflow": {"yaml": 3}}"""))
            .RefusedAsync(422, "VALIDATION_ERROR", "workflow.yaml");
        await tenant
            .Admin.PutAsync(Path, new StringContent("x", Encoding.UTF8, "text/plain"))
            .RefusedAsync(415, "UNSUPPORTED_MEDIA_TYPE");
        await tenant
            .Admin.PutAsync(Path, new ByteArrayContent([0xff, 0xfe]) { Headers = { ContentType = new("application/yaml") } })
            .RefusedAsync(400, "BAD_REQUEST");
        await PutAsync(tenant.Admin, "other", "workflow: other\nstates: [a]\n").RefusedAsync(404, "WORKFLOW_NOT_FOUND");
        await PutAsync(tenant.Admin, "main", "workflow: \"a\\0\"\nstates: [a]\n").RefusedAsync(422, "DEFINITION_INVALID");
    }

    [Fact]
    public async Task Only_the_version_that_the_caller_has_seen_is_replaced()
    {
        var tenant = await NewTenantAsync();
        var stale = Yaml(Doubtful);
        var request = new HttpRequestMessage(HttpMethod.Put, "/api/v1/workflows/main") { Content = stale };
        request.Headers.TryAddWithoutValidation("If-Match", "\"7\"");

        await tenant.Admin.SendAsync(request).RefusedAsync(412, "PRECONDITION_FAILED", "version");

        Assert.Equal(1, (int?)(await tenant.Admin.GetAsync("/api/v1/workflows/main").OkAsync())["version"]);
    }

    [Fact]
    public async Task Only_administrators_of_the_same_organization_with_the_scope_may_change_a_workflow()
    {
        var (tenant, other) = (await NewTenantAsync(), await server.NewTenantAsync());
        var (_, manager) = await tenant.AddUserAsync(OrganizationRole.ProjectManager);
        var stranger = await tenant.WithScopesAsync("issues");

        await PutAsync(manager, "main", Doubtful).RefusedAsync(403, "FORBIDDEN");
        await PutAsync(stranger, "main", Doubtful).RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await PutAsync(other.Admin, "main", Doubtful).RefusedAsync(404, "WORKFLOW_NOT_FOUND");
        await PutAsync(other.Admin, "main", Doubtful, "?project_key=LEGAL").RefusedAsync(404, "PROJECT_NOT_FOUND");
        await ValidateAsync(stranger, Doubtful).RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await ValidateAsync(other.Admin, Doubtful, "?project_key=LEGAL").RefusedAsync(404, "PROJECT_NOT_FOUND");
        Assert.True((bool)(await ValidateAsync(manager, Doubtful).OkAsync())["valid"]!);
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static StringContent Yaml(string text) => new(text, new MediaTypeHeaderValue("application/yaml"));

    private static Task<HttpResponseMessage> PutAsync(HttpClient client, string key, string text, string query = "") =>
        client.PutAsync($"/api/v1/workflows/{key}{query}", Yaml(text));

    private static Task<HttpResponseMessage> ValidateAsync(HttpClient client, string text, string query = "") =>
        client.PostAsync($"/api/v1/workflows/validate{query}", Yaml(text));

    private async Task<Tenant> NewTenantAsync()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.Admin.ImportAsync(Packs.Small()).OkAsync();
        return tenant;
    }
}
