// The floor: the least that Kestrel and Npgsql can do for the same answers out of the same tables. No ORM, no validation, no
// rules; one look-up of the token per request, prepared statements, few round trips. The cost of a request in Kiket.Api is
// divided by its cost here.
using System.Globalization;
using System.Text.Json;
using Kiket.Floor;
using Npgsql;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
var app = builder.Build();
var settings = new NpgsqlConnectionStringBuilder(builder.Configuration.GetConnectionString("Kiket"))
{
    MaxAutoPrepare = 50,
    AutoPrepareMinUsages = 2,
    NoResetOnClose = true, // no statement here leaves session state
};
await using var database = new NpgsqlSlimDataSourceBuilder(settings.ToString()).EnableArrays().Build();

app.MapGet("/health/ready", () => "ok");
app.MapGet(
    "/metrics",
    () =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"dotnet_gc_heap_total_allocated_bytes_total {GC.GetTotalAllocatedBytes(precise: true)}\n"
        )
);

var issues = app.MapGroup("/api/v1/issues");
issues.MapGet("/", ListAsync);
issues.MapPost("/", (Delegate)CreateAsync); // as a RequestDelegate, its result would be dropped
issues.MapGet("/{issue}", GetAsync);
issues.MapPatch("/{issue}", UpdateAsync);
issues.MapPost("/{issue}/transition", TransitionAsync);
issues.MapPost("/{issue}/comments", CommentAsync);

app.Run();

async Task<IResult> GetAsync(string issue, HttpContext http)
{
    await using var connection = await database.OpenConnectionAsync();
    if (await Sql.SignInAsync(connection, http) is not { } user)
        return Results.Unauthorized();
    return await Sql.FindAsync(connection, user, issue) is { } found ? Resource(http, found) : Results.NotFound();
}

async Task<IResult> ListAsync(string project, HttpContext http, int page = 1)
{
    await using var connection = await database.OpenConnectionAsync();
    if (await Sql.SignInAsync(connection, http) is not { } user)
        return Results.Unauthorized();
    await using var batch = Sql.Batch(
        connection,
        Sql.Command(Sql.CountOfProject, user.OrganizationId, project),
        Sql.Command(Sql.PageOfProject, user.OrganizationId, project, Sql.PageSize, (page - 1) * Sql.PageSize)
    );
    await using var reader = await batch.ExecuteReaderAsync();
    await reader.ReadAsync();
    var total = reader.GetInt32(0);
    await reader.NextResultAsync();
    var rows = new List<Issue>(Sql.PageSize);
    while (await reader.ReadAsync())
        rows.Add(Sql.Read(reader));
    var meta = new PageMeta(total, page, Sql.PageSize, (total + Sql.PageSize - 1) / Sql.PageSize);
    return Results.Json(new IssuePage(rows, meta), Wire.Default.IssuePage);
}

async Task<IResult> CreateAsync(HttpContext http)
{
    var body = (await JsonSerializer.DeserializeAsync(http.Request.Body, Wire.Default.CreateBody))!;
    var (fields, now) = (body.Issue, DateTime.UtcNow);
    await using var connection = await database.OpenConnectionAsync();
    if (await Sql.SignInAsync(connection, http) is not { } user)
        return Results.Unauthorized();

    long project,
        workflow;
    int number,
        revision;
    await using (
        var begin = Sql.Batch(
            connection,
            new("BEGIN"),
            Sql.Command(Sql.TakeNumber, user.OrganizationId, body.ProjectKey),
            Sql.Command(Sql.LatestWorkflow, user.OrganizationId, body.ProjectKey)
        )
    )
    await using (var reader = await begin.ExecuteReaderAsync())
    {
        await reader.ReadAsync();
        (project, number) = (reader.GetInt64(0), reader.GetInt32(1));
        await reader.NextResultAsync();
        await reader.ReadAsync();
        (workflow, revision) = (reader.GetInt64(0), reader.GetInt32(1));
    }

    var key = string.Create(CultureInfo.InvariantCulture, $"{body.ProjectKey}-{number}");
    var issue = new Issue
    {
        Key = key,
        Title = fields.Title!,
        Description = fields.Description,
        Status = Sql.InitialState,
        Workflow = "default",
        WorkflowVersion = revision,
        WorkflowId = workflow,
        IssueType = "Task",
        Priority = fields.Priority!,
        Labels = fields.Labels!,
        CustomFields = fields.CustomFields!.Value,
        ProjectId = project,
        ProjectKey = body.ProjectKey,
        OrganizationId = user.OrganizationId,
        Reporter = new(user.Id, user.Name, user.Email),
        StoryPoints = fields.StoryPoints,
        Url = Sql.UrlOf(key),
        Version = 1,
        CreatedAt = now,
        UpdatedAt = now,
    };
    await using (
        var insert = Sql.Batch(
            connection,
            Sql.Command(
                Sql.InsertIssue,
                project,
                number,
                key,
                issue.Title,
                issue.Description,
                issue.Status,
                now,
                workflow,
                issue.IssueType,
                Sql.PriorityOf(issue),
                issue.Labels,
                issue.CustomFields.GetRawText(),
                user.Id,
                issue.StoryPoints,
                Sql.SearchTextOf(issue),
                user.OrganizationId
            )
        )
    )
        issue.Id = issue.RootId = (long)(await insert.ExecuteScalarAsync())!;

    Change[] opening =
    [
        new("title", null, Text(issue.Title)),
        new("status", null, Text(issue.Status)),
        new("issue_type", null, Text(issue.IssueType)),
        new("priority", null, Text(issue.Priority)),
    ];
    await Sql.RunAsync(
        connection,
        Sql.CountOf(issue, issue.Status, 1),
        Sql.HistoryOf(user, issue, "created", opening, now),
        Sql.EventOf(user, issue, "issue.created", new() { To = issue.Status, Issue = Snapshot.Of(issue) }, now),
        Sql.AuditOf(user, issue, "create_issue", [], now),
        new("COMMIT")
    );
    http.Response.Headers.Location = string.Create(CultureInfo.InvariantCulture, $"/api/v1/issues/{issue.Id}");
    return Resource(http, issue, StatusCodes.Status201Created);
}

