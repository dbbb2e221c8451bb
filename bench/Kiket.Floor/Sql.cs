using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Npgsql;

namespace Kiket.Floor;

internal sealed record SignedIn(long OrganizationId, long Id, string Name, string Email);

/// <summary>The statements on the product's tables.</summary>
internal static class Sql
{
    public const int PageSize = 25;
    public const string InitialState = "backlog";

    public const string TakeNumber = """
        UPDATE projects SET last_issue_number = last_issue_number + 1
        WHERE organization_id = $1 AND key = $2 RETURNING id, last_issue_number
        """;

    public const string LatestWorkflow = """
        SELECT w.id, w.revision FROM workflows w JOIN projects p ON p.id = w.project_id
        WHERE p.organization_id = $1 AND p.key = $2 AND w.key = 'default' ORDER BY w.revision DESC LIMIT 1
        """;

    public const string InsertIssue = """
        INSERT INTO issues (project_id, number, key, title, description, status, status_key, entered_status_at,
          workflow_id, issue_type, priority, labels, custom_fields, reporter_id, story_points, search_text, organization_id,
          hierarchy_depth, hierarchy_path, version, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10, $11, $12::jsonb, $13, $14, $15, $16, 0, '/', 1, $7, $7) RETURNING id
        """;

    public const string UpdateIssue = """
        UPDATE issues SET title = $2, story_points = $3, status = $4, status_key = $4, search_text = $5, updated_at = $6,
          version = $7, entered_status_at = CASE WHEN status = $4 THEN entered_status_at ELSE $6 END
        WHERE id = $1 AND version = $7 - 1
        """;

    public const string CountOfProject = "SELECT count(*)::int" + FromIssues + InProject;

    public const string PageOfProject =
        Columns + " FROM (SELECT *" + FromIssues + InProject + Newest + " LIMIT $3 OFFSET $4) i" + Joins + Newest;

    public const string OneForUpdate = One + " FOR UPDATE OF i";

    private const string One = Columns + FromIssues + Joins + Visible + " AND i.key = $2";
    private const string OneById = Columns + FromIssues + Joins + Visible + " AND i.id = $2";
    private const string FromIssues = " FROM issues i";
    private const string Visible = " WHERE i.organization_id = $1 AND i.deleted_at IS NULL";
    private const string InProject =
        Visible + " AND i.project_id = (SELECT id FROM projects WHERE organization_id = $1 AND key = $2)";
    private const string Newest = " ORDER BY i.created_at DESC, i.id DESC";

    private const string Columns = """
        SELECT i.id, i.key, i.title, i.description, i.status, w.key, w.revision, i.workflow_id, i.issue_type, i.priority,
          i.labels, i.custom_fields::text, i.project_id, p.key, i.organization_id, a.id, a.name, a.email, r.id, r.name, r.email,
          i.parent_id, above.key, coalesce(i.root_id, i.id), i.hierarchy_depth, i.milestone_id, trim_scale(i.story_points),
          i.due_date, i.completed_at, i.version, i.created_at, i.updated_at, i.start_date
        """;

    private const string Joins = """
         JOIN projects p ON p.id = i.project_id JOIN workflows w ON w.id = i.workflow_id JOIN users r ON r.id = i.reporter_id
         LEFT JOIN users a ON a.id = i.assignee_id LEFT JOIN issues above ON above.id = i.parent_id AND above.deleted_at IS NULL
        """;

    private const string SignIn = """
        SELECT u.organization_id, u.id, u.name, u.email FROM access_tokens t JOIN users u ON u.id = t.user_id
        WHERE t.hash = $1 AND NOT u.deactivated AND (t.expires_at IS NULL OR t.expires_at > now())
        """;

    private const string InsertChange = """
        INSERT INTO issue_changes (organization_id, issue_id, action, actor_id, at, changes)
        VALUES ($1, $2, $3, $4, $5, $6::jsonb)
        """;

    private const string CountIssue = """
        INSERT INTO issue_counts (organization_id, project_id, workflow_id, status, change) VALUES ($1, $2, $3, $4, $5)
        """;

