using System.Globalization;
using System.Text.Json;
using Kiket.Application.Abstractions;
using Kiket.Application.Checklists;
using Kiket.Application.Guards;
using Kiket.Application.Issues;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Notifications;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Actions;

/// <summary>One action while it runs on one issue. What it cannot do it says; it never pretends.</summary>
internal sealed partial class ActionRun(
    IKiketDb db, IPlaceholders placeholders, ISecretProtector protector, Actor actor, PublicUrl url, DateTimeOffset now, Issue issue, Project project)
{
    private readonly ActionRecipients people = new(db, issue, project);
    private Dictionary<string, object?> document = [];

    /// <returns>How it ended, or the refusal for which it did nothing.</returns>
    public async Task<Result<(ActionOutcome Outcome, string Detail)>> RunAsync(WorkflowAction action, CancellationToken ct)
    {
        document = await IssueDocument.ReadAsync(db, issue, project, url, ct);
        var given = action.Parameters.ValueKind is JsonValueKind.Object
            ? action.Parameters.EnumerateObject().ToDictionary(p => p.Name, p => Fill(p.Value), StringComparer.Ordinal)
            : [];
        return action.Kind switch
        {
            "notify" => await NotifyAsync(given, ct),
            "assign" or "auto_assign" => await AssignAsync(given, ct),
            "add_labels" or "add_label" => await AddLabelsAsync(given, ct),
            "update_fields" or "update_field" or "set_fields" or "set_field" => await UpdateFieldsAsync(given, ct),
            "transition" => await TransitionAsync(TextOf(given, "to", "state", "target", "status"), TextOf(given, "comment"), ct),
            "spawn_issue" => await SpawnAsync(given, ct),
            "webhook" => await SendAsync(given, BodyOf(action), ct),
            _ when action.Kind.StartsWith(ExtensionPrefix, StringComparison.Ordinal) => await AskExtensionAsync(action.Kind[ExtensionPrefix.Length..], given, ct),
            _ when action.Kind.StartsWith("ai_", StringComparison.Ordinal) => Skipped("There is no AI agent here."),
            _ => Skipped($"There is no action '{action.Kind}' here."),
        };
    }

    private async Task<Result<(ActionOutcome Outcome, string Detail)>> NotifyAsync(Dictionary<string, JsonElement> given, CancellationToken ct)
    {
        if (TextOf(given, "message", "body", "text") is not { } message)
            return Skipped("There is no message.");
        var level = WireName.TryParse(TextOf(given, "level"), out NotificationLevel known) ? known : NotificationLevel.Info;
        var (users, unknown) = await people.FindAsync(given, ct);
        foreach (var user in users)
            db.Notifications.Add(Notification.About(issue, user, message, level, now));
        await db.SaveChangesAsync(ct);

        var missing = unknown.Count == 0 ? "" : $" Nobody found for {string.Join(", ", unknown)}.";
        if (users.Count > 0)
            return Done($"{users.Count} notified.{missing}");
        return Skipped(missing.Length > 0 ? missing.Trim() : "There are no recipients.");
    }

    private async Task<Result<(ActionOutcome Outcome, string Detail)>> AssignAsync(Dictionary<string, JsonElement> given, CancellationToken ct)
    {
        if (TextOf(given, "to", "user", "assignee") is not { } name)
            return Skipped(TextOf(given, "strategy") is { } strategy ? $"There is no strategy '{strategy}' here." : "Nobody is named.");
        if (await people.FindUserAsync(name, ct) is not { } user)
            return Skipped($"Nobody found for {name}.");
        if (TextOf(given, "field") is not { } field || field is "assignee" or "assignee_id")
        {
            var edit = new IssueEdit { AssigneeId = user };
            return await db.FindUnfitAssigneeAsync(project, edit, issue.AssigneeId, ct) is { } unfit
                ? Skipped(unfit.Message)
                : await EditAsync(edit, $"Assigned to {name}.", ct);
        }

        var email = await db.Users.Where(u => u.Id == user).Select(u => u.Email).SingleAsync(ct);
        return await EditAsync(CustomField(field, JsonSerializer.SerializeToElement(email)), $"{field} is {email}.", ct);
    }

    private async Task<Result<(ActionOutcome Outcome, string Detail)>> AddLabelsAsync(Dictionary<string, JsonElement> given, CancellationToken ct)
    {
        List<string> labels = [.. TextsOf(given, "labels"), .. TextsOf(given, "label")];
        if (labels.Count == 0)
            return Skipped("There are no labels.");
        return await EditAsync(new() { Labels = new([.. issue.Labels.Union(labels)]) }, $"Labelled {string.Join(", ", labels)}.", ct);
    }

    private async Task<Result<(ActionOutcome Outcome, string Detail)>> UpdateFieldsAsync(Dictionary<string, JsonElement> given, CancellationToken ct)
    {
        Dictionary<string, JsonElement> fields = new(StringComparer.Ordinal);
        if (TextOf(given, "field") is { } single)
            fields[single] = given.TryGetValue("value", out var value) ? value : default;
        else if (given.TryGetValue("fields", out var all) && all.ValueKind is JsonValueKind.Object)
            fields = all.EnumerateObject().ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);
        else
            fields = given;
        if (fields.Count == 0)
            return Skipped("There are no fields.");

        var status = TextOf(fields, "status", "state");
        if (await ReadEditAsync(fields.Where(f => f.Key is not ("status" or "state")), ct) is var edit && edit.Error is { } unknown)
            return unknown;
        if (await db.FindUnfitAssigneeAsync(project, edit.Value, issue.AssigneeId, ct) is { } unfit)
            return Skipped(unfit.Message);
        if (await db.FindUnknownReferenceAsync(project, edit.Value, issue.AssigneeId, ct) is { } reference)
            return reference;
        if (issue.Edit(edit.Value, project.Schema, actor.UserId, now).Error is { } fault)
            return fault;
        await db.NoteChecklistAsync(issue, actor, now, ct);
        if (status is not null && !string.Equals(status, issue.Status, StringComparison.OrdinalIgnoreCase))
            return await TransitionAsync(status, null, ct);
        await db.SaveChangesAsync(ct);
        return Done($"Set {string.Join(", ", fields.Keys)}.");
    }

    private async Task<Result<(ActionOutcome Outcome, string Detail)>> TransitionAsync(string? to, string? comment, CancellationToken ct)
    {
        if (to is null)
            return Skipped("No state is named.");
        if (string.Equals(to, issue.Status, StringComparison.OrdinalIgnoreCase))
            return Skipped($"It is in {to} already.");
        if (await db.IsGuardedAsync(project.Id, ct))
            return Skipped("An extension guards the project's moves, and actions cannot wait for its answer; move it by hand.");
        var (moved, pending) = await db.MoveAsync(issue, to, comment, actor, now, ct);
        if (pending is not null)
            await db.AskForApprovalsAsync(issue.Id, pending, actor, now, ct);
        if (moved.Error is { } refusal)
            return refusal;
        await db.SaveChangesAsync(ct);
        return Done($"Moved to {issue.Status}.");
    }

    private async Task<Result<(ActionOutcome Outcome, string Detail)>> SpawnAsync(Dictionary<string, JsonElement> given, CancellationToken ct)
    {
        string[] own = ["parent", "link_parent", "status", "state", "template"];
        var read = await ReadEditAsync(given.Where(g => !own.Contains(g.Key)), ct);
        if (read.Error is { } fault)
            return fault;
        var isChild = own[..2].Any(k => given.TryGetValue(k, out var flag) && (flag.ValueKind is JsonValueKind.True || TextOf(given, k) is "true" or "self" or "current"));
        var edit = isChild ? read.Value with { ParentId = issue.Id } : read.Value;
        if (await db.FindUnfitAssigneeAsync(project, edit, null, ct) is { } unfit)
            return Skipped(unfit.Message);
        var opened = await db.OpenIssueAsync(project, edit, TextOf(given, "status", "state"), TextOf(given, "template"), actor, now, ct);
        return opened.Error is { } refusal ? refusal : Done($"Opened {opened.Value.Key}.");
    }

    private async Task<Result<(ActionOutcome Outcome, string Detail)>> EditAsync(IssueEdit edit, string detail, CancellationToken ct)
    {
        if (issue.Edit(edit, project.Schema, actor.UserId, now).Error is { } refusal)
            return refusal;
        await db.NoteChecklistAsync(issue, actor, now, ct);
        await db.SaveChangesAsync(ct);
        return Done(detail);
    }

    /// <summary>Reads fields by the names that they have on the wire; any other name is that of a custom field.</summary>
    private async Task<Result<IssueEdit>> ReadEditAsync(IEnumerable<KeyValuePair<string, JsonElement>> fields, CancellationToken ct)
    {
        var edit = new IssueEdit();
        Dictionary<string, JsonElement> custom = new(StringComparer.Ordinal);
        foreach (var (name, value) in fields)
        {
            var text = ScalarOf(value);
            var key = name.StartsWith("issue.", StringComparison.Ordinal) ? name["issue.".Length..] : name;
            Error Fault(string message) => Error.Validation($"issue.{key}", message);
            switch (key)
            {
                case "title":
                    edit = edit with { Title = text };
                    break;
                case "description":
                    edit = edit with { Description = text };
                    break;
                case "issue_type" or "type":
                    edit = edit with { IssueType = text };
                    break;
                case "labels":
                    edit = edit with { Labels = new([.. Texts(value)]) };
                    break;
                case "priority" when WireName.TryParse(text, out IssuePriority priority):
                    edit = edit with { Priority = priority };
                    break;
                case "assignee" or "assignee_id" or "assigned_to" when text is null:
                    edit = edit with { AssigneeId = null };
                    break;
                case "assignee" or "assignee_id" or "assigned_to" when await people.FindUserAsync(text!, ct) is { } user:
                    edit = edit with { AssigneeId = user };
                    break;
                case "milestone_id" or "parent_id" or "story_points" when text is null:
                    edit = key switch
                    {
                        "milestone_id" => edit with { MilestoneId = null },
                        "parent_id" => edit with { ParentId = null },
                        _ => edit with { StoryPoints = null },
                    };
                    break;
                case "milestone_id" when WireId.TryParse(text, out var milestone):
                    edit = edit with { MilestoneId = milestone };
                    break;
                case "parent_id" when WireId.TryParse(text, out var parent):
                    edit = edit with { ParentId = parent };
                    break;
                case "story_points" when decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var points):
                    edit = edit with { StoryPoints = points };
                    break;
                case "due_date" when text is null:
                    edit = edit with { DueDate = null };
                    break;
                case "due_date" when DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day):
                    edit = edit with { DueDate = day };
                    break;
                case "priority" or "assignee" or "assignee_id" or "assigned_to" or "milestone_id" or "parent_id" or "story_points" or "due_date":
                    return Fault($"'{text}' is no {key}.");
                case "custom_fields" when value.ValueKind is JsonValueKind.Object:
                    foreach (var field in value.EnumerateObject())
                        custom[field.Name] = field.Value;
                    break;
                default:
                    custom[CustomKey(key)] = value.ValueKind is JsonValueKind.Undefined ? JsonSerializer.SerializeToElement<string?>(null) : value;
                    break;
            }
        }

        return custom.Count == 0 ? edit : edit with { CustomFields = custom };
    }

    private static IssueEdit CustomField(string field, JsonElement value) =>
        new() { CustomFields = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { [CustomKey(field)] = value } };

    private static string CustomKey(string field) =>
        field.StartsWith("custom_fields.", StringComparison.Ordinal) ? field["custom_fields.".Length..] : field;

    /// <summary>Fills the texts of a document one by one, so that nothing that is filled in can change the document's shape.</summary>
    private JsonElement Fill(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => JsonSerializer.SerializeToElement(placeholders.Fill(value.GetString()!, document)),
        JsonValueKind.Array => JsonSerializer.SerializeToElement(value.EnumerateArray().Select(Fill)),
        JsonValueKind.Object => JsonSerializer.SerializeToElement(value.EnumerateObject().ToDictionary(p => p.Name, p => Fill(p.Value))),
        _ => value,
    };

    private static string? TextOf(Dictionary<string, JsonElement> given, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (given.TryGetValue(name, out var value) && ScalarOf(value) is { } text && !string.IsNullOrWhiteSpace(text))
                return text.Trim();
        }

        return null;
    }

    private static IEnumerable<string> TextsOf(Dictionary<string, JsonElement> given, string name) =>
        given.TryGetValue(name, out var value) ? Texts(value) : [];

    internal static IEnumerable<string> Texts(JsonElement value) =>
        (value.ValueKind is JsonValueKind.Array ? value.EnumerateArray().Select(ScalarOf) : [ScalarOf(value)])
        .Where(t => !string.IsNullOrWhiteSpace(t)).Select(t => t!.Trim());

    internal static string? ScalarOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => null,
    };

    private static (ActionOutcome Outcome, string Detail) Done(string detail) => (ActionOutcome.Done, detail);

    private static (ActionOutcome Outcome, string Detail) Skipped(string detail) => (ActionOutcome.Skipped, detail);
}
