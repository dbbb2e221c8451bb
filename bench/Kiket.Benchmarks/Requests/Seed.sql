-- Fills the product's own schema with {issues} issues in the projects BENCH1 … BENCH20, which were made over the API. Everything follows from the
-- number of the row, so that each run seeds the same.
SET session_replication_role = replica; -- what is written here is known to be right, and foreign keys cost more than the rows
SET synchronous_commit = off;

INSERT INTO users (email, name, role, expertise_tags, days_off, super_admin, deactivated, is_service, organization_id, version, created_at, updated_at)
SELECT 'member' || n || '@bench.example', 'Member ' || n, 'developer', '{}', '[]', false, false, false, o.id, 1, now(), now()
FROM organizations o, generate_series(1, 40) n;

CREATE TEMP TABLE members AS SELECT id, (row_number() OVER (ORDER BY id))::int - 1 AS place FROM users WHERE email LIKE 'member%@bench.example';

INSERT INTO project_members (project_id, user_id, organization_id, role, team_roles, created_at)
SELECT p.id, u.id, p.organization_id, 'member', '{}', now() FROM projects p, members u
ON CONFLICT DO NOTHING;

INSERT INTO milestones (project_id, name, status, created_by_id, organization_id, version, created_at, updated_at)
SELECT p.id, 'Release ' || n, 'planning', (SELECT min(id) FROM users), p.organization_id, 1, now(), now() FROM projects p, generate_series(1, 4) n;

CREATE TEMP TABLE places AS
SELECT substr(p.key, 6)::int - 1 AS place, p.id, p.key, p.organization_id, w.id AS workflow_id,
  (SELECT min(m.id) FROM milestones m WHERE m.project_id = p.id) AS first_milestone
FROM projects p JOIN workflows w ON w.project_id = p.id AND w.key = 'default';

-- Issues 1, 21, 41 … belong to the first project, 2, 22, 42 … to the second. Every eighth is open; one in ten has the one before it as parent.
CREATE TEMP TABLE rows AS
SELECT n AS id, p.id AS project_id, p.key, p.organization_id, p.workflow_id, p.first_milestone, ((n - 1) / 20 + 1)::int AS number,
  mix, now() - interval '700 days' + n * (interval '699 days' / {issues}) AS created_at,
  CASE WHEN mix % 8 > 0 THEN 'done' ELSE (ARRAY['backlog', 'backlog', 'in_progress', 'review'])[1 + mix / 8 % 4] END AS status,
  ((n - 1) / 20) % 10 = 5 AS is_child
FROM (SELECT n, abs(hashint8(n)::bigint) AS mix FROM generate_series(1::bigint, {issues}) n) numbers JOIN places p ON p.place = (n - 1) % 20;

INSERT INTO issues (id, project_id, number, key, title, description, status, status_key, entered_status_at, workflow_id, issue_type, priority, labels, custom_fields,
  assignee_id, reporter_id, parent_id, root_id, hierarchy_depth, hierarchy_path, milestone_id, story_points, due_date, completed_at, search_text,
  organization_id, version, created_at, updated_at)
SELECT id, project_id, number, key || '-' || number, title, description, status, status, created_at, workflow_id,
  CASE WHEN number % 10 = 5 THEN 'Epic' ELSE (ARRAY['Task', 'Bug', 'UserStory'])[1 + mix % 3] END, 1 + (mix / 3 % 4)::int,
  (ARRAY['backend', 'frontend', 'mobile', 'search', 'billing', 'login'])[1 + mix % 3 : mix / 5 % 6],
  jsonb_build_object('severity', 's' || mix % 4, 'customer', 'c' || mix / 7 % 300, 'effort', mix / 11 % 13),
  CASE WHEN mix % 5 > 0 THEN (SELECT m.id FROM members m WHERE m.place = mix / 13 % 40) END, (SELECT m.id FROM members m WHERE m.place = mix / 17 % 40),
  CASE WHEN is_child THEN id - 20 END, CASE WHEN is_child THEN id - 20 END, is_child::int, CASE WHEN is_child THEN '/' || id - 20 || '/' ELSE '/' END,
  CASE WHEN mix % 3 = 0 THEN first_milestone + mix / 19 % 4 END, CASE WHEN mix % 4 > 0 THEN (ARRAY[1, 2, 3, 5, 8])[1 + mix / 23 % 5] END,
  CASE WHEN mix % 6 = 0 THEN created_at::date + 14 END, CASE WHEN status = 'done' THEN created_at + interval '1 day' END,
  lower(title || E'\n' || description), organization_id, 1, created_at, created_at + interval '1 day'
FROM (
  SELECT *, 'The ' || (ARRAY['login', 'invoice', 'export', 'report', 'upload', 'search'])[1 + mix % 6] || ' of customer ' || mix / 7 % 300 || ' '
      || (ARRAY['fails', 'is slow', 'shows nothing', 'asks twice'])[1 + mix / 29 % 4] || ' ' || number AS title,
    'Steps: open the ' || (ARRAY['settings', 'dashboard', 'account', 'list'])[1 + mix / 31 % 4] || ', wait for the '
      || (ARRAY['cache', 'preview', 'message'])[1 + mix / 37 % 3] || ', then press the button twice. Expected: it works. Seen: reference '
      || md5(id::text) || CASE WHEN id % 5000 = 77 THEN ' zebra' ELSE '' END AS description
  FROM rows
) texts;

