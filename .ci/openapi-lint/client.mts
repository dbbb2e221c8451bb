// A TypeScript program on the generated types, area by area: it compiles only when names, nullability and enums match the
// API. Run with the address of a server and a token of its administrator, it checks that the server stores what it sends.
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./kiket";

type Schemas = components["schemas"];
type Api = Client<paths>;

declare const process: { argv: string[]; exitCode: number };

const nowhere = "http://127.0.0.1:1/hook"; // nothing listens there
const helper = { path: { extension: "com.example.helper" } };
const act = { query: { project_key: "ACT" } };
const workflow = `workflow: { id: main, name: Main }
states:
  open: { type: initial, sla: { warning: 30m, breach: 1h } }
  testing: { type: active, checklist: { id: tests, items: [{ id: looked, check_type: manual }] } }
  done: { type: final }
transitions:
  - { from: open, to: testing }
  - { from: testing, to: done, require_approval: [{ assignment: { type: user, identifier: admin@example.com } }] }
`;

function connect(headers: Record<string, string>): Api {
  return createClient<paths>({ baseUrl: process.argv[2], headers });
}

function answer<T>(result: { data?: T; error?: unknown }): T {
  if (result.data === undefined) throw new Error(`Refused: ${JSON.stringify(result.error)}`);
  return result.data;
}

function same<T>(what: string, meant: T, stored: T): void {
  const [expected, actual] = [JSON.stringify(meant), JSON.stringify(stored)];
  if (expected === actual) return;
  console.error(`${what}: meant ${expected}, stored ${actual}`);
  process.exitCode = 1;
}

/** Compares what a change does not name. */
function others<T extends object>(what: string, before: T, after: T, ...named: (keyof T)[]): void {
  for (const name of Object.keys(before) as (keyof T & string)[]) {
    const isCounter = name === "lock_version" || (name === "version" && typeof before[name] === "number");
    if (!isCounter && name !== "updated_at" && !named.includes(name)) same(`${name} of the ${what}`, before[name], after[name]);
  }
}

async function workInProjects(): Promise<void> {
  const project = answer(await client.POST("/api/v1/projects", { body: { project: { name: "Typed", project_key: "TYPED" } } }));
  same("visibility of a project by default", "private", project.visibility);
  const path = { params: { path: { project: "TYPED" } } };
  const changes = { description: "All of it", start_date: "2026-01-01", settings: { color: "red" }, workflow_auto_boards: true };
  const changed = answer(
    await client.PATCH("/api/v1/projects/{project}", { ...path, body: { project: { ...changes, name: null, status: null } } }),
  );
  others("project", { ...project, ...changes }, changed);
  others("project read back", changed, answer(await client.GET("/api/v1/projects/{project}", path)));
}

async function planMilestones(): Promise<Schemas["Milestone"]> {
  const path = { project: "TYPED" };
  const made = answer(
    await client.POST("/api/v1/projects/{project}/milestones", {
      params: { path }, body: { milestone: { name: "Spring", version: "1.0" } },
    }),
  );
  same("status of a milestone by default", "planning", made.status);
  const one = { params: { path: { ...path, id: made.id } } };
  const changed = answer(
    await client.PATCH("/api/v1/projects/{project}/milestones/{id}", { ...one, body: { milestone: { status: "active" } } }),
  );
  others("milestone", made, changed, "status");
  others("milestone read back", changed, answer(await client.GET("/api/v1/projects/{project}/milestones/{id}", one)));
  return changed;
}