    // The number in the log is taken in the same statement. The benchmark moves the product's cursors past the event.
    private const string TakePlace = """
        place AS (UPDATE organizations SET last_event_sequence = last_event_sequence + 1 WHERE id = $1
          RETURNING last_event_sequence)
        """;

    private const string InsertEvent = """
        INSERT INTO events (organization_id, sequence, event_id, name, project_id, issue_id, comment_id, actor_id, cause, facts,
          occurred_at)
        """;

    private const string LogEvent =
        "WITH "
        + TakePlace
        + InsertEvent
        + """
             SELECT $1, last_event_sequence, $2, $3, $4, $5, NULL, $6, 'user', $7::jsonb, $8 FROM place
            """;

    private const string AuditAction = """
        WITH link AS (UPDATE organizations SET last_audit_sequence = last_audit_sequence + 1,
            audit_chain = sha256(audit_chain || $2) WHERE id = $1 RETURNING last_audit_sequence, audit_chain)
        INSERT INTO audit_records (organization_id, sequence, at, action, actor_id, credential, subject_type, subject_id, details,
          content_hash, chain_hash)
        SELECT $1, last_audit_sequence, $3, $4, $5, 'token:1', 'issue', $6, $7, $2, audit_chain FROM link
        """;

    private const string WriteComment =
        """
            WITH comment AS (INSERT INTO comments (organization_id, issue_id, author_id, body, version, created_at, updated_at)
              VALUES ($1, $5, $6, $9, 1, $8, $8) RETURNING id),
            """
        + " "
        + TakePlace
        + InsertEvent
        + """
             SELECT $1, last_event_sequence, $2, $3, $4, $5, comment.id, $6, 'user', $7::jsonb, $8
             FROM place, comment
            RETURNING comment_id
            """;

    /// <summary>The transitions of the workflow of a new project.</summary>
    public static readonly HashSet<(string From, string To)> Transitions =
    [
        ("backlog", "in_progress"),
        ("in_progress", "backlog"),
        ("in_progress", "review"),
        ("review", "in_progress"),
        ("review", "done"),
        ("done", "in_progress"),
    ];

    private static readonly string[] Priorities = ["lowest", "low", "medium", "high", "highest", "critical"];

    public static int PriorityOf(Issue issue) => Array.IndexOf(Priorities, issue.Priority);

    public static string SearchTextOf(Issue issue) => $"{issue.Title}\n{issue.Description}".ToLowerInvariant();

    public static string UrlOf(string key) => "http://127.0.0.1:5080/api/v1/issues/" + key;

    /// <summary>Counts an issue that enters a state (1) or leaves it (-1).</summary>
    public static NpgsqlBatchCommand CountOf(Issue issue, string status, int change) =>
        Command(CountIssue, issue.OrganizationId, issue.ProjectId, issue.WorkflowId, status, change);

    public static NpgsqlBatch Batch(NpgsqlConnection connection, params ReadOnlySpan<NpgsqlBatchCommand> commands)
    {
        var batch = new NpgsqlBatch(connection);
        foreach (var command in commands)
            batch.BatchCommands.Add(command);
        return batch;
    }

