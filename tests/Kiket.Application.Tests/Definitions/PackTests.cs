using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using static Kiket.Application.Tests.Definitions.Packs;

namespace Kiket.Application.Tests.Definitions;

public sealed class PackTests
{
    private const string Bug = "workflow: bug\nstates: [reported, fixed]\ntransitions: [{from: reported, to: fixed}]\n";
    private const string BugPath = ".kiket/workflows/bug.yaml";

    [Fact]
    public void The_project_file_is_read()
    {
        var pack = ReadFrom(
            "folder",
            (
                ProjectPath,
                """
                model_version: "1.0"
                project:
                  key: LEGAL
                  name: Legal Desk
                  version: 1.0.0
                  description: Contracts and claims.
                  team:
                    roles:
                      - name: lawyer
                        description: Reads the small print
                      - clerk
                  settings: {retention_days: 30, ratio: 0.5, code: "007", floor: 007, strict: true, owner: ~, tags: [a, 1]}
                  extensions: {required: [mail], optional: [slack]}
                """
            ),
            (MainPath, Main)
        ).Value;

        Assert.Equal(
            ("LEGAL", "Legal Desk", "Contracts and claims."),
            (pack.Project.Key, pack.Project.Name, pack.Project.Description)
        );
        Assert.Equal([new("lawyer", "Reads the small print"), new TeamRole("clerk", null)], pack.Schema.TeamRoles);
        Assert.Equal(
            """{"retention_days":30,"ratio":0.5,"code":"007","floor":"007","strict":true,"owner":null,"tags":["a",1]}""",
            JsonSerializer.Serialize(pack.Project.Settings)
        );
        Assert.Empty(pack.Warnings);
    }

    [Theory]
    [InlineData("kanban", "KANBAN", "Kanban")]
    [InlineData("release-mgmt_2", "RELEASEMGMT2", "Release Mgmt 2")]
    public void Without_a_project_file_the_folder_names_the_project(string folder, string key, string name)
    {
        var project = ReadFrom(folder, (MainPath, Main)).Value.Project;

        Assert.Equal((key, name, null), (project.Key, project.Name, project.Path));
    }

    [Fact]
    public void Without_a_project_file_and_a_folder_the_key_must_be_given()
    {
        var refusal = ReadFrom(null, (MainPath, Main)).Error!;

        Assert.Equal((ErrorCodes.ValidationError, "project_key"), (refusal.Code, refusal.Details[0].Field));
    }

    [Fact]
    public void The_id_of_older_project_files_is_a_key_too() =>
        Assert.Equal("LEGAL", ReadFrom("x", (ProjectPath, "project:\n  id: legal\n  name: Legal\n")).Value.Project.Key);

    [Fact]
    public void Issue_types_have_the_defaults_of_the_contract()
    {
        var pack = Read(
            (
                TypesPath,
                """
                issue_types:
                  - key: UserStory
                  - key: bug
                    label: A bug
                    allow_children: yes
                    color: danger
                    icon: bug
                    position: 0
                    active: false
                    workflow: BUG
                    description: Something is broken.
                """
            ),
            (BugPath, Bug)
        ).Value;

        Assert.Equal(
            [
                new IssueType(new("UserStory"), "User Story")
                {
                    Color = "primary",
                    Icon = "bookmark",
                    AllowChildren = false,
                    Active = true,
                    Position = 0,
                },
                new IssueType(new("bug"), "A bug")
                {
                    AllowChildren = true,
                    Color = "danger",
                    Icon = "bug",
                    Position = 0,
                    Active = false,
                    Workflow = "bug",
                    Description = "Something is broken.",
                },
            ],
            pack.Schema.IssueTypes
        );
    }

    [Fact]
    public void Issue_types_may_be_a_map_and_are_sorted_by_position()
    {
        var types = Read(
            (TypesPath, "issue_types:\n  task: {name: A task, position: 5}\n  story: {position: 1}\n")
        ).Value.Schema.IssueTypes;

        Assert.Equal([("story", "Story"), ("task", "A task")], types.Select(t => (t.Key.Value, t.Label)));
    }