async function writeIssues(milestone: Schemas["Milestone"]): Promise<Schemas["Issue"]> {
  const plain = answer(await client.POST("/api/v1/issues", {
    body: { project_key: "TYPED", issue: { title: "Only a title", project_id: null, priority: null } },
  }));
  const priority: Schemas["IssuePriority"] = plain.priority;
  same("priority by default", "medium", priority);
  same("labels by default", [], plain.labels);

  const fields = {
    title: "Everything",
    description: "All of it",
    labels: ["a", "b"],
    due_date: "2026-03-31",
    story_points: 2.5,
    milestone_id: milestone.id,
  };
  const full = answer(await client.POST("/api/v1/issues", {
    body: {
      issue: { ...fields, project_id: "TYPED", priority: "lowest", issue_type: "bug", custom_fields: { severity: "high" } },
    },
  }));
  others("issue", { ...full, ...fields }, full);
  same("lowest priority", "lowest", full.priority);
  same("custom field", "high", full.custom_fields.severity);

  const issue = { params: { path: { issue: full.key } } };
  const renamed = answer(await client.PATCH("/api/v1/issues/{issue}", {
    ...issue, body: { issue: { title: "Renamed", priority: null, issue_type: null, due_date: null } },
  }));
  same("title", "Renamed", renamed.title);
  same("due date that was null", null, renamed.due_date);
  others("issue", full, renamed, "title", "due_date");
  others("issue read back", renamed, answer(await client.GET("/api/v1/issues/{issue}", issue)));
  return renamed;
}

async function listIssues(issue: Schemas["Issue"]): Promise<void> {
  const filters: NonNullable<paths["/api/v1/issues"]["get"]["parameters"]["query"]>[] = [
    { project: "TYPED", priority: "lowest" },
    { label: ["a", "b"] },
    { issue_type: "bug", milestone_id: `${issue.milestone_id}` },
    { search: "renamed", created_after: "2020-01-01", updated_before: "2100-01-01T00:00:00Z" },
    { project_key: "TYPED", sort: "id desc", page: 1, per_page: 1 },
  ];
  for (const query of filters) {
    const list = answer(await client.GET("/api/v1/issues", { params: { query } }));
    same(`issues by ${JSON.stringify(query)}`, [issue.key], list.data.map(i => i.key));
  }
}

async function moveAndComment(): Promise<void> {
  const issue = { params: { path: { issue: "TYPED-1" } } };
  const moved = answer(await client.POST("/api/v1/issues/{issue}/transition", {
    ...issue, body: { transition: { state: "in_progress", comment: null }, comment: "Off we go" },
  }));
  same("state", "in_progress", moved.status);
  const history = answer(await client.GET("/api/v1/issues/{issue}/history", issue));
  same("comment beside the wrapper", "Off we go", history.data.at(-1)?.comment);

  const comment = answer(
    await client.POST("/api/v1/issues/{issue}/comments", { ...issue, body: { comment: { body: "So it iz." } } }),
  );
  const one = { params: { path: { ...issue.params.path, id: comment.id } } };
  const changed = answer(
    await client.PATCH("/api/v1/issues/{issue}/comments/{id}", { ...one, body: { comment: { body: "So it is." } } }),
  );
  others("comment", comment, changed, "body");
  same("comments", ["So it is."], answer(await client.GET("/api/v1/issues/{issue}/comments", issue)).comments.map(c => c.body));
}

async function invite(): Promise<Api> {
  const invited = answer(
    await client.POST("/api/v1/users", { body: { user: { email: "new@example.com", role: "project_manager" } } }),
  );
  const accepted = answer(
    await client.POST("/api/v1/invitations/accept", { body: { invitation: { token: invited.invitation_token, name: "Grace" } } }),
  );
  const one = { params: { path: { user: invited.id } } };
  const days_off = [{ from: "2026-08-01", to: "2026-08-14" }];
  const user = answer(
    await client.PATCH("/api/v1/users/{user}", { ...one, body: { user: { capacity: 8, days_off, role: null } } }),
  );
  others("user", { ...accepted.user, capacity: 8, days_off }, user);
  const path = { project: "TYPED" };
  const member = answer(
    await client.POST("/api/v1/projects/{project}/members", {
      params: { path }, body: { member: { user_id: invited.id, role: "lead" } },
    }),
  );
  same("role of a member", "lead", member.project_role);
  return connect({ Authorization: `Bearer ${accepted.token}` });
}

