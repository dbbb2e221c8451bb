// A TypeScript program on the generated types: it compiles only when names, nullability and enums are as the API means them. Run with the
// address of a server and a token of its administrator, it checks that what is stored is what was meant.
import createClient from "openapi-fetch";
import type { components, paths } from "./kiket";

declare const process: { argv: string[]; exitCode: number };

const client = createClient<paths>({ baseUrl: process.argv[2], headers: { Authorization: `Bearer ${process.argv[3]}` } });

function answer<T>(result: { data?: T; error?: unknown }): T {
  if (result.data === undefined) throw new Error(`Refused: ${JSON.stringify(result.error)}`);
  return result.data;
}

function same(what: string, meant: unknown, stored: unknown): void {
  if (JSON.stringify(meant) === JSON.stringify(stored)) return;
  console.error(`${what}: meant ${JSON.stringify(meant)}, stored ${JSON.stringify(stored)}`);
  process.exitCode = 1;
}

const project = answer(await client.POST("/api/v1/projects", { body: { project: { name: "Typed", project_key: "TYPED" } } }));
same("visibility of a project by default", "private", project.visibility);

const plain = answer(await client.POST("/api/v1/issues", { body: { project_key: "TYPED", issue: { title: "Only a title", project_id: null, priority: null } } }));
const priority: components["schemas"]["IssuePriority"] = plain.priority;
same("priority by default", "medium", priority);
same("labels by default", [], plain.labels);

const full = answer(await client.POST("/api/v1/issues", {
  body: { issue: { project_id: "TYPED", title: "Everything", description: "All of it", priority: "lowest", labels: ["a"], due_date: "2026-03-31", story_points: 2.5 } },
}));
same("lowest priority", "lowest", full.priority);
same("due date", "2026-03-31", full.due_date);

const issue = { params: { path: { issue: full.key } } };
const renamed = answer(await client.PATCH("/api/v1/issues/{issue}", { ...issue, body: { issue: { title: "Renamed", priority: null, issue_type: null, due_date: null } } }));
same("title", "Renamed", renamed.title);
same("priority that was null", "lowest", renamed.priority);
same("type that was null", full.issue_type, renamed.issue_type);
same("description that was left out", "All of it", renamed.description);
same("due date that was null", null, renamed.due_date);

const moved = answer(await client.POST("/api/v1/issues/{issue}/transition", { ...issue, body: { transition: { state: "in_progress", comment: null }, comment: "Off we go" } }));
same("state", "in_progress", moved.status);
const history = answer(await client.GET("/api/v1/issues/{issue}/history", issue));
same("comment beside the wrapper", "Off we go", history.data.at(-1)?.comment);

const comment = answer(await client.POST("/api/v1/issues/{issue}/comments", { ...issue, body: { comment: { body: "So it is." } } }));
same("comment", "So it is.", comment.body);
const list = answer(await client.GET("/api/v1/issues", { params: { query: { project: "TYPED", priority: "lowest" } } }));
same("issues of a priority", [full.id], list.data.map(i => i.id));