INSERT INTO issue_counts (organization_id, project_id, workflow_id, status, change)
SELECT organization_id, project_id, workflow_id, status, count(*) FROM issues GROUP BY organization_id, project_id, workflow_id, status;
UPDATE projects p SET last_issue_number = (SELECT max(number) FROM issues i WHERE i.project_id = p.id);
SELECT setval(pg_get_serial_sequence('issues', 'id'), {issues});

-- History: the opening, and one move for what is no longer in the first state.
INSERT INTO issue_changes (organization_id, issue_id, action, actor_id, at, changes)
SELECT organization_id, id, 'created', reporter_id, created_at, jsonb_build_array(
  jsonb_build_object('field', 'title', 'to', title), jsonb_build_object('field', 'status', 'to', 'backlog'),
  jsonb_build_object('field', 'issue_type', 'to', issue_type))
FROM issues;
INSERT INTO issue_changes (organization_id, issue_id, action, actor_id, at, changes)
SELECT organization_id, id, 'transitioned', reporter_id, updated_at, jsonb_build_array(jsonb_build_object('field', 'status', 'from', 'backlog', 'to', status))
FROM issues WHERE status <> 'backlog';

INSERT INTO comments (issue_id, author_id, body, organization_id, version, created_at, updated_at)
SELECT id, reporter_id, 'Seen here as well: ' || left(description, 80), organization_id, 1, updated_at, updated_at FROM issues WHERE id % 3 = 0;

-- Lists that are long by themselves: the history and the comments of BENCH7-100, the milestones and members of BENCH8.
INSERT INTO issue_changes (organization_id, issue_id, action, actor_id, at, changes)
SELECT organization_id, id, 'transitioned', reporter_id, updated_at + n * interval '1 second',
  jsonb_build_array(jsonb_build_object('field', 'status', 'from', 'backlog', 'to', 'review'))
FROM issues, generate_series(1, 10000) n WHERE key = 'BENCH7-100';
INSERT INTO comments (issue_id, author_id, body, organization_id, version, created_at, updated_at)
SELECT id, reporter_id, 'Comment ' || n, organization_id, 1, updated_at, updated_at FROM issues, generate_series(1, 2000) n WHERE key = 'BENCH7-100';
INSERT INTO milestones (project_id, name, status, created_by_id, organization_id, version, created_at, updated_at)
SELECT p.id, 'Sprint ' || n, 'planning', (SELECT min(id) FROM users), p.organization_id, 1, now(), now()
FROM projects p, generate_series(1, 500) n WHERE p.key = 'BENCH8';
INSERT INTO users (email, name, role, expertise_tags, days_off, super_admin, deactivated, is_service, organization_id, version, created_at, updated_at)
SELECT 'guest' || n || '@bench.example', 'Guest ' || n, 'developer', '{}', '[]', false, false, false, o.id, 1, now(), now()
FROM organizations o, generate_series(1, 160) n;
INSERT INTO project_members (project_id, user_id, organization_id, role, team_roles, created_at)
SELECT p.id, u.id, p.organization_id, 'member', '{}', now() FROM projects p, users u WHERE p.key = 'BENCH8' AND u.email LIKE 'guest%@bench.example';

-- The log keeps 30 days; all of it is handed out and done.
INSERT INTO events (organization_id, sequence, event_id, name, project_id, issue_id, actor_id, cause, facts, occurred_at)
SELECT i.organization_id, o.last_event_sequence + row_number() OVER (ORDER BY i.id), 'evt_' || md5(i.id::text), 'issue.created', i.project_id, i.id,
  i.reporter_id, 'user', jsonb_build_object('to', 'backlog', 'depth', 0, 'changes', '[]'::jsonb, 'more', '{}'::jsonb, 'issue', jsonb_build_object(
    'key', i.key, 'title', i.title, 'description', i.description, 'status', 'backlog', 'workflow_id', i.workflow_id, 'issue_type', i.issue_type,
    'priority', 'high', 'labels', i.labels, 'custom_fields', i.custom_fields, 'reporter_id', i.reporter_id, 'hierarchy_depth', i.hierarchy_depth,
    'version', 1, 'created_at', i.created_at, 'updated_at', i.created_at)),
  i.created_at
FROM issues i JOIN organizations o ON o.id = i.organization_id WHERE i.created_at > now() - interval '29 days';
UPDATE organizations o SET last_event_sequence = coalesce((SELECT max(sequence) FROM events e WHERE e.organization_id = o.id), 0);
INSERT INTO event_cursors (organization_id, consumer, position)
SELECT o.id, c.consumer, o.last_event_sequence FROM organizations o CROSS JOIN (VALUES ('hand_out'), ('reactions')) c (consumer)
ON CONFLICT (organization_id, consumer) DO UPDATE SET position = excluded.position;