    [Fact]
    public void Custom_fields_are_read_for_all_types_and_for_one()
    {
        var fields = Read(
            (
                TypesPath,
                """
                custom_fields:
                  - {key: customer, type: string, required: true}
                issue_types:
                  - key: contract
                    fields:
                      - {key: value, label: Value in euros, type: numeric, default: 10.5}
                      - {key: kind, type: select, options: [lease, {value: sale, label: Sale}], helper_text: What it is}
                      - {key: signed, type: datetime}
                  - key: claim
                    custom_fields:
                      kind: {type: multiselect, options: [a, b], default_value: [a]}
                """
            )
        ).Value.Schema.CustomFields;

        Assert.Equal(
            [
                ("customer", "Customer", CustomFieldType.String, true, null, "", null),
                ("value", "Value in euros", CustomFieldType.Number, false, "contract", "", "10.5"),
                ("kind", "Kind", CustomFieldType.Enum, false, "contract", "lease,sale", null),
                ("signed", "Signed", CustomFieldType.Datetime, false, "contract", "", null),
                ("kind", "Kind", CustomFieldType.MultiEnum, false, "claim", "a,b", """["a"]"""),
            ],
            fields.Select(f =>
                (
                    f.Key,
                    f.Label,
                    f.Type,
                    f.Required,
                    f.IssueType?.Value,
                    string.Join(',', f.Options),
                    f.DefaultValue?.GetRawText()
                )
            )
        );
        Assert.Equal("What it is", fields[2].HelperText);
    }

    [Theory]
    [InlineData("issue_types: []\n", "1:14 The file has no issue types.")]
    [InlineData("types: []\n", "1:1 The file has no issue types.")]
    [InlineData("issue_types: 3\n", "1:14 issue_types must be a list or a map.")]
    [InlineData("issue_types:\n  - label: Bug\n", "2:5 An item of issue_types has no key or id.")]
    [InlineData(
        "issue_types:\n  - key: a-b\n",
        "2:10 'a-b' is not a valid issue type key: a letter followed by letters, digits and _, at most 64."
    )]
    [InlineData("issue_types:\n  - key: bug\n  - key: Bug\n", "3:10 The issue type 'Bug' is listed twice.")]
    [InlineData(
        "issue_types:\n  - key: bug\n    workflow: nowhere\n",
        "3:15 The issue type bug names the workflow 'nowhere', which is not in the pack."
    )]
    [InlineData("issue_types:\n  - key: bug\n    active: perhaps\n", "3:13 active must be true or false.")]
    [InlineData("issue_types:\n  - key: bug\n    position: first\n", "3:15 position must be a whole number, 0 or greater.")]
    [InlineData("issue_types:\n  - key: bug\n    key: bugs\n", "3:5 The key 'key' is listed twice; the first is on line 2.")]
    [InlineData(
        "issue_types:\n  - key: bug\n    fields:\n      - {key: a, type: colour}\n",
        "4:24 'colour' is not a valid custom field type; use string, text, number, integer, boolean, enum, multi_enum, "
            + "date, datetime, url, email."
    )]
    [InlineData(
        "custom_fields: [{key: a}]\nissue_types:\n  - key: bug\n    fields: [{key: a}]\n",
        "4:20 The custom field 'a' is listed twice."
    )]
    [InlineData(
        "issue_types:\n  - key: bug\n    fields: [{key: a, type: integer, default: x}]\n",
        "3:47 The default is not valid: A must be a whole number."
    )]
    [InlineData("issue_types:\n  - key: bug\n    fields: [{key: a, options: [[b]]}]\n", "3:33 An option must be a string.")]
    public void Faults_of_issue_types_have_their_place(string text, params string[] expected) =>
        Assert.Equal(expected.Order(), Faults(TypesPath, text).Order());

