using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Definitions;

public sealed class ImportTests(KiketServer server)
{
    [Fact]
    public async Task A_pack_makes_a_project_with_its_types_workflows_and_issues()
    {
        var tenant = await server.NewTenantAsync();

        var done = await tenant.Admin.ImportAsync(Packs.Small()).OkAsync();

        Assert.Equal("LEGAL", (string?)done["project"]!["key"]);
        Assert.Equal(
            [
                "project LEGAL",
                "workflow contract",
                "workflow main",
                "issue_type contract",
                "issue_type task",
                "issue LEGAL-1",
                "issue LEGAL-2",
                "file .kiket/issue_types.yaml",
                "file .kiket/project.yaml",
                "file .kiket/workflows/contract.yaml",
                "file .kiket/workflows/main.yaml",
            ],
            done.Texts("created")
        );
        Assert.Empty(done["changed"]!.AsArray());
        Assert.Empty(done["unchanged"]!.AsArray());
        Assert.Empty(done["removed"]!.AsArray());
        Assert.False((bool)done["dry_run"]!);
        var project = await tenant.Admin.GetAsync("/api/v1/projects/LEGAL").OkAsync();
        Assert.Equal((long)done["project"]!["id"]!, (long)project["id"]!);
        Assert.Equal("team", (string?)project["visibility"]);
        var lease = await tenant.Admin.GetAsync("/api/v1/issues/LEGAL-1").OkAsync();
        Assert.Equal(
            ("Lease", "contract", "review", "high", "contract"),
            (
                (string?)lease["title"],
                (string?)lease["issue_type"],
                (string?)lease["status"],
                (string?)lease["priority"],
                (string?)lease["workflow"]
            )
        );
        var question = await tenant.Admin.GetAsync("/api/v1/issues/LEGAL-2").OkAsync();
        Assert.Equal(("open", "main"), ((string?)question["status"], (string?)question["workflow"]));
        var next = await tenant.AddIssueAsync("LEGAL", "Another", new { issue_type = "contract" });
        Assert.Equal(("LEGAL-3", "intake"), ((string?)next["key"], (string?)next["status"]));
    }

    [Fact]
    public async Task Importing_the_same_again_changes_nothing()
    {
        var tenant = await server.NewTenantAsync();
        var first = await tenant.Admin.ImportAsync(Packs.Small()).OkAsync();
        var project = await tenant.Admin.GetAsync("/api/v1/projects/LEGAL").OkAsync();
        var definitions = await tenant.Admin.GetAsync("/api/v1/definitions").OkAsync();

        var second = await tenant.Admin.ImportAsync(Packs.Small()).OkAsync();

        Assert.Empty(second["created"]!.AsArray());
        Assert.Empty(second["changed"]!.AsArray());
        Assert.Equal(
            first.Texts("created").Where(t => !t.StartsWith("issue ", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            second.Texts("unchanged").Order(StringComparer.Ordinal)
        );
        Assert.Equal(project.ToJsonString(), (await tenant.Admin.GetAsync("/api/v1/projects/LEGAL").OkAsync()).ToJsonString());
        Assert.Equal(definitions.ToJsonString(), (await tenant.Admin.GetAsync("/api/v1/definitions").OkAsync()).ToJsonString());
        Assert.Equal(2, (int)(await tenant.Admin.GetAsync("/api/v1/issues").OkAsync())["meta"]!["total"]!);
    }

    [Fact]
    public async Task A_changed_workflow_is_a_new_version_and_issues_stay_on_theirs()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.Admin.ImportAsync(Packs.Small()).OkAsync();
        var shorter = Packs
            .Contract.Replace("[intake, review, signed]", "[intake, signed]", StringComparison.Ordinal)
            .Replace("{from: intake, to: review}", "{from: intake, to: signed}", StringComparison.Ordinal)
            .Replace("  - {from: review, to: signed, name: Sign}", "", StringComparison.Ordinal);

        // Only the changed file: the others are those that were imported before.
        var files = new JsonArray(Packs.File("workflows/contract.yaml", shorter));
        var refused = await tenant
            .Admin.ImportAsync(files, "LEGAL")
            .RefusedAsync(422, "DEFINITION_INVALID", ".kiket/project.yaml:6:54");
        var project = Packs.Small()[0]!["content"]!.GetValue<string>().Replace("status: review, ", "", StringComparison.Ordinal);
        var done = await tenant
            .Admin.ImportAsync([
                .. files.Select(f => f!.DeepClone()),
                Packs.File("project.yaml", project),
                .. Packs.Small().Skip(1).Take(2).Select(f => f!.DeepClone()),
            ])
            .OkAsync();

        Assert.Contains("no state 'review'", (string?)refused["error"], StringComparison.Ordinal);
        Assert.Empty(done["created"]!.AsArray());
        Assert.Equal(
            ["workflow contract", "file .kiket/project.yaml", "file .kiket/workflows/contract.yaml"],
            done.Texts("changed")
        );
        var old = await tenant
            .Admin.PostJsonAsync("/api/v1/issues/LEGAL-1/transition", new { transition = new { state = "signed" } })
            .OkAsync();
        Assert.Equal("signed", (string?)old["status"]);
        var opened = await tenant.AddIssueAsync("LEGAL", "New", new { issue_type = "contract" });
        await tenant
            .Admin.PostJsonAsync($"/api/v1/issues/{opened["key"]}/transition", new { transition = new { state = "review" } })
            .RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED");
        await tenant
            .Admin.PostJsonAsync($"/api/v1/issues/{opened["key"]}/transition", new { transition = new { state = "signed" } })
            .OkAsync();
    }

    [Fact]
    public async Task Part_of_a_pack_is_read_together_with_the_rest_of_it()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.Admin.ImportAsync(Packs.Small()).OkAsync();

        var done = await tenant
            .Admin.ImportAsync(
                [
                    Packs.File(
                        "workflows/main.yaml",
                        "workflow: main\nstates: [open, doing, done]\ntransitions: [{from: open, to: done}]\n"
                    ),
                ],
                "LEGAL"
            )
            .OkAsync();

        Assert.Equal(["workflow main", "file .kiket/workflows/main.yaml"], done.Texts("changed"));
        Assert.Contains("issue_type contract", done.Texts("unchanged"));
        Assert.Empty(done["removed"]!.AsArray());
    }

