using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;

namespace Kiket.Domain.Workflows;

/// <summary>An issue as conditions see it: a document of fields.</summary>
public sealed class IssueFacts
{
    private const string CustomPrefix = "custom_fields.";
    private readonly Dictionary<string, FieldValue> fields;
    private readonly IReadOnlyDictionary<string, JsonElement> customFields;

    private IssueFacts(string status, Dictionary<string, FieldValue> fields, IReadOnlyDictionary<string, JsonElement> customFields)
    {
        Status = status;
        this.fields = fields;
        this.customFields = customFields;
    }

    /// <summary>The built-in fields that conditions can name.</summary>
    public static IReadOnlyList<string> KnownFields { get; } =
    [
        "title", "description", "status", "issue_type", "priority", "labels", "assignee", "assignee_id", "reporter", "parent", "parent_id", "milestone",
        "milestone_id", "story_points", "due_date", "created_at", "updated_at", "hours_since_last_update", "hours_until_due",
    ];

    /// <summary>Key of the state that the issue is in.</summary>
    public string Status { get; }

    /// <summary>The value of a field; nothing for a field that does not exist.</summary>
    /// <param name="field">Its name, perhaps after <c>issue.</c>; custom fields after <c>custom_fields.</c>.</param>
    public FieldValue this[string field]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(field);
            var name = field.StartsWith("issue.", StringComparison.Ordinal) ? field["issue.".Length..] : field;
            if (name.StartsWith(CustomPrefix, StringComparison.Ordinal))
                return customFields.TryGetValue(name[CustomPrefix.Length..], out var custom) ? FieldValue.Of(custom) : FieldValue.Missing;
            return fields.TryGetValue(name, out var value) ? value : FieldValue.Missing;
        }
    }

    /// <summary>The same facts with another field, or another value of one.</summary>
    /// <param name="field">The built-in field, or one that no issue has.</param>
    /// <param name="value">Its value.</param>
    public IssueFacts With(string field, FieldValue value) => new(Status, new(fields, StringComparer.Ordinal) { [field] = value }, customFields);

    /// <summary>The facts of an issue.</summary>
    /// <param name="issue">The issue.</param>
    /// <param name="assigneeEmail">Address of its assignee, or null.</param>
    /// <param name="reporterEmail">Address of its reporter, or null.</param>
    /// <param name="now">The instant that ages are counted to.</param>
    public static IssueFacts Of(Issue issue, string? assigneeEmail, string? reporterEmail, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(issue);
        return new(
            issue.Status,
            new Dictionary<string, FieldValue>(20, StringComparer.Ordinal)
            {
                ["title"] = FieldValue.Of(issue.Title),
                ["description"] = FieldValue.Of(issue.Description),
                ["status"] = FieldValue.Of(issue.Status),
                ["issue_type"] = FieldValue.Of(issue.IssueType),
                ["priority"] = FieldValue.Of(WireName.Of(issue.Priority)),
                ["labels"] = FieldValue.Of(issue.Labels),
                ["assignee"] = issue.AssigneeId is { } assignee ? FieldValue.OfUser(assignee, assigneeEmail) : FieldValue.Missing,
                ["assignee_id"] = FieldValue.Of(issue.AssigneeId),
                ["reporter"] = FieldValue.OfUser(issue.ReporterId, reporterEmail),
                ["parent"] = FieldValue.Of(issue.ParentId),
                ["parent_id"] = FieldValue.Of(issue.ParentId),
                ["milestone"] = FieldValue.Of(issue.MilestoneId),
                ["milestone_id"] = FieldValue.Of(issue.MilestoneId),
                ["story_points"] = FieldValue.Of(issue.StoryPoints),
                ["due_date"] = FieldValue.Of(issue.DueDate),
                ["created_at"] = FieldValue.Of(issue.CreatedAt),
                ["updated_at"] = FieldValue.Of(issue.UpdatedAt),
                ["hours_since_last_update"] = FieldValue.Of((decimal)(now - issue.UpdatedAt).TotalHours),
                ["hours_until_due"] = issue.DueDate is { } due
                    ? FieldValue.Of((decimal)(new DateTimeOffset(due, TimeOnly.MinValue, TimeSpan.Zero) - now).TotalHours)
                    : FieldValue.Missing,
            },
            issue.CustomFields);
    }

    /// <summary>The facts of an issue that exists only as a document, for a simulation.</summary>
    /// <param name="status">Key of the state that it is in.</param>
    /// <param name="fields">Its fields by wire name, <c>custom_fields</c> among them as an object.</param>
    public static IssueFacts Of(string status, IReadOnlyDictionary<string, JsonElement> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var custom = fields.TryGetValue("custom_fields", out var given) && given.ValueKind is JsonValueKind.Object
            ? given.EnumerateObject().ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal)
            : [];
        var plain = fields.Where(f => f.Key != "custom_fields").ToDictionary(f => f.Key, f => FieldValue.Of(f.Value), StringComparer.Ordinal);
        plain["status"] = FieldValue.Of(status);
        return new(status, plain, custom);
    }
}

/// <summary>An approval that somebody has given or refused for a move.</summary>
/// <param name="Requirement">Key of the <see cref="ApprovalRequirement"/>.</param>
/// <param name="UserId">Who decided.</param>
/// <param name="Approved">What they decided.</param>
public sealed record ApprovalVote(string Requirement, long UserId, bool Approved);

/// <summary>All that a decision about a move depends on besides the workflow.</summary>
/// <param name="Issue">The issue.</param>
public sealed record MoveContext(IssueFacts Issue)
{
    /// <summary>What the actor says about the move; null when they have not been asked yet, so that a required comment is no reason.</summary>
    public string? Comment { get; init; }

    /// <summary>Whether the actor really moves, and does not only ask which moves are possible.</summary>
    public bool IsAttempt { get; init; }

    /// <summary>The manual items that people have checked, as <c>checklist/item</c>.</summary>
    public IReadOnlySet<string> CheckedItems { get; init; } = new HashSet<string>();

    /// <summary>How many other issues are in a state; states with a limit have to be counted.</summary>
    public IReadOnlyDictionary<string, int> IssuesInState { get; init; } = new Dictionary<string, int>();

    /// <summary>The votes for each move, by key of its target state.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<ApprovalVote>> Votes { get; init; } = new Dictionary<string, IReadOnlyList<ApprovalVote>>();

    /// <summary>The users who asked for the approvals of a move, by key of its target state; a requester's own vote alone is never enough.</summary>
    public IReadOnlyDictionary<string, long> Requesters { get; init; } = new Dictionary<string, long>();
}
