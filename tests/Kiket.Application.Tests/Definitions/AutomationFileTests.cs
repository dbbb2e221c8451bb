using Kiket.Domain.Workflows;
using static Kiket.Application.Tests.Definitions.Packs;

namespace Kiket.Application.Tests.Definitions;

public sealed class AutomationFileTests
{
    private const string Path = ".kiket/automations/all.yaml";
    private const string RecipePath = ".kiket/workflows/main/automation_recipes/late.yaml";

    [Fact]
    public void Automations_are_read_in_order_with_trigger_conditions_and_actions()
    {
        var pack = Read(
            (TypesPath, Types),
            (MainPath, Main),
            (
                Path,
                """
                model_version: "1.0"
                automations:
                  - id: triage
                    name: Triage
                    description: Looks at new ones.
                    version: 1.0.0
                    enabled: false
                    trigger:
                      event: issue.created
                      conditions:
                        - field: issue_type
                          equals: contract
                        - { field: to_status, operator: in, value: [intake, review] }
                    actions:
                      - type: add_label
                        label: new
                        conditions: [{ field: priority, equals: high }]
                      - { type: notify, recipients: { user: assignee }, message: "{{issue.title}}" }
                  - key: told
                    trigger: issue.transitioned
                    conditions: { any: [{ field: labels, contains: a }, { field: changed_fields, contains: labels }] }
                    actions: { action: assign, to: reporter }
                """
            )
        ).Value;

        var (first, second) = (pack.Schema.Automations[0], pack.Schema.Automations[1]);
        Assert.Equal(
            ("triage", "Triage", "Looks at new ones.", "1.0.0", false),
            (first.Key, first.Name, first.Description, first.Version, first.Enabled)
        );
        Assert.Equal(["issue.created"], first.Events);
        Assert.Equal(["issue_type", "to_status"], first.Conditions.Cast<FieldCondition>().Select(c => c.Field));
        Assert.Equal(["add_label", "notify"], first.Actions.Select(a => a.Kind));
        Assert.Equal("priority", Assert.IsType<FieldCondition>(Assert.Single(first.Actions[0].Conditions)).Field);
        Assert.Equal("""{"label":"new"}""", first.Actions[0].Parameters.GetRawText());
        Assert.Equal(
            ("told", "Told", true, null, null),
            (second.Key, second.Name, second.Enabled, second.Workflow, second.Hindrance)
        );
        Assert.Equal(["issue.transitioned"], second.Events);
        Assert.IsType<AnyCondition>(Assert.Single(second.Conditions));
        Assert.Empty(pack.Warnings);
    }

    [Fact]
    public void A_recipe_in_a_workflows_folder_is_for_the_issues_of_that_workflow()
    {
        var pack = Read(
            (TypesPath, Types),
            (MainPath, Main.Replace("id: main", "id: legal", StringComparison.Ordinal)),
            (
                RecipePath,
                """
                recipe:
                  name: Late
                  trigger: issue.updated
                  conditions: { all: [{ field: hours_until_due, operator: less_or_equal, value: 8 }] }
                  actions: [{ type: notify, message: Late }]
                """
            )
        ).Value;

        var automation = Assert.Single(pack.Schema.Automations);
        Assert.Equal(("late", "legal", null), (automation.Key, automation.Workflow, automation.Hindrance));
        Assert.Empty(pack.Warnings);
    }

    [Theory]
    [InlineData(
        "automations: [{id: a, trigger: {event: schedule, cron: '0 9 * * *'}}]\n",
        "1:32 The automation a is kept but never runs: this server has no events 'schedule'.",
        "1:50 The key 'cron' is not known here; it is kept but ignored."
    )]
    [InlineData("automations: [{id: a, actions: []}]\n", "1:20 The automation a is kept but never runs: it names no event.")]
    [InlineData(
        "recipe: {key: a, trigger: issue.updated, requires_approval: true}\n",
        "1:61 The automation a is kept but never runs: its runs cannot be approved here."
    )]
    [InlineData(
        "recipe: {key: a, trigger: issue.updated, conditions: [{field: priority, operator: near}]}\n",
        "1:27 The automation a is kept but never runs: it could not be read.",
        "1:83 'near' is not a valid operator. Operators: *"
    )]
    [InlineData(
        "recipe: {key: a, trigger: issue.updated, metadata: {b: c}}\n",
        "1:42 The key 'metadata' is not known here; it is kept but ignored."
    )]
    [InlineData(
        "recipe: {key: a, trigger: issue.updated, conditions: [{field: risk, equals: 1}]}\n",
        "1:27 Issues of this project have no field 'risk', which the automation a reads."
    )]
    [InlineData(
        "automations: [{id: a, trigger: {events: [issue.created, moon.full]}}]\n",
        "1:32 The automation a listens for 'moon.full', which is not an event of this server."
    )]
    [InlineData(
        "automations: [{id: a, trigger: issue.created}, {id: A, trigger: issue.created}]\n",
        "1:65 There is already an automation A; this one is kept but ignored."
    )]
    [InlineData(
        "rules: []\n",
        "1:1 The file has no automation.",
        "1:1 The key 'rules' is not known here; it is kept but ignored."
    )]
    [InlineData("- a\n", "1:1 The file has no automation.", "1:1 The file must be a map of keys and values.")]
    public void What_cannot_be_read_or_run_is_a_warning_where_a_file_is_read_leniently(string text, params string[] expected)
    {
        var warnings = ReadLeniently((TypesPath, Types), (MainPath, Main), (Path, text))
            .Value.Warnings.Select(w => $"{w.Line}:{w.Column} {w.Message}")
            .Order();

        Assert.Equal(
            expected.Order(),
            warnings.Select(w =>
                w.Contains("Operators:", StringComparison.Ordinal)
                    ? w[..(w.IndexOf("Operators:", StringComparison.Ordinal) + 10)] + " *"
                    : w
            )
        );
    }

    [Fact]
    public void A_recipe_of_no_workflow_is_kept_and_named() =>
        Assert.Equal(
            "The automation late is kept but never runs: there is no workflow 'other'.",
            Assert
                .Single(
                    ReadLeniently(
                        (TypesPath, Types),
                        (MainPath, Main),
                        (RecipePath.Replace("/main/", "/other/", StringComparison.Ordinal), "recipe: {trigger: issue.updated}\n")
                    ).Value.Warnings
                )
                .Message
        );
}
