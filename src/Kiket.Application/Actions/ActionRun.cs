using System.Text.Json;
using Kiket.Application.Guards;
using Kiket.Application.Issues;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Notifications;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Actions;

/// <summary>One action while it runs on one issue. It reports what it cannot do.</summary>
internal sealed partial class ActionRun(
    IKiketDb db,
    IUnitOfWork work,
    IPlaceholders placeholders,
    ISecretProtector protector,
    Actor actor,
    PublicUrl url,
    DateTimeOffset now,
    Issue issue,
    Project project
)
{
    private readonly ActionRecipients people = new(db, issue, project);
    private Dictionary<string, object?> document = [];

    /// <returns>The result, or the error because of which it did nothing.</returns>
    public async Task<Result<(ActionOutcome Outcome, string Detail)>> RunAsync(WorkflowAction action, CancellationToken ct)
    {
        document = await IssueDocument.ReadAsync(db, issue, project, url, ct);
        var given =
            action.Parameters.ValueKind is JsonValueKind.Object
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
            _ when action.Kind.StartsWith(ExtensionPrefix, StringComparison.Ordinal) => await AskExtensionAsync(
                action.Kind[ExtensionPrefix.Length..],
                given,
                ct
            ),
            _ when action.Kind.StartsWith("ai_", StringComparison.Ordinal) => Skipped("AI actions are not supported."),
            _ => Skipped($"The action '{action.Kind}' is not supported."),
        };
    }

    private async Task<Result<(ActionOutcome Outcome, string Detail)>> NotifyAsync(
        Dictionary<string, JsonElement> given,
        CancellationToken ct
    )
    {
        if (TextOf(given, "message", "body", "text") is not { } message)
            return Skipped("There is no message.");
        var level = WireName.TryParse(TextOf(given, "level"), out NotificationLevel known) ? known : NotificationLevel.Info;
        var (users, unknown) = await people.FindAsync(given, ct);
        foreach (var user in users)
            db.Notifications.Add(Notification.About(issue, user, message, level, now));

        var missing = unknown.Count == 0 ? "" : $" Nobody found for {string.Join(", ", unknown)}.";
        if (users.Count > 0)
            return Done($"{users.Count} notified.{missing}");
        return Skipped(missing.Length > 0 ? missing.Trim() : "There are no recipients.");
    }

    private async Task<Result<(ActionOutcome Outcome, string Detail)>> AssignAsync(
        Dictionary<string, JsonElement> given,
        CancellationToken ct
    )
    {
        if (TextOf(given, "to", "user", "assignee", "assigned_to") is not { } name)
            return Skipped(
                TextOf(given, "strategy") is { } strategy
                    ? $"The strategy '{strategy}' is not supported."
                    : "No assignee is given."
            );
        if (await people.FindUserAsync(name, ct) is not { } user)
            return Skipped($"Nobody found for {name}.");
        var field = TextOf(given, "field") is { } named ? FieldKey(named) : "assignee";
        if (IssueFields.Find(field, FieldUses.Actions) is { } builtIn)
        {
            if (builtIn.User is null)
                return Skipped($"{field} does not hold a user.");
            var edit = new IssueEdit { AssigneeId = user };
            return await db.FindUnfitAssigneeAsync(project, edit, issue.AssigneeId, ct) is { } unfit
                ? Skipped(unfit.Message)
                : await EditAsync(edit, $"Assigned to {name}.", ct);
        }

        var email = await db.Users.Where(u => u.Id == user).Select(u => u.Email).SingleAsync(ct);
        return await EditAsync(CustomField(field, JsonSerializer.SerializeToElement(email)), $"Set {field} to {email}.", ct);
    }

    private async Task<Result<(ActionOutcome Outcome, string Detail)>> AddLabelsAsync(
        Dictionary<string, JsonElement> given,
        CancellationToken ct
    )
    {
        List<string> labels = [.. TextsOf(given, "labels"), .. TextsOf(given, "label")];
        if (labels.Count == 0)
            return Skipped("There are no labels.");
        return await EditAsync(
            new() { Labels = new([.. issue.Labels.Union(labels)]) },
            $"Labelled {string.Join(", ", labels)}.",
            ct
        );
    }

    private async Task<Result<(ActionOutcome Outcome, string Detail)>> UpdateFieldsAsync(
        Dictionary<string, JsonElement> given,
        CancellationToken ct
    )
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
        if (
            await ReadEditAsync(fields.Where(f => f.Key is not ("status" or "state")), ct) is var edit
            && edit.Error is { } unknown
        )
            return unknown;
        if (IssueFields.For(FieldUses.Actions).FirstOrDefault(f => f.HasOwnMethod && f.IsGiven(edit.Value)) is { } other)
            return Error.Validation($"issue.{other.Name}", $"An action cannot change {other.Name}.");
        if (await db.FindUnfitAssigneeAsync(project, edit.Value, issue.AssigneeId, ct) is { } unfit)
            return Skipped(unfit.Message);
        if (await db.FindUnknownReferenceAsync(project, edit.Value, issue.AssigneeId, ct) is { } reference)
            return reference;
        if (issue.Edit(edit.Value, project.Schema, actor.UserId, now).Error is { } error)
            return error;
        await db.NoteChecklistAsync(issue, actor, now, ct);
        if (status is not null && !string.Equals(status, issue.Status.Value, StringComparison.OrdinalIgnoreCase))
            return await TransitionAsync(status, null, ct);
        return Done($"Set {string.Join(", ", fields.Keys)}.");
    }

    private async Task<Result<(ActionOutcome Outcome, string Detail)>> TransitionAsync(
        string? to,
        string? comment,
        CancellationToken ct
    )
    {
        if (to is null)
            return Skipped("No state is given.");
        if (string.Equals(to, issue.Status.Value, StringComparison.OrdinalIgnoreCase))
            return Skipped($"It is already in {to}.");
        if (await db.IsGuardedAsync(project.Id, ct))
            return Skipped(
                "An extension guards the project's transitions, and actions cannot wait for its answer; "
                    + "move the issue by hand."
            );
        var moved = await db.TransitionAsync(work, new(), issue, to, comment, actor, now, ct);
        return moved.Error is { } error ? error : Done($"Moved to {issue.Status}.");
    }

    private async Task<Result<(ActionOutcome Outcome, string Detail)>> SpawnAsync(
        Dictionary<string, JsonElement> given,
        CancellationToken ct
    )
    {
        string[] own = ["parent", "link_parent", "status", "state", "template"];
        var read = await ReadEditAsync(given.Where(g => !own.Contains(g.Key)), ct);
        if (read.Error is { } error)
            return error;
        var isChild = own[..2]
            .Any(k =>
                given.TryGetValue(k, out var flag)
                && (flag.ValueKind is JsonValueKind.True || TextOf(given, k) is "true" or "self" or "current")
            );
        var edit = isChild ? read.Value with { ParentId = issue.Id } : read.Value;
        if (await db.FindUnfitAssigneeAsync(project, edit, null, ct) is { } unfit)
            return Skipped(unfit.Message);
        var opened = await db.OpenIssueAsync(
            project,
            edit,
            TextOf(given, "status", "state") is { } state ? new StateKey(state) : null,
            TextOf(given, "template"),
            actor,
            now,
            ct
        );
        return opened.Error is not null ? opened.Error : Done($"Opened {opened.Value.Issue.Key}.");
    }

    private async Task<Result<(ActionOutcome Outcome, string Detail)>> EditAsync(
        IssueEdit edit,
        string detail,
        CancellationToken ct
    )
    {
        if (issue.Edit(edit, project.Schema, actor.UserId, now).Error is { } error)
            return error;
        await db.NoteChecklistAsync(issue, actor, now, ct);
        return Done(detail);
    }

    /// <summary>Reads fields by their names on the wire; any other name refers to a custom field.</summary>
    private async Task<Result<IssueEdit>> ReadEditAsync(
        IEnumerable<KeyValuePair<string, JsonElement>> fields,
        CancellationToken ct
    )
    {
        var edit = new IssueEdit();
        Dictionary<string, JsonElement> custom = new(StringComparer.Ordinal);
        foreach (var (name, value) in fields)
        {
            var key = FieldKey(name);
            if (IssueFields.Find(key, FieldUses.Actions) is { } field)
            {
                var given = field.User is not null ? await ReadUserAsync(value, ct) : value;
                if (given is not { } known || field.Read(edit, known) is not { } read)
                    return Error.Validation($"issue.{key}", $"'{FieldTypes.Scalar(value)}' is not a valid {key}.");
                edit = read;
            }
            else if (key == "custom_fields" && value.ValueKind is JsonValueKind.Object)
            {
                foreach (var own in value.EnumerateObject())
                    custom[own.Name] = own.Value;
            }
            else
            {
                custom[CustomKey(key)] =
                    value.ValueKind is JsonValueKind.Undefined ? JsonSerializer.SerializeToElement<string?>(null) : value;
            }
        }

        return custom.Count == 0 ? edit : edit with { CustomFields = custom };
    }

    /// <summary>
    /// The id of the user that a value names, or JSON null if it names nobody; null when the user does not exist.
    /// </summary>
    private async Task<JsonElement?> ReadUserAsync(JsonElement value, CancellationToken ct)
    {
        var named = FieldTypes.Scalar(value);
        var user = named is null ? null : await people.FindUserAsync(named, ct);
        return named is not null && user is null ? null : JsonSerializer.SerializeToElement(user);
    }

    private static IssueEdit CustomField(string field, JsonElement value) =>
        new() { CustomFields = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { [CustomKey(field)] = value } };

    private static string FieldKey(string name) =>
        name.StartsWith("issue.", StringComparison.Ordinal) ? name["issue.".Length..] : name;

    private static string CustomKey(string field) =>
        field.StartsWith("custom_fields.", StringComparison.Ordinal) ? field["custom_fields.".Length..] : field;

    /// <summary>
    /// Fills the texts of a document one by one, so that filled-in values cannot change the document's structure.
    /// </summary>
    private JsonElement Fill(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => JsonSerializer.SerializeToElement(placeholders.Fill(value.GetString()!, document)),
            JsonValueKind.Array => JsonSerializer.SerializeToElement(value.EnumerateArray().Select(Fill)),
            JsonValueKind.Object => JsonSerializer.SerializeToElement(
                value.EnumerateObject().ToDictionary(p => p.Name, p => Fill(p.Value))
            ),
            _ => value,
        };

    private static string? TextOf(Dictionary<string, JsonElement> given, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (
                given.TryGetValue(name, out var value)
                && FieldTypes.Scalar(value) is { } text
                && !string.IsNullOrWhiteSpace(text)
            )
                return text.Trim();
        }

        return null;
    }

    private static IEnumerable<string> TextsOf(Dictionary<string, JsonElement> given, string name) =>
        given.TryGetValue(name, out var value) ? FieldTypes.Texts(value) : [];

    private static (ActionOutcome Outcome, string Detail) Done(string detail) => (ActionOutcome.Done, detail);

    private static (ActionOutcome Outcome, string Detail) Skipped(string detail) => (ActionOutcome.Skipped, detail);
}