async function configure(): Promise<void> {
  const before = answer(await client.GET("/api/v1/organization/settings"));
  const holidays = [{ date: "2026-12-25", name: "Christmas" }];
  const changes = { member_wip_limit: 3, holidays, story_points: { bug: 2 } };
  const changed = answer(
    await client.PATCH("/api/v1/organization/settings", { body: { settings: { ...changes, time_zone: null, hours: null } } }),
  );
  others("settings", { ...before, ...changes }, changed);

  const limits = { rate_limit_requests: 5, rate_limit_window: 60 };
  const token = { name: "CI", scopes: ["issues:read"], expires_at: "2099-01-01T12:00:00.000Z", ...limits };
  const made = answer(await client.POST("/api/v1/workspace_api_tokens", { body: { workspace_api_token: token } }));
  same("token", [token.name, token.scopes, token.expires_at], [made.name, made.scopes, made.expires_at!]);
  const limit = answer(await connect({ Authorization: `Bearer ${made.token}` }).GET("/api/v1/ext/rate_limit"));
  same("limit of a token", 5, limit.rate_limit.limit);
}

async function balance(issue: Schemas["Issue"]): Promise<void> {
  const me = answer(await client.GET("/api/v1/users/current"));
  const rehearsed = answer(
    await client.POST("/api/v1/capacity/reassign", {
      body: { reassign: { issue_ids: [issue.id], to_user_id: me.id, dry_run: true } },
    }),
  );
  same("rehearsal", [me.id, true], [rehearsed.reassigned[0].assignee_id!, rehearsed.dry_run]);
  answer(
    await client.POST("/api/v1/capacity/reassign", {
      body: { reassign: { reassignments: [{ issue_id: issue.id, to_user_id: me.id, version: null }] } },
    }),
  );
  const team = answer(await client.GET("/api/v1/capacity/team", { params: { query: { project: "TYPED", weeks: 2 } } }));
  same("assigned points", issue.story_points, team.data.find(m => m.user.id === me.id)!.assigned);
  const plan = answer(
    await client.GET("/api/v1/capacity/recommendations", { params: { query: { project: "TYPED", limit: 5 } } }),
  );
  same("recommendations and their total", plan.data.length, plan.meta.total);
}

async function define(): Promise<void> {
  const files = [
    { path: ".kiket/project.yaml", content: "project: { key: ACT, name: Act }\n" },
    { path: ".kiket/workflows/main.yaml", content: workflow },
  ];
  const imported = answer(
    await client.POST("/api/v1/definitions/import", { body: { definitions: { files, project_key: null, dry_run: null } } }),
  );
  same("project of an import", "ACT", imported.project.key);
  const definitions = answer(await client.GET("/api/v1/definitions", { params: act }));
  same("source of a definition", "api", definitions.data.find(d => d.path === files[1].path)!.source);

  const longer = workflow.replace("name: Main", "name: Longer");
  const valid = answer(await client.POST("/api/v1/workflows/validate", { params: act, body: { workflow: { yaml: longer } } }));
  same("valid workflow", true, valid.valid);
  const faulty = answer(await client.POST("/api/v1/workflows/validate", {
    body: "workflow: main\nstates: 5\n", bodySerializer: text => text as string, headers: { "Content-Type": "application/yaml" },
  }));
  same("line of a fault", 2, faulty.errors[0].line);

  const main = { params: { path: { workflow: "main" }, query: { project: "ACT" } } };
  const published = answer(await client.PUT("/api/v1/workflows/{workflow}", { ...main, body: { workflow: { yaml: longer } } }));
  same("version of a workflow", 2, published.workflow.version);
  const read = answer(await client.GET("/api/v1/workflows/{workflow}", main));
  same("workflow", ["Longer", longer, "PT1H"], [read.name, read.source!, read.states[0].sla[0].breach!]);
  const list = answer(await client.GET("/api/v1/workflows", { params: act }));
  same("states of a listed workflow", 3, list.data.find(w => w.key === "main")!.states_count);
  const simulated = answer(await client.POST("/api/v1/workflows/{workflow}/simulate", {
    ...main, body: { simulation: { moves: ["testing", "open"], issue: { title: "Imagined" }, version: null } },
  }));
  same("simulated moves", [true, false], simulated.moves.map(m => m.allowed));
  const migrated = answer(
    await client.POST("/api/v1/workflows/{workflow}/migrate", { ...main, body: { migration: { dry_run: true } } }),
  );
  same("rehearsal of a migration", [2, true], [migrated.to_version, migrated.dry_run]);
}

