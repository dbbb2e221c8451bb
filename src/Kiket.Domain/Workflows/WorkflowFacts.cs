using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.Guards;

namespace Kiket.Domain.Workflows;

/// <summary>
/// An issue as conditions see it: a document of fields. <c>Issue.ToFacts</c> makes it of an issue, <see cref="From(StateKey,
/// IReadOnlyDictionary{string, JsonElement})"/> of anything else.
/// </summary>
public sealed class IssueFacts
{
    private readonly Dictionary<string, FieldValue> fields;
    private readonly IReadOnlyDictionary<string, JsonElement> customFields;

    internal IssueFacts(
        StateKey status,
        Dictionary<string, FieldValue> fields,
        IReadOnlyDictionary<string, JsonElement> customFields
    )
    {
        Status = status;
        this.fields = fields;
        this.customFields = customFields;
    }

    /// <summary>Key of the state that the issue is in.</summary>
    public StateKey Status { get; }

    /// <summary>The value of a field; nothing for a field that does not exist.</summary>
    /// <param name="field">Its name, perhaps after <c>issue.</c>; custom fields after <c>custom_fields.</c>.</param>
    internal FieldValue this[string field]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(field);
            var name = field.StartsWith("issue.", StringComparison.Ordinal) ? field["issue.".Length..] : field;
            if (name.StartsWith(FieldNames.CustomPrefix, StringComparison.Ordinal))
            {
                return customFields.TryGetValue(name[FieldNames.CustomPrefix.Length..], out var custom)
                    ? FieldValue.Of(custom)
                    : FieldValue.Missing;
            }

            return fields.TryGetValue(name, out var value) ? value : FieldValue.Missing;
        }
    }

    /// <summary>The whole name of a required field, which may leave out the prefix of custom fields.</summary>
    internal string WholeNameOf(string field) =>
        fields.ContainsKey(field) || !customFields.ContainsKey(field) ? field : FieldNames.CustomPrefix + field;

    /// <summary>The same facts with another field, or another value of one.</summary>
    /// <param name="field">The built-in field, or one that no issue has.</param>
    /// <param name="value">Its value.</param>
    internal IssueFacts With(string field, FieldValue value) =>
        new(Status, new(fields, StringComparer.Ordinal) { [field] = value }, customFields);

    /// <summary>The facts of an issue that exists only as a document, for a simulation.</summary>
    /// <param name="status">Key of the state that it is in.</param>
    /// <param name="fields">Its fields by wire name, <c>custom_fields</c> among them as an object.</param>
    public static IssueFacts From(StateKey status, IReadOnlyDictionary<string, JsonElement> fields) =>
        From(status, fields, new Dictionary<string, string[]>());

    /// <summary>The facts of an issue that exists only as a document.</summary>
    /// <param name="status">Key of the state that it is in.</param>
    /// <param name="fields">Its fields by wire name, <c>custom_fields</c> among them as an object.</param>
    /// <param name="names">
    /// The fields that issues have besides custom ones, also those that the document lacks, each with the names that the
    /// document may have for it; empty when that is not known.
    /// </param>
    internal static IssueFacts From(
        StateKey status,
        IReadOnlyDictionary<string, JsonElement> fields,
        IReadOnlyDictionary<string, string[]> names
    )
    {
        ArgumentNullException.ThrowIfNull(fields);
        var custom =
            fields.TryGetValue("custom_fields", out var given) && given.ValueKind is JsonValueKind.Object
                ? given.EnumerateObject().ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal)
                : [];
        var plain = fields
            .Where(f => f.Key != "custom_fields")
            .ToDictionary(f => f.Key, f => FieldValue.Of(f.Value), StringComparer.Ordinal);
        foreach (var (name, synonyms) in names)
            plain.TryAdd(name, synonyms.Select(s => plain.GetValueOrDefault(s)).FirstOrDefault(v => !v.IsMissing));
        plain["status"] = FieldValue.Of(status.Value);
        return new(status, plain, custom);
    }
}

/// <summary>An approval that somebody has given or refused for a move.</summary>
/// <param name="Requirement">Key of the <see cref="ApprovalRequirement"/>.</param>
/// <param name="UserId">Who decided.</param>
/// <param name="Approved">What they decided.</param>
public sealed record ApprovalVote(string Requirement, UserId UserId, bool Approved);

/// <summary>Everything that a decision about a move depends on besides the workflow.</summary>
/// <param name="Issue">The issue.</param>
public sealed record MoveContext(IssueFacts Issue)
{
    /// <summary>The issue.</summary>
    public IssueFacts Issue { get; init; } = Issue ?? throw new ArgumentNullException(nameof(Issue));

    /// <summary>The actor's comment on the move, or null.</summary>
    public string? Comment { get; init; }

    /// <summary>Whether the actor attempts the move; otherwise a missing comment does not block it.</summary>
    public bool IsAttempt { get; init; }

    /// <summary>The manual items that people have checked, as <c>checklist/item</c>.</summary>
    public IReadOnlySet<string> CheckedItems { get; init; } = new HashSet<string>();

    /// <summary>How many other issues are in a state; states with a limit have to be counted.</summary>
    public IReadOnlyDictionary<StateKey, int> IssuesInState { get; init; } = new Dictionary<StateKey, int>();

    /// <summary>The votes for each move, by key of its target state.</summary>
    public IReadOnlyDictionary<StateKey, IReadOnlyList<ApprovalVote>> Votes { get; init; } =
        new Dictionary<StateKey, IReadOnlyList<ApprovalVote>>();

    /// <summary>
    /// The users who asked for the approvals of a move, by key of its target state; a requester's own vote alone is never
    /// enough.
    /// </summary>
    public IReadOnlyDictionary<StateKey, UserId> Requesters { get; init; } = new Dictionary<StateKey, UserId>();

    /// <summary>The verdicts of the guards of the attempted move. By default empty.</summary>
    internal IReadOnlyList<GuardVerdict> Verdicts { get; init; } = [];
}