    [Theory]
    [InlineData("name: Legal\n", "1:1 The file has no project.")]
    [InlineData("project: [a]\n", "1:10 project must be a map of keys and values.")]
    [InlineData(
        "project:\n  key: legal-1\n  name: Legal\n",
        "2:8 'legal-1' is not a valid project key: an upper-case letter followed by upper-case letters and digits, at most 32."
    )]
    [InlineData("project:\n  key: LEGAL\n  name: L\n", "3:9 The name must have 2 to 100 characters.")]
    [InlineData("project:\n  seed_data:\n    issues:\n      - issue_type: contract\n", "4:9 The issue has no title.")]
    [InlineData(
        "project:\n  seed_data:\n    issues:\n      - {title: A, issue_type: claim}\n",
        "4:32 There is no issue type 'claim'. Known: contract."
    )]
    [InlineData(
        "project:\n  seed_data:\n    issues:\n      - {title: A, status: lost}\n",
        "4:28 Workflow main has no state 'lost'. Known: intake, review, signed."
    )]
    [InlineData(
        "project:\n  seed_data:\n    issues:\n      - {title: A, priority: urgent}\n",
        "4:30 'urgent' is not a valid priority; use lowest, low, medium, high, highest, critical."
    )]
    [InlineData(
        "project:\n  seed_data:\n    issues:\n      - {title: A, story_points: many}\n",
        "4:34 'many' is not a valid story_points."
    )]
    [InlineData(
        "project:\n  seed_data:\n    issues:\n      - {title: A, due_date: tomorrow}\n",
        "4:30 'tomorrow' is not a valid due_date."
    )]
    [InlineData(
        "project:\n  seed_data:\n    issues:\n      - {title: A, labels: [{a: b}]}\n",
        "4:29 labels must be a list of strings."
    )]
    [InlineData("project:\n  seed_data:\n    issues: none\n", "3:13 issues must be a list.")]
    [InlineData("project:\n  team: {roles: [{description: x}]}\n", "2:18 An item of roles has no name or key.")]
    public void Faults_of_the_project_file_have_their_place(string text, params string[] expected) =>
        Assert.Equal(expected, Faults(ProjectPath, text));

    [Fact]
    public void Seeds_carry_everything_that_an_issue_has()
    {
        var seed = Assert.Single(
            Read(
                (TypesPath, Types),
                (MainPath, Main),
                (
                    ProjectPath,
                    """
                    project:
                      key: LEGAL
                      name: Legal
                      seed_data:
                        issues:
                          - title: Sign the lease
                            description: |
                              Two pages.
                            issue_type: Contract
                            status: review
                            priority: critical
                            labels: [lease, "2026"]
                            story_points: 2.5
                            due_date: 2026-04-01
                            custom_fields: {rent: 1200}
                    """
                )
            ).Value.Seeds
        );

        Assert.Equal(
            ("contract", "review", ".kiket/project.yaml:6:9"),
            (seed.Type.Key.Value, seed.Status?.Value, seed.Place.Place)
        );
        var fields = seed.Fields;
        Assert.Equal(
            ("Sign the lease", "Two pages.", IssuePriority.Critical),
            (fields.Title.Value, fields.Description.Value, fields.Priority.Value)
        );
        Assert.Equal(["lease", "2026"], fields.Labels.Value!);
        Assert.Equal((2.5m, new DateOnly(2026, 4, 1)), (fields.StoryPoints.Value, fields.DueDate.Value));
        Assert.Equal("1200", fields.CustomFields.Value!["rent"].GetRawText());
    }

    [Fact]
    public void A_seed_without_a_required_field_is_a_warning()
    {
        var pack = Read(
            (
                TypesPath,
                "issue_types:\n  - key: contract\n    fields: [{key: value, required: true}, {key: kind, required: "
                    + "true, default: a}]\n"
            ),
            (ProjectPath, "project:\n  seed_data:\n    issues:\n      - {title: A}\n")
        ).Value;

        var warning = Assert.Single(pack.Warnings);
        Assert.Equal(".kiket/project.yaml:4:9", warning.Place);
        Assert.Equal("The issue has no value, which issues of type contract require; it is opened without it.", warning.Message);
    }

    [Theory]
    [InlineData("main", ".kiket/workflows/main.yaml", "zz", ".kiket/workflows/a.yaml", "zz", "main")]
    [InlineData("aa", ".kiket/workflows/a.yaml", "legal", ".kiket/workflows/z.yaml", "aa", "legal")]
    [InlineData("aa", ".kiket/workflows/a.yaml", "zz", ".kiket/workflows/z.yaml", "aa", "zz")]
    [InlineData("aa", ".kiket/workflows/z.yaml", "zz", ".kiket/workflows/a.yaml", "other", "zz")]
    public void The_default_workflow_is_chosen_by_file_then_by_project_then_by_what_no_type_names(
        string first,
        string firstPath,
        string second,
        string secondPath,
        string named,
        string expected
    )
    {
        var third = (Path: ".kiket/workflows/m.yaml", Text: "workflow: other\nstates: [a]\n");
        var pack = Read([
            (firstPath, $"workflow: {first}\nstates: [a]\n"),
            (secondPath, $"workflow: {second}\nstates: [a]\n"),
            (TypesPath, $"issue_types:\n  - {{key: bug, workflow: {named}}}\n  - key: task\n"),
            .. named == "other" ? [third] : Array.Empty<(string, string)>(),
        ]).Value;

        Assert.Equal(expected, pack.Schema.DefaultWorkflow);
        Assert.Equal(named, pack.Schema.WorkflowOf(pack.Schema.FindType(new("bug"))!));
        Assert.Equal(expected, pack.Schema.WorkflowOf(pack.Schema.FindType(new("task"))!));
    }