async function approveAndCheck(colleague: Api): Promise<void> {
  const issue = answer(await client.POST("/api/v1/issues", { body: { issue: { project_id: "ACT", title: "To approve" } } }));
  const one = { params: { path: { issue: issue.key } } };
  const sla = answer(await client.GET("/api/v1/issues/{issue}/sla", one));
  same("limit that counts", "PT1H", sla.timer?.policy.breach);
  const risks = answer(await client.GET("/api/v1/sla/at_risk", { params: { query: { within: "2h", project_id: "ACT" } } }));
  same("issues at risk", [issue.key], risks.data.map(r => r.issue_key));
  same(
    "events of service levels", [],
    answer(await client.GET("/api/v1/sla_events", { params: { query: { issue_id: issue.key } } })).data,
  );

  answer(await client.POST("/api/v1/issues/{issue}/transition", { ...one, body: { transition: { to: "testing" } } }));
  const item = { params: { path: { ...one.params.path, item: "looked" } } };
  answer(await client.PATCH("/api/v1/issues/{issue}/checklists/{item}", { ...item, body: { item: { checked: true } } }));
  const checklists = answer(await client.GET("/api/v1/issues/{issue}/checklists", one));
  same("checked items", [true], checklists.checklists[0].items.map(i => i.checked));

  const refused = await colleague.POST("/api/v1/issues/{issue}/transition", { ...one, body: { transition: { state: "done" } } });
  same("move that waits for an approval", "pending", refused.error?.status);
  const asked = answer(await client.GET("/api/v1/issues/{issue}/approvals", one)).data[0];
  const approval = { params: { path: { ...one.params.path, id: asked.id } } };
  answer(
    await client.POST("/api/v1/issues/{issue}/approvals/{id}/approve", { ...approval, body: { approval: { comment: "Fine" } } }),
  );
  const approved = answer(await client.GET("/api/v1/issues/{issue}/approvals", one)).data[0];
  same("approval", ["approved", "Fine"], [approved.status, approved.decisions[0].comment!]);

  same("all read", true, answer(await client.POST("/api/v1/notifications/read_all")).success);
  same(
    "unread notifications", 0,
    answer(await client.GET("/api/v1/notifications", { params: { query: { unread: true } } })).meta.total,
  );
  const events = answer(
    await client.GET("/api/v1/events", { params: { query: { types: "issue.status_changed", limit: 1, after: 0 } } }),
  );
  same("first event of a kind", "TYPED-1", events.data[0].issue?.key);
}

async function keepRecords(): Promise<void> {
  const columns = [{ name: "number", type: "string(20)" }, { name: "total", type: "decimal(10,2)", indexed: true }];
  const schema = { module: "com.example.shop", version: "1.0", tables: { orders: { columns } } };
  const module = answer(
    await client.POST("/api/v1/custom_data_modules", { body: { schema, project_id: "ACT", extension_id: null } }),
  );
  same("columns of a table", ["string", "decimal"], module.tables[0].columns.map(c => c.type));

  const path = { module: "com.example.shop", table: "orders" };
  const orders = { params: { ...act, path } };
  const added = answer(
    await client.POST("/api/v1/custom_data/{module}/{table}", {
      ...orders, body: { record: { number: "A", total: 12.5 }, records: null },
    }),
  );
  const more = answer(
    await client.POST("/api/v1/custom_data/{module}/{table}", {
      ...orders, body: { records: [{ number: "B", total: 1 }, { number: "C", total: 20 }] },
    }),
  );
  same("records added at once", 2, (more.data as unknown[]).length);
  const one = { params: { ...act, path: { ...path, id: `${(added.data as Record<string, unknown>).id}` } } };
  answer(await client.PATCH("/api/v1/custom_data/{module}/{table}/{id}", { ...one, body: { record: { total: 13.5 } } }));
  const { data } = answer(await client.GET("/api/v1/custom_data/{module}/{table}/{id}", one));
  same<unknown>("record", ["A", 13.5], [data.number, data.total]);
  const query = { ...act.query, filters: JSON.stringify({ total: { gte: 10 } }), sort: "total desc", limit: 10 };
  const found = answer(await client.GET("/api/v1/custom_data/{module}/{table}", { params: { path, query } }));
  same<unknown>("found records", ["C", "A"], found.data.map(r => r.number));
  answer(await client.DELETE("/api/v1/custom_data/{module}/{table}/{id}", one));
  same("records after a deletion", 2, answer(await client.GET("/api/v1/custom_data/{module}/{table}", orders)).meta.total);
}

