// What a TypeScript program does with the generated types: it compiles only when names, nullability and enums are as the API means them.
import createClient from "openapi-fetch";
import type { components, paths } from "./kiket";

const client = createClient<paths>({ baseUrl: "http://127.0.0.1:5080", headers: { Authorization: "Bearer kpat_…" } });

export async function openIssue(): Promise<string | null> {
  const { data, error } = await client.POST("/api/v1/issues", {
    body: { project_key: "LEGAL", issue: { title: "Review the contract", priority: "high", due_date: null } },
  });
  if (error) throw new Error(`${error.code}: ${error.error}`);
  const priority: components["schemas"]["IssuePriority"] = data.priority;
  return data.assignee?.email ?? data.parent_key ?? priority;
}
