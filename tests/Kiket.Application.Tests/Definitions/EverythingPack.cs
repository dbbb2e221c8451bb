namespace Kiket.Application.Tests.Definitions;

/// <summary>A pack with every feature of workflow files, in forms that no published pack uses.</summary>
internal static class EverythingPack
{
    public static IReadOnlyList<(string Path, string Text)> Files { get; } =
    [
        (
            ".kiket/project.yaml",
            """
            model_version: "1.0"
            project:
              key: RELEASE
              name: Releases
              version: 2.1.0
              description: How a release comes about.
              team:
                roles:
                  - name: qa
                    description: Tests
                  - name: security
                  - name: ops
              settings:
                freeze: true
              extensions:
                required: [github]
                optional: [slack]
            """
        ),
        (
            ".kiket/issue_types.yaml",
            """
            model_version: "1.0"
            issue_types:
              - key: release
                label: Release
                workflow: release
              - key: fix
                workflow: release
                custom_fields:
                  - { key: risk, type: integer, helper_text: From 0 to 10, default_value: 1 }
                  - { key: platforms, type: multi_enum, options: [web, mobile] }
                  - { key: notes, type: text }
                  - { key: ci, type: string }
                  - { key: signed, type: boolean, required: false }
            """
        ),
        (
            ".kiket/workflows/release.yaml",
            """
            model_version: "1.0"
            workflow:
              id: release
              name: Release
              version: 3.0.0
              description: From an idea to the users.
              override: false
              initial_state: planned
            states:
              planned:
                type: initial
                category: pending
                metadata: { label: Planned, color: info, icon: "🗓️", description: Somebody wants it. }
                auto_assign: lead
              building:
                type: active
                category: in_progress
                wip_limit: 3
                conditions:
                  - { field: custom_fields.risk, operator: lte, value: 8 }
                on_exit:
                  - action: add_labels
                    labels: [built]
              checking:
                type: gateway
                category: review
                approval:
                  name: Sign-off
                  required: 2
                  approvers: [{ role: qa }, { user: ada@example.com }, { type: workflow, identifier: reporter }]
                  conditions: [{ field: priority, operator: gt, value: medium }]
                  message: Please sign
                  timeout: 2d
                checklist:
                  id: before
                  title: Before it goes out
                  required_mode: all
                  items:
                    - { id: docs, label: Docs are written, check_type: manual, required: true }
                    - { id: news, label: News are written, check_type: manual, required: false }
                    - id: ci
                      label: CI is green
                      check_type: auto
                      condition: { field: custom_fields.ci, operator: "=", value: green }
                  on_complete: [{ action: notify, recipients: { roles: [qa] }, message: Done }]
                on_complete: [{ action: add_label, label: checked }]
                sla:
                  - condition: { field: priority, operator: in, value: [high, critical] }
                    warning: 4h
                    breach: PT8H
                    business_hours: true
                    pause_on_state: false
                    on_warning: [{ action: notify, recipients: { user: assignee }, message: Soon }]
                    on_breach: [{ action: notify, recipients: { user: assignee }, message: Late }]
                  - default: true
                    warning: 1d
                    breach: 1w
              blocked:
                type: active
                category: blocked
              shipped:
                type: final
                category: completed
                on_enter:
                  - action: webhook
                    url: "${env.HOOK}"
                    method: POST
                    body: { issue: "${issue.key}" }
              dropped:
                type: final
                category: completed
            transitions:
              - from: planned
                to: building
                name: Build
                description: When somebody has time.
                conditions:
                  - { field: assignee, operator: is_present }
                  - any:
                      - { field: priority, operator: ">=", value: high }
                      - { field: labels, operator: contains, value: quick }
                      - all: [{ field: custom_fields.platforms, operator: contains, value: web },
                          { field: story_points, operator: "<", value: 3 }]
                metadata:
                  requires_fields: [due_date, notes]
              - { from: planned, to: dropped, name: Drop, comment_required: true }
              - { from: building, to: planned, name: Put back }
              - from: building
                to: blocked
                name: Block
                conditions: [{ field: labels, operator: not_contains, value: quick },
                    { field: custom_fields.notes, operator: is_not_empty }]
                metadata: { comment_required: true }
              - { from: blocked, to: building, name: Go on, conditions: [{ field: custom_fields.ci, not_in: [red, yellow] }] }
              - { from: building, to: checking, name: Hand in,
                  conditions: [{ field: custom_fields.risk, operator: greater_or_equal, value: 2 }] }
              - { from: checking, to: building, name: Rework }
              - from: checking
                to: shipped
                name: Ship
                conditions: [{ checklist: before, complete: true }, { field: issue.title, operator: not_equals, value: Test }]
                require_approval:
                  - assignment: { type: role, identifier: security }
                    metadata: { message: Anything dangerous? }
                  - { assignment: { type: user, identifier: ada@example.com }, required: 1, name: The owner, timeout: 1d,
                      conditions: [{ field: labels, operator: contains, value: big }] }
                approval_chain:
                  name: The way up
                  chain:
                    - { level: 1, name: Engineering, required: any, assignments: [{ role: qa }, { role: ops }], timeout: 4h }
                    - level: 2
                      name: Company
                      logic: OR
                      parallel:
                        - { group: legal, assignments: [{ user: lea@example.com }], required: all }
                        - { group: money, assignments: [{ role: ops }, { role: qa }], required: 2, message: Worth it? }
                    - { level: 3, assignments: [{ role: security }, { type: workflow, identifier: lead }],
                        conditions: [{ field: custom_fields.risk, operator: ">", value: 5 }] }
              - { from: checking, to: dropped, name: Give up, conditions: [{ checklist: before, complete: false }] }
              - { from: shipped, to: building, name: Reopen, require_approval: 1 }
              - { from: dropped, to: planned, name: Revive, require_approval: true }
              - { from: checking, to: blocked, name: Stop, approval_chain: [{ assignments: [qa, ops] }] }
            """
        ),
        (
            ".kiket/workflow_sla_definitions.yml",
            """
            model_version: "1.0"
            workflow_sla_definitions:
              - { id: building, status: building, max_duration_minutes: 2880, warning_buffer_minutes: 240 }
              - id: urgent fixes
                status: building
                issue_type: fix
                priority: critical
                project: PACK
                max_duration_minutes: 60
                warning_buffer_minutes: 15
              - { id: elsewhere, status: open, project: OTHER, max_duration_minutes: 5 }
              - { id: checked, status: checking, max_duration_minutes: 90, owner: qa }
            """
        ),
        (
            ".kiket/automations/release.yml",
            """
            model_version: "1.0"
            automations:
              - id: big
                name: Big ones
                description: Tells the company.
                version: 1.0.0
                enabled: false
                trigger:
                  events: [issue.created, sla.breached, schedule]
                  cron: "0 9 * * *"
                  conditions: [{ field: labels, contains: big }]
                conditions: { any: [{ field: to_status, equals: planned }, { field: changed_fields, contains: labels }] }
                actions:
                  - type: notify
                    recipients: { roles: [ops] }
                    message: "{{issue.title}}"
                    conditions: [{ field: priority, operator: ">", value: low }]
                metadata: { owner: ops }
            """
        ),
        (
            ".kiket/workflows/release/automation_recipes/quiet.yaml",
            """
            model_version: "1.0"
            recipe:
              key: quiet
              name: Quiet ones
              trigger: issue.updated
              conditions: { all: [{ field: hours_until_due, operator: less_or_equal, value: 8 }] }
              actions: [{ type: add_label, label: late }]
              requires_approval: true
            """
        ),
        (
            ".kiket/templates/issues/fix.yaml",
            """
            model_version: "1.0"
            template:
              key: fix
              name: Fix
              description: Something is broken.
              scope: project
              defaults:
                issue_type: fix
                status: planned
                title: Fix it
                description: What, where, since when?
                priority: high
                labels: [quick]
                story_points: 1
                custom_fields: { risk: 2 }
              required_fields: [notes]
              fields:
                risk: { type: integer, label: Risk }
            """
        ),
    ];
}