    public static NpgsqlBatchCommand Command(string text, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlBatchCommand(text);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value ?? DBNull.Value });
        return command;
    }

    public static async Task RunAsync(NpgsqlConnection connection, params NpgsqlBatchCommand[] commands)
    {
        await using var batch = Batch(connection, commands);
        await batch.ExecuteNonQueryAsync();
    }

    public static async Task<SignedIn?> SignInAsync(NpgsqlConnection connection, HttpContext http)
    {
        const string scheme = "Bearer ";
        var header = http.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(scheme, StringComparison.Ordinal))
            return null;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(header[scheme.Length..])));
        await using var batch = Batch(connection, Command(SignIn, hash));
        await using var reader = await batch.ExecuteReaderAsync();
        return await reader.ReadAsync()
            ? new(reader.GetInt64(0), reader.GetInt64(1), reader.GetString(2), reader.GetString(3))
            : null;
    }

    /// <summary>An issue by its id or its key.</summary>
    public static async Task<Issue?> FindAsync(NpgsqlConnection connection, SignedIn user, string issue)
    {
        var command = long.TryParse(issue, out var id)
            ? Command(OneById, user.OrganizationId, id)
            : Command(One, user.OrganizationId, issue);
        await using var batch = Batch(connection, command);
        await using var reader = await batch.ExecuteReaderAsync();
        return await reader.ReadAsync() ? Read(reader) : null;
    }

    public static NpgsqlBatchCommand HistoryOf(
        SignedIn user,
        Issue issue,
        string action,
        IReadOnlyList<Change> changes,
        DateTime now
    )
    {
        var json = JsonSerializer.Serialize(changes, Stored.Default.IReadOnlyListChange);
        return Command(InsertChange, user.OrganizationId, issue.Id, action, user.Id, now, json);
    }

    public static NpgsqlBatchCommand EventOf(SignedIn user, Issue issue, string name, Facts facts, DateTime now) =>
        Command(LogEvent, user.OrganizationId, NewEventId(), name, issue.ProjectId, issue.Id, user.Id, JsonOf(facts), now);

    public static NpgsqlBatchCommand AuditOf(
        SignedIn user,
        Issue issue,
        string action,
        IReadOnlyList<Change> changes,
        DateTime now
    )
    {
        var details = JsonSerializer.Serialize(changes, Stored.Default.IReadOnlyListChange);
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(details)));
        var text = $"{action}{user.Id}{now:O}token:1{digest}{user.OrganizationId}{issue.Id}issue";
        var content = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        return Command(AuditAction, user.OrganizationId, content, now, action, user.Id, issue.Id, details);
    }

    public static NpgsqlBatchCommand CommentOf(SignedIn user, Issue issue, string text, Facts facts, DateTime now) =>
        Command(
            WriteComment,
            user.OrganizationId,
            NewEventId(),
            "comment.created",
            issue.ProjectId,
            issue.Id,
            user.Id,
            JsonOf(facts),
            now,
            text
        );

    public static Issue Read(NpgsqlDataReader row) =>
        new()
        {
            Id = row.GetInt64(0),
            Key = row.GetString(1),
            Title = row.GetString(2),
            Description = row.IsDBNull(3) ? null : row.GetString(3),
            Status = row.GetString(4),
            Workflow = row.GetString(5),
            WorkflowVersion = row.GetInt32(6),
            WorkflowId = row.GetInt64(7),
            IssueType = row.GetString(8),
            Priority = Priorities[row.GetInt32(9)],
            Labels = row.GetFieldValue<string[]>(10),
            CustomFields = JsonDocument.Parse(row.GetString(11)).RootElement,
            ProjectId = row.GetInt64(12),
            ProjectKey = row.GetString(13),
            OrganizationId = row.GetInt64(14),
            Assignee = row.IsDBNull(15) ? null : PersonAt(row, 15),
            Reporter = PersonAt(row, 18),
            ParentId = row.IsDBNull(21) ? null : row.GetInt64(21),
            ParentKey = row.IsDBNull(22) ? null : row.GetString(22),
            RootId = row.GetInt64(23),
            HierarchyDepth = row.GetInt32(24),
            MilestoneId = row.IsDBNull(25) ? null : row.GetInt64(25),
            StoryPoints = row.IsDBNull(26) ? null : row.GetDecimal(26),
            StartDate = row.IsDBNull(32) ? null : row.GetFieldValue<DateOnly>(32),
            DueDate = row.IsDBNull(27) ? null : row.GetFieldValue<DateOnly>(27),
            CompletedAt = row.IsDBNull(28) ? null : row.GetDateTime(28),
            Version = row.GetInt32(29),
            CreatedAt = row.GetDateTime(30),
            UpdatedAt = row.GetDateTime(31),
            Url = UrlOf(row.GetString(1)),
        };

    private static Person PersonAt(NpgsqlDataReader row, int column) =>
        new(row.GetInt64(column), row.GetString(column + 1), row.GetString(column + 2));

    private static string NewEventId() => $"evt_{Guid.CreateVersion7():n}";

    private static string JsonOf(Facts facts) => JsonSerializer.Serialize(facts, Stored.Default.Facts);
}
