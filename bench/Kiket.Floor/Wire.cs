using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kiket.Floor;

internal sealed record Person(long Id, string Name, string Email);

/// <summary>An issue with the fields, and in the order, of the product's answer.</summary>
internal sealed class Issue
{
    public long Id { get; set; }
    public required string Key { get; init; }
    public required string Title { get; set; }
    public string? Description { get; init; }
    public required string Status { get; set; }
    public string WorkflowState => Status;
    public required string Workflow { get; init; }
    public required int WorkflowVersion { get; init; }
    public required string IssueType { get; init; }
    public required string Priority { get; init; }
    public required string[] Labels { get; init; }
    public required JsonElement CustomFields { get; init; }
    public required long ProjectId { get; init; }
    public required string ProjectKey { get; init; }
    public required long OrganizationId { get; init; }
    public Person? Assignee { get; init; }
    public long? AssigneeId => Assignee?.Id;
    public required Person Reporter { get; init; }
    public long? ParentId { get; init; }
    public string? ParentKey { get; init; }
    public long RootId { get; set; }
    public int HierarchyDepth { get; init; }
    public long? MilestoneId { get; init; }
    public decimal? StoryPoints { get; set; }
    public DateOnly? StartDate { get; init; }
    public DateOnly? DueDate { get; init; }
    public DateTime? CompletedAt { get; init; }
    public required string Url { get; init; }
    public int Version { get; set; }
    public DateTime CreatedAt { get; init; }
    public DateTime UpdatedAt { get; set; }

    [JsonIgnore]
    public long WorkflowId { get; init; }
}

internal sealed record PageMeta(int Total, int Page, int PerPage, int TotalPages)
{
    public int TotalCount => Total;
    public int CurrentPage => Page;
}

internal sealed record IssuePage(IReadOnlyList<Issue> Data, PageMeta Meta);

internal sealed record Comment(
    long Id,
    long IssueId,
    string Body,
    Person Author,
    int Version,
    DateTime CreatedAt,
    DateTime UpdatedAt
);

internal sealed record Change(string Field, JsonElement? From, JsonElement? To);

/// <summary>The event log's data about an event.</summary>
internal sealed record Facts
{
    public string? From { get; init; }
    public string? To { get; init; }
    public IReadOnlyList<Change> Changes { get; init; } = [];
    public int Depth { get; init; }
    public required Snapshot Issue { get; init; }
    public string? Comment { get; init; }
    public JsonElement More { get; init; } = Empty;

    private static readonly JsonElement Empty = JsonDocument.Parse("{}").RootElement;
}

/// <summary>The event log's data about an issue.</summary>
internal sealed record Snapshot(
    string Key,
    string Title,
    string? Description,
    string Status,
    long WorkflowId,
    string IssueType,
    string Priority,
    string[] Labels,
    JsonElement CustomFields,
    long? AssigneeId,
    long ReporterId,
    long? ParentId,
    long? RootId,
    int HierarchyDepth,
    long? MilestoneId,
    decimal? StoryPoints,
    DateOnly? StartDate,
    DateOnly? DueDate,
    DateTime? CompletedAt,
    int Version,
    DateTime CreatedAt,
    DateTime UpdatedAt
)
{
    public static Snapshot Of(Issue i) =>
        new(
            i.Key,
            i.Title,
            i.Description,
            i.Status,
            i.WorkflowId,
            i.IssueType,
            i.Priority,
            i.Labels,
            i.CustomFields,
            i.AssigneeId,
            i.Reporter.Id,
            i.ParentId,
            i.ParentId is null ? null : i.RootId,
            i.HierarchyDepth,
            i.MilestoneId,
            i.StoryPoints,
            i.StartDate,
            i.DueDate,
            i.CompletedAt,
            i.Version,
            i.CreatedAt,
            i.UpdatedAt
        );
}

internal sealed record IssueFields(
    string? Title,
    string? Description,
    string? Priority,
    string[]? Labels,
    JsonElement? CustomFields,
    decimal? StoryPoints
);

internal sealed record CreateBody(string ProjectKey, IssueFields Issue);

internal sealed record UpdateBody(IssueFields Issue);

internal sealed record Target(string State);

internal sealed record TransitionBody(Target Transition);

internal sealed record CommentText(string Body);

internal sealed record CommentBody(CommentText Comment);

/// <summary>Instants have three digits behind the second.</summary>
internal sealed class InstantConverter : JsonConverter<DateTime>
{
    public override DateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTime();

    public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options)
    {
        Span<char> text = stackalloc char[24];
        value.TryFormat(text, out var length, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }
}

/// <summary>JSON on the wire.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(InstantConverter)]
)]
[JsonSerializable(typeof(Issue))]
[JsonSerializable(typeof(IssuePage))]
[JsonSerializable(typeof(Comment))]
[JsonSerializable(typeof(CreateBody))]
[JsonSerializable(typeof(UpdateBody))]
[JsonSerializable(typeof(TransitionBody))]
[JsonSerializable(typeof(CommentBody))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(decimal))]
internal sealed partial class Wire : JsonSerializerContext;

/// <summary>JSON in columns.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(Facts))]
[JsonSerializable(typeof(IReadOnlyList<Change>))]
internal sealed partial class Stored : JsonSerializerContext;
