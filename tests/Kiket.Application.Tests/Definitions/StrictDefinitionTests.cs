using Kiket.Application.Definitions;
using Kiket.Infrastructure.Definitions;
using static Kiket.Application.Tests.Definitions.Packs;

namespace Kiket.Application.Tests.Definitions;

/// <summary>Anything that may weaken a rule is an error; read leniently, it is a warning.</summary>
public sealed class StrictDefinitionTests
{
    private const string AutomationPath = ".kiket/automations/all.yaml";
    private const string LimitsPath = ".kiket/workflow_sla_definitions.yml";
    private const string ModulePath = ".kiket/modules/crm/schema.yml";

    [Theory]
    [InlineData("condtions: [{field: priority, equals: high}]", "condtions", "conditions")]
    [InlineData("condition: [{field: priority, equals: high}]", "condition", "conditions")]
    [InlineData("Conditions: [{field: priority, equals: high}]", "Conditions", "conditions")]
    [InlineData("requireApproval: 1", "requireApproval", "require_approval")]
    [InlineData("approval_chian: []", "approval_chian", "approval_chain")]
    [InlineData("coment_required: true", "coment_required", "comment_required")]
    [InlineData("metadata: {require_fields: [due_date]}", "require_fields", "requires_fields")]
    [InlineData("conditions: [{feild: priority, equals: high}]", "feild", "field")]
    [InlineData("conditions: [{field: priority, operater: in, value: [high]}]", "operater", "operator")]
    [InlineData("conditions: [{checklist: c, compleet: true}]", "compleet", "complete")]
    [InlineData("require_approval: [{asignment: {role: qa}}]", "asignment", "assignment")]
    [InlineData("require_approval: [{assignment: {rol: qa}}]", "rol", "role")]
    [InlineData("require_approval: [{assignment: {role: qa}, conditons: []}]", "conditons", "conditions")]
    [InlineData("approval_chain: {chain: [{level: 1, asignments: [{role: qa}]}]}", "asignments", "assignments")]
    [InlineData(
        "approval_chain: {chain: [{level: 1, parallel: [{group: a, assignments: [{role: qa}], requird: all}]}]}",
        "requird",
        "required"
    )]
    public void A_misspelt_key_of_a_transition_is_an_error_that_names_the_right_one(string line, string written, string meant)
    {
        var text = Main.Replace("    to: review", "    to: review\n    " + line, StringComparison.Ordinal);

        Assert.Contains(
            Faults(MainPath, text),
            f => f.Contains($"'{written}' is not known here; did you mean '{meant}'?", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("tpye: active", "tpye", "type")]
    [InlineData("wip_limt: 2", "wip_limt", "wip_limit")]
    [InlineData("slaa: {breach: 4h}", "slaa", "sla")]
    [InlineData("aproval: {required: 1}", "aproval", "approval")]
    [InlineData("approval: {required: 1, aprovers: [{role: qa}]}", "aprovers", "approvers")]
    [InlineData("checklst: {id: c, items: [a]}", "checklst", "checklist")]
    [InlineData("checklist: {id: c, items: [{id: a, requird: true}]}", "requird", "required")]
    [InlineData("checklist: {id: c, require_mode: all, items: [a]}", "require_mode", "required_mode")]
    [InlineData("sla: {warning: 1h, brech: 4h}", "brech", "breach")]
    [InlineData("sla: {breach: 4h, busines_hours: true}", "busines_hours", "business_hours")]
    [InlineData("on_entr: [{action: notify}]", "on_entr", "on_enter")]
    [InlineData("on_enter: [{action: notify, condtions: [{field: priority, equals: high}]}]", "condtions", "conditions")]
    public void A_misspelt_key_of_a_state_is_an_error_that_names_the_right_one(string line, string written, string meant)
    {
        var text = Main.Replace("  review:\n", $"  review:\n    {line}\n", StringComparison.Ordinal);

        Assert.Contains(
            Faults(MainPath, text),
            f => f.Contains($"'{written}' is not known here; did you mean '{meant}'?", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_single_approval_of_a_state_needs_no_list()
    {
        var text = Main.Replace(
            "  review:\n",
            "  review:\n    require_approval: { assignment: { role: qa }, required: 2 }\n",
            StringComparison.Ordinal
        );

        var review = Read((TypesPath, Types), (MainPath, text)).Value.Workflows[0].Definition.FindState(new("review"))!;

        Assert.Equal(2, Assert.Single(review.Approvals).Required);
    }

    [Theory]
    [InlineData("require_approval: 2", "approval: { approvers: [{ role: qa }] }", "require_approval and approval")]
    [InlineData(
        "require_approval: [{ role: qa }]",
        "approval_chain: [{ assignments: [qa] }]",
        "require_approval and approval_chain"
    )]
    [InlineData("approval: { required: 2 }", "approval_chain: [{ assignments: [qa] }]", "approval and approval_chain")]
    public void A_state_with_two_forms_of_approval_is_an_error_because_one_would_be_ignored(
        string first,
        string second,
        string named
    )
    {
        var text = Main.Replace("  review:\n", $"  review:\n    {first}\n    {second}\n", StringComparison.Ordinal);

        Assert.Contains(
            Faults(MainPath, text),
            f => f.EndsWith($"A state can have only one of {named}.", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_number_of_approvers_that_cannot_be_read_is_an_error()
    {
        var text = Main.Replace("  review:\n", "  review:\n    approval: { required: [2] }\n", StringComparison.Ordinal);

        Assert.Contains(Faults(MainPath, text), f => f.EndsWith("required must be a string.", StringComparison.Ordinal));
    }

    [Fact]
    public void An_unknown_key_of_a_rule_is_an_error_that_lists_the_known_ones() =>
        Assert.Contains(
            Faults(MainPath, Main.Replace("    to: review", "    to: review\n    guard: qa", StringComparison.Ordinal)),
            f => f.StartsWith("14:5 The key 'guard' is not known here. Known keys: from, to,", StringComparison.Ordinal)
        );

    [Theory]
    [InlineData("analytics: {dashboards: []}\n", "analytics")]
    [InlineData("hooks: [{event: issue.created}]\n", "hooks")]
    public void An_unknown_section_stays_a_warning(string section, string key) =>
        Assert.Contains(
            Read((TypesPath, Types), (MainPath, section + Main)).Value.Warnings,
            w => w.Message.Contains($"'{key}'", StringComparison.Ordinal)
        );

    [Fact]
    public void An_unknown_key_that_weakens_nothing_stays_a_warning()
    {
        var text = Main.Replace("type: initial", "type: initial\n    metadata: {colour: red}", StringComparison.Ordinal);

        var warning = Assert.Single(Read((TypesPath, Types), (MainPath, text)).Value.Warnings);

        Assert.Equal("The key 'colour' is not known here; it is kept but ignored. Did you mean 'color'?", warning.Message);
    }

    [Theory]
    [InlineData(
        AutomationPath,
        "automations: [{id: a, trigger: issue.creatd}]\n",
        "The automation a listens for 'issue.creatd', which is not an event of this server; did you mean 'issue.created'?"
    )]
    [InlineData(
        AutomationPath,
        "automations: [{id: a, triger: issue.created}]\n",
        "The key 'triger' is not known here; did you mean 'trigger'?"
    )]
    [InlineData(
        AutomationPath,
        "automations: [{id: a, trigger: {event: issue.created, condtions: []}}]\n",
        "The key 'condtions' is not known here; did you mean 'conditions'?"
    )]
    [InlineData(
        AutomationPath,
        "automations: [{id: a, trigger: {events: [issue.created, moon.full]}}]\n",
        "The automation a listens for 'moon.full', which is not an event of this server."
    )]
    [InlineData(
        AutomationPath,
        "automations: [{id: a, actions: []}]\n",
        "The automation a is kept but never runs: it names no event."
    )]
    [InlineData(
        AutomationPath,
        "automations: [{id: a, trigger: project.updated}]\n",
        "The automation a listens for 'project.updated', which is not an event of this server."
    )]
    [InlineData(AutomationPath, "rules: []\n", "The file has no automation.")]
    [InlineData(
        AutomationPath,
        "automations: [{id: a, trigger: issue.created, actions: [{label: x}]}]\n",
        "An action must say what to do, in action or type."
    )]
    [InlineData(
        AutomationPath,
        "automations: [{id: a, trigger: issue.created}, {id: A, trigger: issue.created}]\n",
        "There is already an automation A; this one is kept but ignored."
    )]
    [InlineData(
        ".kiket/workflows/other/automations/a.yaml",
        "automation: {trigger: issue.created}\n",
        "The automation a is kept but never runs: there is no workflow 'other'."
    )]
    [InlineData(
        LimitsPath,
        "sla_definitions: [{id: a, status: review, max_duration_minutes: 5, issue_typ: contract}]\n",
        "The key 'issue_typ' is not known here; did you mean 'issue_type'?"
    )]
    [InlineData(
        ModulePath,
        "module: crm\ntables: {people: {columns: [{name: name, type: string}]}}\npermissions: [{role: user, tables: "
            + "[people], operatons: [read]}]\n",
        "The key 'operatons' is not known here; did you mean 'operations'?"
    )]
    [InlineData(
        ModulePath,
        "module: crm\ntables: {people: {columns: [{name: name, type: string, uniqe: true}]}}\n",
        "The key 'uniqe' is not known here; did you mean 'unique'?"
    )]
    [InlineData(
        TypesPath,
        "issue_types: [{key: contract, custom_fields: [{key: value, requird: true}]}]\n",
        "The key 'requird' is not known here; did you mean 'required'?"
    )]
    [InlineData(
        MainPath,
        "workflow: {id: main, name: Main, inital_state: b}\nstates: [a, b]\ntransitions: []\n",
        "The key 'inital_state' is not known here; did you mean 'initial_state'?"
    )]
    public void What_would_never_work_is_an_error_in_every_kind_of_file(string path, string text, string expected)
    {
        var faults = Faults(path, text);

        Assert.Contains(
            faults,
            f =>
                expected.EndsWith('*')
                    ? f.Contains(expected[..^1], StringComparison.Ordinal)
                    : f.EndsWith(expected, StringComparison.Ordinal)
        );
        Assert.False(
            Leniently(path, text).IsRefused
                && !text.Contains("label: x", StringComparison.Ordinal)
                && !text.Contains("operatons", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_workflow_without_an_initial_state_is_refused()
    {
        var text = Main.Replace("type: initial", "type: active", StringComparison.Ordinal);

        Assert.Equal(
            [
                "5:1 The workflow has no initial state: no state has the type initial, and initial_state is missing. "
                    + "'intake' is the first state.",
            ],
            Faults(MainPath, text)
        );
        Assert.Contains(
            Leniently(MainPath, text).Value.Warnings,
            w => w.Message.StartsWith("The workflow has no initial state", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_way_out_of_a_final_state_is_named()
    {
        var pack = Read((TypesPath, Types), (MainPath, Main + "\n  - from: signed\n    to: review\n")).Value;

        var warning = Assert.Single(pack.Warnings);
        Assert.Equal(
            (17, "State 'signed' is final, but this transition leaves it for 'review'."),
            (warning.Line, warning.Message)
        );
    }

    [Theory]
    [InlineData(
        "a:\n  b: 1\n  c:\n    d: 1\n    e: 2\nf:\n\tg: 1\n",
        "7:1 This line is indented with a tab; YAML must be indented with spaces."
    )]
    [InlineData("a:\n  b: 1\n  c: 2\n\td: 3\n", "4:1 This line is indented with a tab; YAML must be indented with spaces.")]
    [InlineData("a:\n  - b: 1\n    c: 2\n  \t- d\n", "4:3 This line is indented with a tab; YAML must be indented with spaces.")]
    [InlineData(
        "a: |\n  text\n  \tand code\nb:\n\tc: 1\n",
        "5:1 This line is indented with a tab; YAML must be indented with spaces."
    )]
    [InlineData("a: 1\nb: {c: 1\nd: 2\ne: 3\n", "2:4 The '{' opened on line 2 is not closed.")]
    [InlineData("a: 1\nb: {c: 1, d: 2\n", "2:4 The '{' opened on line 2 is not closed.")]
    [InlineData("a:\n  - {from: x, to: y\n  - {from: y, to: z}\n", "2:5 The '{' opened on line 2 is not closed.")]
    [InlineData("a: [1, 2\nb: 3\n", "1:4 The '[' opened on line 1 is not closed.")]
    [InlineData("a: {b: [1, 2}\nc: d\n", "1:8 The '[' opened on line 1 is not closed.")]
    [InlineData("a: {b: 1]\n", "1:4 The '{' opened on line 1 is not closed.")]
    [InlineData(
        "{\n  \"workflow\": {\n    \"id\": \"x\"\n  },\n  \"states\": {\n    \"a\": {}\n",
        "5:13 The '{' opened on line 5 is not closed."
    )]
    public void A_broken_text_is_reported_where_it_has_to_be_changed(string text, string expected) =>
        Assert.Equal([expected], Faults(".kiket/boards/b.yaml", text));

    [Theory]
    [InlineData("ecommerce")]
    [InlineData("engineering")]
    [InlineData("kanban")]
    [InlineData("scrum")]
    [InlineData("support")]
    public void A_published_pack_has_no_error_and_the_same_warnings_either_way(string pack)
    {
        var (strict, lenient) = (ReadPack(pack, true), ReadPack(pack, false));

        Assert.Equal(lenient.Value.Warnings, strict.Value.Warnings);
    }

    private static Domain.Common.Result<DefinitionPack> Leniently(string path, string text)
    {
        Dictionary<string, string> files = new()
        {
            [ProjectPath] = Project,
            [TypesPath] = Types,
            [MainPath] = Main,
            [path] = text,
        };
        return new DefinitionReader().Read([.. files.Select(f => new DefinitionText(f.Key, f.Value, false))], "LEGAL", null);
    }

    private static Domain.Common.Result<DefinitionPack> ReadPack(string pack, bool isStrict) =>
        new DefinitionReader().Read(
            [.. ExamplePack.FilesOf(pack).Select(f => new DefinitionText(f.Path, f.Text, isStrict))],
            null,
            pack
        );
}