    [Fact]
    public async Task A_whole_pack_replaces_what_was_there_and_types_in_use_stay_inactive()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.Admin.ImportAsync(Packs.Small()).OkAsync();
        JsonArray files =
        [
            Packs.File("project.yaml", "project: {key: LEGAL, name: Legal Two, description: Renewed}\n"),
            Packs.File("issue_types.yaml", "issue_types: [{key: claim}]\n"),
            Packs.File("workflows/main.yaml", "workflow: main\nstates: [open, done]\ntransitions:\n  - {from: open, to: done}\n"),
        ];

        var done = await tenant.Admin.ImportAsync(files).OkAsync();
        var again = await tenant.Admin.ImportAsync(files).OkAsync();

        Assert.Equal(["issue_type claim"], done.Texts("created"));
        Assert.Equal(
            [
                "issue_type contract",
                "issue_type task",
                "project LEGAL",
                "file .kiket/issue_types.yaml",
                "file .kiket/project.yaml",
            ],
            done.Texts("changed")
        );
        Assert.Equal(["file .kiket/workflows/contract.yaml"], done.Texts("removed"));
        Assert.Empty(again["created"]!.AsArray().Concat(again["changed"]!.AsArray()).Concat(again["removed"]!.AsArray()));
        Assert.Equal("Legal Two", (string?)(await tenant.Admin.GetAsync("/api/v1/projects/LEGAL").OkAsync())["name"]);
        await tenant
            .Admin.PostJsonAsync(
                "/api/v1/issues",
                new { project_key = "LEGAL", issue = new { title = "No more", issue_type = "contract" } }
            )
            .RefusedAsync(422, "VALIDATION_ERROR", "issue.issue_type");
        await tenant
            .Admin.PostJsonAsync("/api/v1/issues/LEGAL-1/transition", new { transition = new { state = "signed" } })
            .OkAsync();
    }

    [Fact]
    public async Task A_change_by_hand_stays_until_the_project_file_changes()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.Admin.ImportAsync(Packs.Small()).OkAsync();
        await tenant.Admin.PatchJsonAsync("/api/v1/projects/LEGAL", new { project = new { name = "By hand" } }).OkAsync();

        var done = await tenant.Admin.ImportAsync(Packs.Small()).OkAsync();

        Assert.Empty(done["changed"]!.AsArray());
        Assert.Equal("By hand", (string?)(await tenant.Admin.GetAsync("/api/v1/projects/LEGAL").OkAsync())["name"]);
    }

    [Fact]
    public async Task A_project_made_by_hand_takes_a_pack()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync("LEGAL");
        await tenant.AddIssueAsync("LEGAL", "Old", new { issue_type = "Bug" });

        var done = await tenant.Admin.ImportAsync(Packs.Small()).OkAsync();

        Assert.DoesNotContain(done.Texts("created"), t => t.StartsWith("issue ", StringComparison.Ordinal));
        Assert.Equal(["issue_type Epic", "issue_type UserStory", "issue_type Task"], done.Texts("removed"));
        Assert.Contains("issue_type Bug", done.Texts("changed"));
        await tenant
            .Admin.PostJsonAsync("/api/v1/issues/LEGAL-1/transition", new { transition = new { state = "in_progress" } })
            .OkAsync();
        Assert.Equal("main", (string?)(await tenant.AddIssueAsync("LEGAL", "New"))["workflow"]);
    }

    [Fact]
    public async Task A_broken_file_is_refused_with_every_place_and_nothing_is_applied()
    {
        var tenant = await server.NewTenantAsync();
        var files = Packs.Small();
        files[2]!["content"] = "workflow: main\nstates: [open, done]\ntransitions:\n  - {from: open, to: gone}\n";
        files[1]!["content"] = "issue_types:\n  - key: contract\n    workflow: contract\n  - key: task\n    active: maybe\n";

        var refusal = await tenant
            .Admin.ImportAsync(files)
            .RefusedAsync(422, "DEFINITION_INVALID", ".kiket/workflows/main.yaml:4:22");

        var details = refusal["details"]!.AsArray();
        Assert.Equal(
            [".kiket/issue_types.yaml:5:13", ".kiket/workflows/main.yaml:4:22"],
            details.Select(d => (string?)d!["field"])
        );
        Assert.Equal(
            (".kiket/issue_types.yaml", 5, 13),
            ((string?)details[0]!["file"], (int)details[0]!["line"]!, (int)details[0]!["column"]!)
        );
        Assert.Equal("active must be true or false.", (string?)refusal["errors"]![".kiket/issue_types.yaml:5:13"]![0]);
        await tenant.Admin.GetAsync("/api/v1/projects/LEGAL").RefusedAsync(404, "PROJECT_NOT_FOUND");
        Assert.Empty((await tenant.Admin.GetAsync("/api/v1/definitions").OkAsync())["data"]!.AsArray());
    }

    [Fact]
    public async Task A_seed_that_breaks_a_rule_of_issues_is_an_error_at_its_place_and_nothing_is_applied()
    {
        var tenant = await server.NewTenantAsync();
        var files = Packs.Small();
        files[0]!["content"] =
            "project:\n  key: LEGAL\n  name: Legal\n  seed_data:\n    issues:\n      - {title: Fine}\n      - "
            + "{title: Bad, story_points: 0.125}\n";

        await tenant.Admin.ImportAsync(files).RefusedAsync(422, "DEFINITION_INVALID", ".kiket/project.yaml:7:9");

        await tenant.Admin.GetAsync("/api/v1/projects/LEGAL").RefusedAsync(404, "PROJECT_NOT_FOUND");
    }

    [Fact]
    public async Task Seeds_fill_a_state_no_further_than_its_limit()
    {
        var tenant = await server.NewTenantAsync();
        System.Text.Json.Nodes.JsonArray Pack(int seeds) =>
            [
                Packs.File(
                    ".kiket/project.yaml",
                    "project:\n  key: FULL\n  name: Full\n  seed_data:\n    issues:\n"
                        + string.Concat(Enumerable.Range(1, seeds).Select(n => $"      - {{title: Seed {n}, status: doing}}\n"))
                ),
                Packs.File(
                    ".kiket/workflows/default.yaml",
                    "workflow: {id: default, name: Default}\nstates:\n  open: {type: initial}\n"
                        + "  doing: {type: active, wip_limit: 2}\n  done: {type: final}\n"
                        + "transitions: [{from: open, to: doing}, {from: doing, to: done}]\n"
                ),
            ];

        await tenant.Admin.ImportAsync(Pack(3)).RefusedAsync(422, "DEFINITION_INVALID", ".kiket/project.yaml:8:9");
        await tenant.Admin.ImportAsync(Pack(2)).OkAsync();

        var issues = (await tenant.Admin.GetAsync("/api/v1/issues?project_key=FULL").OkAsync())["data"]!.AsArray();
        Assert.Equal(["doing", "doing"], issues.Select(i => (string?)i!["status"]));
    }

    [Fact]
    public async Task A_dry_run_says_what_would_happen_and_does_nothing()
    {
        var tenant = await server.NewTenantAsync();

        var dry = await tenant.Admin.ImportAsync(Packs.Small(), dryRun: true).OkAsync();
        await tenant.Admin.GetAsync("/api/v1/projects/LEGAL").RefusedAsync(404, "PROJECT_NOT_FOUND");
        var wet = await tenant.Admin.ImportAsync(Packs.Small()).OkAsync();

        Assert.True((bool)dry["dry_run"]!);
        Assert.Null(dry["project"]!["id"]);
        Assert.Equal(wet.Texts("created"), dry.Texts("created"));
        Assert.Contains("issue LEGAL-1", wet.Texts("created"));
    }

    [Fact]
    public async Task An_idempotency_key_does_an_import_once_and_a_dry_run_not_at_all()
    {
        var tenant = await server.NewTenantAsync();
        async Task<JsonNode> SendAsync(string key, bool dryRun)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/definitions/import")
            {
                Content = JsonContent.Create(new JsonObject { ["files"] = Packs.Small(), ["dry_run"] = dryRun }),
            };
            request.Headers.Add("Idempotency-Key", key);
            return await tenant.Admin.SendAsync(request).OkAsync();
        }

        await SendAsync("dry", true);
        await tenant.Admin.GetAsync("/api/v1/projects/LEGAL").RefusedAsync(404, "PROJECT_NOT_FOUND");
        var first = await SendAsync("wet", false);
        var second = await SendAsync("wet", false);

        Assert.Contains("issue LEGAL-1", first.Texts("created"));
        Assert.Equal(first.ToJsonString(), second.ToJsonString());
    }

    [Fact]
    public async Task Seeds_may_lack_what_later_issues_must_have()
    {
        var tenant = await server.NewTenantAsync();
        var files = Packs.Small();
        files[1]!["content"] =
            "issue_types:\n  - key: contract\n    workflow: contract\n    fields: [{key: value, type: number, "
            + "required: true}]\n  - key: task\n";

        var done = await tenant.Admin.ImportAsync(files).OkAsync();

        var warning = Assert.Single(done["warnings"]!.AsArray())!;
        Assert.Equal((".kiket/project.yaml", 6, 9), ((string?)warning["file"], (int)warning["line"]!, (int)warning["column"]!));
        Assert.Contains("custom_field contract.value", done.Texts("created"));
        await tenant
            .Admin.PostJsonAsync(
                "/api/v1/issues",
                new { project_key = "LEGAL", issue = new { title = "New", issue_type = "contract" } }
            )
            .RefusedAsync(422, "VALIDATION_ERROR", "issue.custom_fields.value");
    }

    [Fact]
    public async Task The_list_shows_what_was_imported_from_where()
    {
        var tenant = await server.NewTenantAsync();
        var files = Packs.Small();
        files[2]!["content"] = (string)files[2]!["content"]! + "colour: red\n";
        await tenant.Admin.ImportAsync(files).OkAsync();
        await tenant.Admin.ImportAsync([Packs.File("boards/b.yaml", "board: {id: b}")], "SALES").OkAsync();

        var legal = await tenant.Admin.GetAsync("/api/v1/definitions?project=LEGAL&sort=path%20desc&per_page=1").OkAsync();
        var sales = await tenant.Admin.GetAsync("/api/v1/definitions?project_key=SALES").OkAsync();

        Assert.Equal(4, (int)legal["meta"]!["total"]!);
        var main = Assert.Single(legal["data"]!.AsArray())!;
        Assert.Equal(
            (".kiket/workflows/main.yaml", "LEGAL", "api"),
            ((string?)main["path"], (string?)main["project_key"], (string?)main["source"])
        );
        Assert.Equal((5, 1), ((int)main["warnings"]![0]!["line"]!, (int)main["warnings"]![0]!["column"]!));
        Assert.Equal(".kiket/boards/b.yaml", (string?)Assert.Single(sales["data"]!.AsArray())!["path"]);
    }

    [Fact]
    public async Task A_pack_without_a_project_file_needs_a_key_and_one_without_workflows_gets_the_built_in_one()
    {
        var tenant = await server.NewTenantAsync();
        JsonArray files = [Packs.File("boards/b.yaml", "board: {id: b}")];

        await tenant.Admin.ImportAsync(files).RefusedAsync(422, "VALIDATION_ERROR", "project_key");
        await tenant.Admin.ImportAsync(files, "no key").RefusedAsync(422, "VALIDATION_ERROR", "project_key");
        var done = await tenant.Admin.ImportAsync(files, "HELP2").OkAsync();

        Assert.Contains("workflow default", done.Texts("created"));
        Assert.Equal("Help2", (string?)(await tenant.Admin.GetAsync("/api/v1/projects/HELP2").OkAsync())["name"]);
        Assert.Equal("backlog", (string?)(await tenant.AddIssueAsync("HELP2"))["status"]);
    }

    [Fact]
    public async Task An_archived_project_takes_no_import()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.Admin.ImportAsync(Packs.Small()).OkAsync();
        await tenant.Admin.DeleteAsync("/api/v1/projects/LEGAL").OkAsync();

        await tenant.Admin.ImportAsync(Packs.Small()).RefusedAsync(422, "PROJECT_ARCHIVED");
    }

    [Fact]
    public async Task Only_an_administrator_imports_and_a_token_needs_the_scope()
    {
        var tenant = await server.NewTenantAsync();
        var (_, manager) = await tenant.AddUserAsync(OrganizationRole.ProjectManager);
        var reader = await tenant.WithScopesAsync("workflows:read", "issues");
        var writer = await tenant.WithScopesAsync(
            "workflows:write",
            "projects:write",
            "issues:write",
            "webhooks:write",
            "custom_data:write"
        );

        await manager.ImportAsync(Packs.Small()).RefusedAsync(403, "FORBIDDEN");
        await reader.ImportAsync(Packs.Small()).RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await server.NewClient().ImportAsync(Packs.Small()).RefusedAsync(401, "AUTH_INVALID_TOKEN");
        await writer.GetAsync("/api/v1/definitions").RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await writer.ImportAsync(Packs.Small()).OkAsync();
        Assert.Equal(4, (int)(await reader.GetAsync("/api/v1/definitions").OkAsync())["meta"]!["total"]!);
    }

    [Fact]
    public async Task Another_organization_sees_nothing_of_it_and_has_its_own_project_of_the_same_key()
    {
        var (ours, theirs) = (await server.NewTenantAsync(), await server.NewTenantAsync());
        var first = await ours.Admin.ImportAsync(Packs.Small()).OkAsync();

        Assert.Empty((await theirs.Admin.GetAsync("/api/v1/definitions").OkAsync())["data"]!.AsArray());
        Assert.Empty((await theirs.Admin.GetAsync("/api/v1/definitions?project=LEGAL").OkAsync())["data"]!.AsArray());
        await theirs.Admin.GetAsync("/api/v1/issues/LEGAL-1").RefusedAsync(404, "ISSUE_NOT_FOUND");
        var second = await theirs.Admin.ImportAsync(Packs.Small()).OkAsync();
        Assert.NotEqual((long)first["project"]!["id"]!, (long)second["project"]!["id"]!);
    }

    [Fact]
    public async Task The_files_of_a_private_project_are_seen_by_its_members_only()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync("LEGAL", "private");
        await tenant.Admin.ImportAsync(Packs.Small()).OkAsync();
        var (_, developer) = await tenant.AddUserAsync(OrganizationRole.Developer);

        Assert.Empty((await developer.GetAsync("/api/v1/definitions").OkAsync())["data"]!.AsArray());
    }

    [Theory]
    [InlineData("/etc/passwd.yaml")]
    [InlineData("../project.yaml")]
    [InlineData(".kiket/../../project.yaml")]
    [InlineData(".kiket/workflows/..")]
    [InlineData(".kiket//project.yaml")]
    [InlineData(".kiket/./project.yaml")]
    [InlineData("C:\\kiket\\project.yaml")]
    [InlineData(".kiket/a\\b.yaml")]
    [InlineData(".kiket/readme.md")]
    [InlineData(".kiket/a\nb.yaml")]
    [InlineData("")]
    [InlineData(null)]
    public async Task A_path_never_leaves_the_pack(string? path)
    {
        var tenant = await server.NewTenantAsync();
        var files = Packs.Small();
        files.Add(Packs.File(path!, "a: b"));

        await tenant.Admin.ImportAsync(files).RefusedAsync(422, "VALIDATION_ERROR", "files[4].path");
    }

    [Fact]
    public async Task A_path_is_not_too_long_and_is_listed_once()
    {
        var tenant = await server.NewTenantAsync();
        var tooLong = Packs.Small();
        tooLong.Add(Packs.File($".kiket/{new string('a', 400)}.yaml", "a: b"));
        var twice = Packs.Small();
        twice.Add(Packs.File("./.kiket/Project.yaml", "a: b"));

        await tenant.Admin.ImportAsync(tooLong).RefusedAsync(422, "VALIDATION_ERROR", "files[4].path");
        await tenant.Admin.ImportAsync(twice).RefusedAsync(422, "VALIDATION_ERROR", "files");
    }

    [Theory]
    [InlineData("{}", 422, "VALIDATION_ERROR")]
    [InlineData("""{"files": []}""", 422, "VALIDATION_ERROR")]
    [InlineData("""{"files": [null]}""", 422, "VALIDATION_ERROR")]
    [InlineData("""{"files": [{"path": "project.yaml"}]}""", 422, "VALIDATION_ERROR")]
    [InlineData("""{"files": "all"}""", 422, "VALIDATION_ERROR")]
    [InlineData("""{"files": [{"path": "project.yaml", "content": "a: b", "mode": 7}]}""", 422, "VALIDATION_ERROR")]
    [InlineData("""{"files": [{"path": "project.yaml", "content": "a\u0000"}]}""", 400, "INVALID_PARAMETER")]
    [InlineData("""{"folder": "/etc"}""", 400, "INVALID_PARAMETER")]
    [InlineData("[", 400, "INVALID_JSON")]
    public async Task A_malformed_body_is_refused(string body, int status, string code)
    {
        var tenant = await server.NewTenantAsync();

        await tenant
            .Admin.PostAsync("/api/v1/definitions/import", new StringContent(body, Encoding.UTF8, "application/json"))
            .RefusedAsync(status, code);
    }

    [Fact]
    public async Task A_body_may_have_up_to_5_MB_here_and_1_MB_elsewhere()
    {
        var tenant = await server.NewTenantAsync();
        var files = Packs.Small();
        for (var i = 0; i < 4; i++)
            files.Add(Packs.File($".kiket/boards/b{i}.yaml", "# " + new string('x', 1_000_000)));

        await tenant.Admin.ImportAsync(files).OkAsync();
        files.Add(Packs.File(".kiket/boards/c1.yaml", "# " + new string('x', 1_000_000)));
        files.Add(Packs.File(".kiket/boards/c2.yaml", "# " + new string('x', 1_000_000)));
        await tenant.Admin.ImportAsync(files).RefusedAsync(413, "PAYLOAD_TOO_LARGE");
        await tenant
            .Admin.PostLargeJsonAsync(
                "/api/v1/projects",
                new { project = new { name = "Big", description = new string('x', 1_100_000) } }
            )
            .RefusedAsync(413, "PAYLOAD_TOO_LARGE");
    }

    [Fact]
    public async Task Imports_at_the_same_time_do_not_mix()
    {
        var tenant = await server.NewTenantAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => tenant.Admin.ImportAsync(Packs.Small())));

        Assert.All(answers, a => Assert.Contains((int)a.StatusCode, new[] { 200, 409 }));
        Assert.Contains(answers, a => (int)a.StatusCode == 200);
        Assert.Equal(2, (int)(await tenant.Admin.GetAsync("/api/v1/issues").OkAsync())["meta"]!["total"]!);
        Assert.Equal(4, (int)(await tenant.Admin.GetAsync("/api/v1/definitions").OkAsync())["meta"]!["total"]!);
    }
}