async Task<IResult> UpdateAsync(string issue, HttpContext http)
{
    var fields = (await JsonSerializer.DeserializeAsync(http.Request.Body, Wire.Default.UpdateBody))!.Issue;
    return await ChangeAsync(
        issue,
        http,
        "updated",
        "issue.updated",
        (found, changes) =>
        {
            changes.Add(new("title", Text(found.Title), Text(fields.Title!)));
            changes.Add(new("story_points", Number(found.StoryPoints), Number(fields.StoryPoints)));
            (found.Title, found.StoryPoints) = (fields.Title!, fields.StoryPoints);
            return true;
        }
    );
}

async Task<IResult> TransitionAsync(string issue, HttpContext http)
{
    var to = (await JsonSerializer.DeserializeAsync(http.Request.Body, Wire.Default.TransitionBody))!.Transition.State;
    return await ChangeAsync(
        issue,
        http,
        "transitioned",
        "issue.status_changed",
        (found, changes) =>
        {
            if (!Sql.Transitions.Contains((found.Status, to)))
                return false;
            changes.Add(new("status", Text(found.Status), Text(to)));
            found.Status = to;
            return true;
        }
    );
}

// Shared by update and transition: the issue under a lock, then the change, its history and its event with the commit.
async Task<IResult> ChangeAsync(string key, HttpContext http, string action, string name, Func<Issue, List<Change>, bool> apply)
{
    var now = DateTime.UtcNow;
    await using var connection = await database.OpenConnectionAsync();
    if (await Sql.SignInAsync(connection, http) is not { } user)
        return Results.Unauthorized();
    Issue? issue;
    await using (var begin = Sql.Batch(connection, new("BEGIN"), Sql.Command(Sql.OneForUpdate, user.OrganizationId, key)))
    await using (var reader = await begin.ExecuteReaderAsync())
        issue = await reader.ReadAsync() ? Sql.Read(reader) : null;

    List<Change> changes = [];
    if (issue is null || !apply(issue, changes))
    {
        await Sql.RunAsync(connection, new NpgsqlBatchCommand("ROLLBACK"));
        return issue is null ? Results.NotFound() : Results.UnprocessableEntity();
    }

    issue.UpdatedAt = now;
    issue.Version++;
    var (from, to) = action == "transitioned" ? (changes[0].From?.GetString(), issue.Status) : (null, null);
    NpgsqlBatchCommand[] counts = from is null ? [] : [Sql.CountOf(issue, from, -1), Sql.CountOf(issue, issue.Status, 1)];
    await Sql.RunAsync(
        connection,
        [
            .. counts,
            Sql.Command(
                Sql.UpdateIssue,
                issue.Id,
                issue.Title,
                issue.StoryPoints,
                issue.Status,
                Sql.SearchTextOf(issue),
                now,
                issue.Version
            ),
            Sql.HistoryOf(user, issue, action, changes, now),
            Sql.EventOf(
                user,
                issue,
                name,
                new()
                {
                    From = from,
                    To = to,
                    Changes = changes,
                    Issue = Snapshot.Of(issue),
                },
                now
            ),
            Sql.AuditOf(user, issue, action, changes, now),
            new("COMMIT"),
        ]
    );
    return Resource(http, issue);
}

async Task<IResult> CommentAsync(string issue, HttpContext http)
{
    var text = (await JsonSerializer.DeserializeAsync(http.Request.Body, Wire.Default.CommentBody))!.Comment.Body;
    var now = DateTime.UtcNow;
    await using var connection = await database.OpenConnectionAsync();
    if (await Sql.SignInAsync(connection, http) is not { } user)
        return Results.Unauthorized();
    if (await Sql.FindAsync(connection, user, issue) is not { } about)
        return Results.NotFound();
    var facts = new Facts { Comment = text, Issue = Snapshot.Of(about) };
    await using var insert = Sql.Batch(
        connection,
        Sql.CommentOf(user, about, text, facts, now),
        Sql.AuditOf(user, about, "create_comment", [], now)
    );
    var id = (long)(await insert.ExecuteScalarAsync())!;
    http.Response.Headers.Location = string.Create(CultureInfo.InvariantCulture, $"/api/v1/issues/{about.Id}/comments/{id}");
    http.Response.Headers.ETag = "\"1\"";
    var comment = new Comment(id, about.Id, text, new(user.Id, user.Name, user.Email), 1, now, now);
    return Results.Json(comment, Wire.Default.Comment, statusCode: StatusCodes.Status201Created);
}

static IResult Resource(HttpContext http, Issue issue, int status = StatusCodes.Status200OK)
{
    http.Response.Headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{issue.Version}\"");
    return Results.Json(issue, Wire.Default.Issue, statusCode: status);
}

static JsonElement Text(string value) => JsonSerializer.SerializeToElement(value, Wire.Default.String);

static JsonElement? Number(decimal? value) =>
    value is { } number ? JsonSerializer.SerializeToElement(number, Wire.Default.Decimal) : null;