async function install(): Promise<Api> {
  const configuration = { greeting: { type: "string", default: "Hello" }, places: { type: "integer" } };
  const callback = { url: "https://example.com" };
  const manifest = { id: helper.path.extension, name: "Helper", version: "1.2.3", permissions: ["*"], configuration, callback };
  const installed = answer(await client.POST("/api/v1/extensions", {
    body: { manifest, project_id: "ACT", callback_url: nowhere, configuration: { places: 2 }, strict: null },
  }));
  same("callback", nowhere, installed.callback_url);
  const before = answer(await client.GET("/api/v1/extensions/{extension}", { params: helper }));
  same<unknown>("settings", { greeting: "Hello", places: 2 }, before.configuration);
  const changed = answer(await client.PATCH("/api/v1/extensions/{extension}", {
    params: helper, body: { extension: { configuration: { greeting: "Hi" }, rate_limit_requests: 5000 } },
  }));
  others("extension", { ...before, configuration: { greeting: "Hi", places: 2 }, rate_limit_requests: 5000 }, changed);
  const list = answer(await client.GET("/api/v1/extensions", { params: { query: { project_id: "ACT", status: "active" } } }));
  same("extensions", [installed.id], list.extensions.map(e => e.id));
  return connect({ "X-Kiket-API-Key": installed.api_key! });
}

async function keepSecrets(): Promise<void> {
  answer(await client.POST("/api/v1/extensions/{extension}/secrets", {
    params: helper, body: { secret: { key: "TOKEN", value: "one", scope: null }, scope: "project", project_id: "ACT" },
  }));
  const one = { params: { path: { ...helper.path, key: "TOKEN" }, query: { scope: "project", project_id: "ACT" } } };
  answer(await client.PATCH("/api/v1/extensions/{extension}/secrets/{key}", { ...one, body: { secret: { value: "two" } } }));
  const read = answer(await client.GET("/api/v1/extensions/{extension}/secrets/{key}", one));
  same("secret", ["two", "1", "project"], [read.value!, read.rotation_count!, read.scope]);
  same("keys of secrets", ["TOKEN"], answer(await client.GET("/api/v1/extensions/{extension}/secrets", { params: helper })).keys);
  answer(await client.DELETE("/api/v1/extensions/{extension}/secrets/{key}", one));
}

async function workAsExtension(extension: Api): Promise<void> {
  const issue = answer(
    await extension.POST("/api/v1/ext/issues", { body: { issue: { title: "Of the extension", labels: ["c"] } } }),
  );
  const one = { params: { path: { issue: issue.key } } };
  const changed = answer(await extension.PATCH("/api/v1/ext/issues/{issue}", { ...one, body: { issue: { labels: ["d"] } } }));
  others("issue of an extension", { ...issue, labels: ["d"] }, changed);
  const trigger = { issue_key: issue.key, issue_id: null, to: "testing", params: { comment: "Go" } };
  same(
    "state after an action", "testing",
    answer(await extension.POST("/api/v1/ext/workflows/trigger", { body: { trigger } })).issue.status,
  );
  same(
    "issues with a label", [issue.id],
    answer(await extension.GET("/api/v1/ext/issues", { params: { query: { label: ["d"] } } })).issues.map(i => i.id),
  );

  const key = { key: "cursor" };
  const entry = { value: { page: 3 } };
  answer(
    await extension.PUT("/api/v1/ext/storage/{key}", {
      params: { path: key, header: { "If-None-Match": "*" } }, body: { entry },
    }),
  );
  const stored = answer(await extension.GET("/api/v1/ext/storage/{key}", { params: { path: key } }));
  same<unknown>("stored value", entry.value, stored.value);
  answer(await extension.DELETE("/api/v1/ext/storage/{key}", { params: { path: key } }));
  same("stored keys", [], answer(await extension.GET("/api/v1/ext/storage")).data);
}

