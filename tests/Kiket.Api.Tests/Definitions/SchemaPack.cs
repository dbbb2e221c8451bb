namespace Kiket.Api.Tests.Definitions;

/// <summary>A pack in which every kind of map that a pack file can have occurs once, and no unknown key.</summary>
internal static class SchemaPack
{
    public const string WorkflowPath = ".kiket/workflows/main.yaml";
    public const string ProjectPath = ".kiket/project.yaml";
    public const string TypesPath = ".kiket/issue_types.yaml";
    public const string AutomationPath = ".kiket/automations/all.yaml";
    public const string LimitsPath = ".kiket/workflow_sla_definitions.yml";
    public const string TemplatePath = ".kiket/templates/issues/plain.yaml";
    public const string ModulePath = ".kiket/modules/crm/schema.yml";
    public const string RecordsPath = ".kiket/modules/crm/seeds/people.yml";

    public static IReadOnlyDictionary<string, string> Files { get; } =
        new Dictionary<string, string>
        {
            [WorkflowPath] = """
                model_version: "1.0"
                workflow: { id: main, name: Main, version: 1.0, description: All of it, initial_state: open }
                states:
                  open:
                    type: initial
                    category: pending
                    metadata: { label: Open }
                    wip_limit: 3
                    sla:
                      - { condition: { field: priority, operator: in, value: [high] }, breach: 2h }
                      - { default: true, warning: 1d, breach: 2d, business_hours: yes, on_breach: [{ action: notify }] }
                    checklist:
                      id: before
                      items: [{ id: done, required: false, condition: { field: title, contains: x } }, { other: }, third]
                  asked:
                    approval: { required: 2, approvers: [{ role: qa }, qa], timeout: 2d, message: Please }
                    conditions: { any: [{ field: title, equals: a }, { all: [{ checklist: before, complete: true }] }] }
                  final: { type: final, on_enter: { type: add_labels, labels: [done] } }
                transitions:
                  - from: open
                    to: asked
                    require_approval: [{ assignment: { role: qa }, required: 1, metadata: { message: Well? } }]
                    metadata: { requires_fields: [due_date], comment_required: false }
                  - from: asked
                    to: final
                    require_approval: true
                    approval_chain:
                      name: Up
                      chain:
                        - { level: 1, assignments: [{ assignment: { type: role, identifier: qa } }], required: any }
                        - { logic: or, parallel: [{ group: legal, assignment: qa, metadata: { message: Legal? } }] }
                """,
            [ProjectPath] = """
                model_version: 1
                project:
                  key: LEGAL
                  name: Legal
                  team: { roles: [{ name: qa, description: Tests }, ops] }
                  settings: { color: red }
                  extensions: { required: [github], optional: slack }
                  seed_data:
                    issues:
                      - { title: First, priority: high, labels: [a], story_points: 2, due_date: 2026-12-24 }
                """,
            [TypesPath] = """
                issue_types:
                  - key: task
                    position: 1
                    active: true
                    custom_fields:
                      - { key: risk, type: enum, options: [low, { value: high }], default_value: low, required: no }
                  - other
                custom_fields:
                  size: { type: integer }
                """,
            [AutomationPath] = """
                automations:
                  - id: tell
                    enabled: true
                    trigger: { events: [issue.created, sla.breached], conditions: { field: title, contains: x } }
                    actions: [{ type: notify, conditions: [{ field: priority, equals: high }] }]
                  - { id: short, trigger: issue.updated, actions: [notify] }
                """,
            [LimitsPath] = """
                sla_definitions:
                  - { id: asked, status: asked, priority: high, max_duration_minutes: 60, warning_buffer_minutes: 5 }
                """,
            [TemplatePath] = """
                template:
                  key: plain
                  name: Plain
                  scope: project
                  defaults: { title: Do it, issue_type: task, status: open, priority: low, custom_fields: { size: 1 } }
                  required_fields: [due_date]
                  fields: { size: { type: integer } }
                """,
            [ModulePath] = """
                module: { id: crm, name: Customers }
                tables:
                  people:
                    soft_delete: true
                    columns:
                      name: { type: string(80), null: false, unique: true }
                      age: { type: integer, default: 1, index: true }
                    indexes: [{ columns: [name, age], unique: false }]
                permissions:
                  - { role: user, tables: [people], operations: [read] }
                """,
            [RecordsPath] = """
                model_version: "1.0"
                table: people
                records: [{ name: Ada, age: 7 }]
                """,
        };
}