    [Fact]
    public void Without_issue_types_those_that_issues_and_templates_name_are_used()
    {
        var pack = Read(
            (ProjectPath, "project:\n  seed_data:\n    issues:\n      - {title: A, issue_type: marketing_campaign}\n"),
            (".kiket/issue_templates/t.yaml", "issue_template: {key: t, issue_type: survey}\n"),
            (".kiket/templates/issues/t.yaml", "template: {key: u, defaults: {issue_type: interview}}\n")
        ).Value;

        Assert.Equal(["Marketing Campaign", "Survey", "Interview"], pack.Schema.IssueTypes.Select(t => t.Label));
        Assert.Equal(
            ".kiket/project.yaml:4:32: The issue type marketing_campaign is not declared; a default one is used.",
            pack.Warnings.Where(w => w.Line > 0).Select(w => $"{w.Place}: {w.Message}").Single()
        );
    }

    [Fact]
    public void Without_issue_types_and_without_need_of_others_the_built_in_ones_are_used()
    {
        var pack = Read(
            (ProjectPath, "project:\n  seed_data:\n    issues:\n      - {title: A, issue_type: task, status: backlog}\n")
        ).Value;

        Assert.Same(ProjectSchema.BuiltIn.IssueTypes, pack.Schema.IssueTypes);
        Assert.Equal("default", pack.Schema.DefaultWorkflow);
        Assert.Empty(pack.Workflows);
        Assert.Empty(pack.Warnings);
    }

    [Fact]
    public void A_broken_workflow_file_raises_no_errors_elsewhere()
    {
        var read = Read(
            (TypesPath, "issue_types:\n  - {key: bug, workflow: bug}\n"),
            (ProjectPath, "project:\n  seed_data:\n    issues:\n      - {title: A, issue_type: bug, status: fixed}\n"),
            (BugPath, "workflow: bug\nstates: [reported, fixed\n")
        );

        Assert.Equal(".kiket/workflows/bug.yaml:2:9", Assert.Single(read.Error!.Details).Field);
    }

    [Fact]
    public void A_broken_file_of_types_raises_no_errors_elsewhere()
    {
        var read = Read(
            (TypesPath, "issue_types: [\n"),
            (ProjectPath, "project:\n  seed_data:\n    issues:\n      - {title: A, issue_type: bug, status: fixed}\n"),
            (BugPath, Bug)
        );

        Assert.Equal(TypesPath, Assert.Single(read.Error!.Details).File);
    }

    [Fact]
    public void Files_that_nobody_reads_must_be_YAML_and_are_kept()
    {
        var pack = Read(
            (MainPath, Main),
            (".kiket/boards/b.yaml", "board: {id: b}\nboard: {id: c}\n"),
            (".kiket/agents/a.yml", "- prompt: {{issue.title}}\n")
        ).Value;
        var refusal = Read((MainPath, Main), (".kiket/boards/b.yaml", "board: {id: b\n")).Error!;

        Assert.Equal(
            [
                ".kiket/agents/a.yml:1:1: Files of this kind are kept but ignored.",
                ".kiket/agents/a.yml:1:12: A key that is not a string is ignored.",
                ".kiket/boards/b.yaml:1:1: Files of this kind are kept but ignored.",
                ".kiket/boards/b.yaml:2:1: The key 'board' is listed twice; the first is on line 1.",
            ],
            pack.Warnings.Select(w => $"{w.Place}: {w.Message}")
        );
        Assert.Equal(".kiket/boards/b.yaml:1:8", Assert.Single(refusal.Details).Field);
    }

    [Fact]
    public void Two_project_files_are_one_too_many() =>
        Assert.Equal(["0:0 The pack has both project.yaml and project.yml."], Faults(".kiket/project.yml", Packs.Project));

    [Fact]
    public void A_byte_order_mark_and_other_line_ends_do_no_harm()
    {
        var pack = Read((MainPath, "\uFEFF" + Main.ReplaceLineEndings("\r\n"))).Value;

        Assert.Equal("main", Assert.Single(pack.Workflows).Key);
        Assert.Empty(pack.Warnings);
    }
}