async function subscribe(extension: Api): Promise<void> {
  const webhook = { url: nowhere, events: ["issue.created"], signature_scheme: "body", ordering: "issue", secret: null } as const;
  const made = answer(
    await extension.POST("/api/v1/ext/webhooks/subscribe", { body: { webhook: { ...webhook, events: [...webhook.events] } } }),
  );
  const read = answer(await extension.GET("/api/v1/ext/webhooks")).webhooks[0];
  same<unknown>(
    "webhook", [webhook.url, webhook.events, "body", "issue"],
    [read.url, read.events, read.signature_scheme, read.ordering],
  );
  const one = { params: { path: { id: made.id } } };
  const rotated = answer(
    await extension.POST("/api/v1/ext/webhooks/{id}/rotate_secret", { ...one, body: { webhook: { secret: "another" } } }),
  );
  same("own new secret", "another", rotated.secret);
  same("made secret", true, answer(await extension.POST("/api/v1/ext/webhooks/{id}/rotate_secret", one)).secret !== "another");
  const tested = answer(await extension.POST("/api/v1/ext/webhooks/{id}/test", one));
  same("test without an answer", [null, "string"], [tested.response, typeof tested.error]);
  const delivery = answer(
    await extension.GET("/api/v1/ext/webhook_deliveries/{id}", { params: { path: { id: tested.delivery.id } } }),
  );
  same("attempts", 1, delivery.attempts?.length);
  const filter = { extension_id: helper.path.extension, state: "cancelled" } as const;
  same("redelivered", 0, answer(await client.POST("/api/v1/webhook_deliveries/redeliver", { body: { filter } })).redelivered);
  answer(await extension.DELETE("/api/v1/ext/webhooks/{id}", one));
  same("webhooks after the end of one", [], answer(await extension.GET("/api/v1/ext/webhooks")).webhooks);
}

async function reportAndRotate(extension: Api): Promise<void> {
  answer(await extension.POST("/api/v1/extensions/logs", { body: { level: "error", message: "Oh" } }));
  answer(await extension.POST("/api/v1/extensions/metrics", { body: { name: "latency", value: 1.5 } }));
  answer(
    await extension.POST("/api/v1/extensions/{extension}/events", {
      params: helper, body: { event: "synced", data: { count: 3 } },
    }),
  );
  answer(await extension.POST("/api/v1/ext/telemetry", { body: { event: "issue.created", status: "ok" } }));
  const reports = answer(
    await client.GET("/api/v1/extensions/{extension}/reports", { params: { ...helper, query: { kind: "log,metric,event" } } }),
  );
  same("reports", ["synced", "latency", "error"], reports.data.map(r => r.name));
  same<unknown>("body of a report", { count: 3 }, reports.data[0].body.data);

  const key = answer(await client.POST("/api/v1/extensions/{extension}/api_key/rotate", { params: helper }));
  const rotated = connect({ "X-Kiket-API-Key": key.api_key });
  const secret = answer(
    await rotated.POST("/api/v1/extensions/{extension}/webhook_secret/rotate", {
      params: helper, body: { webhook: { secret: "mine" } },
    }),
  );
  same("new webhook secret", "mine", secret.webhook_secret);
  const audit = answer(await client.GET("/api/v1/extensions/{extension}/audit_log", { params: helper }));
  same("last entry of the audit", "webhook_secret.rotated", audit.data[0].action);
  same("tested extension", null, answer(await client.POST("/api/v1/extensions/{extension}/test", { params: helper })).response);
  answer(await client.DELETE("/api/v1/extensions/{extension}", { params: helper }));
  same("extensions after the removal", [], answer(await client.GET("/api/v1/extensions")).extensions);
}

const client = connect({ Authorization: `Bearer ${process.argv[3]}` });
await workInProjects();
const issue = await writeIssues(await planMilestones());
await listIssues(issue);
await moveAndComment();
const colleague = await invite();
await configure();
await balance(issue);
await define();
await approveAndCheck(colleague);
await keepRecords();
const extension = await install();
await keepSecrets();
await workAsExtension(extension);
await subscribe(extension);
await reportAndRotate(extension);
