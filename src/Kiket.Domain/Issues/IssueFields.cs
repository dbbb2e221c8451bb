using System.Linq.Expressions;
using System.Text.Json;
using Kiket.Domain.Calendars;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Issues;

/// <summary>
/// The fields of an issue, each declared once. Conditions, templates, seeds, actions, placeholders, history and sorts use this
/// list; any other list of field names would become outdated.
/// </summary>
internal static class IssueFields
{
    /// <summary>What the names of custom fields begin with.</summary>
    public const string CustomPrefix = "custom_fields.";

    private const FieldUses ExceptConditions = (FieldUses.All | FieldUses.People) & ~FieldUses.Conditions;

    /// <summary>All fields, in the order of the history of a creation.</summary>
    public static IReadOnlyList<IssueField> All { get; } =
    [
        new ReadOnlyField("id", FieldUses.Placeholders, Nothing) { Value = i => i.Id, SortKey = By(i => i.Id) },
        new ReadOnlyField("key", FieldUses.Placeholders, Nothing)
        {
            Value = i => i.Key,
            SortKey = By(i => i.ProjectId), // and ties are broken by id
        },
        new ReadOnlyField("number", FieldUses.Placeholders, Nothing) { Value = i => i.Number },
        new EditableField<string?>(
            "title",
            FieldUses.All,
            FieldTypes.Text,
            i => i.Title,
            e => e.Title,
            (e, v) => e with { Title = v }
        )
        {
            Set = (i, v) => i.Title = v!,
            SortKey = By(i => i.SortKey),
            MaxLength = Issue.MaxTitleLength,
        },
        new EditableField<string?>(
            "description",
            FieldUses.All,
            FieldTypes.Text,
            i => i.Description,
            e => e.Description,
            (e, v) => e with { Description = v }
        )
        {
            Set = (i, v) => i.Description = v,
            MaxLength = Issue.MaxDescriptionLength,
        },
        new ReadOnlyField(
            "status",
            FieldUses.Conditions | FieldUses.Requirements | FieldUses.Placeholders | FieldUses.History,
            (i, _) => FieldValue.Of(i.Status.Value)
        )
        {
            Value = i => i.Status,
            SortKey = By(i => i.StatusSortKey),
            Filters = ["status"],
        },
        new EditableField<string?>(
            "issue_type",
            FieldUses.All,
            FieldTypes.Text,
            i => i.IssueType.Value,
            e => e.IssueType,
            (e, v) => e with { IssueType = v }
        )
        {
            Aliases = [new("type", FieldUses.Definitions | FieldUses.Actions)], // elsewhere it can be a custom field
            SortKey = By(i => i.TypeSortKey),
            Filters = ["issue_type"],
        },
        new EditableField<IssuePriority>(
            "priority",
            FieldUses.All,
            FieldTypes.Priority,
            i => i.Priority,
            e => e.Priority,
            (e, v) => e with { Priority = v }
        )
        {
            Set = (i, v) => i.Priority = v,
            SortKey = By(i => i.Priority),
            Filters = ["priority"],
            Choices = [.. WireName.All<IssuePriority>()],
        },
        new EditableField<UserId?>(
            "assignee_id",
            FieldUses.Reference | FieldUses.People,
            FieldTypes.TypedId<UserId>(),
            i => i.AssigneeId,
            e => e.AssigneeId,
            (e, v) => e with { AssigneeId = v }
        )
        {
            Set = (i, v) => i.AssigneeId = v,
            Aliases = [new("assignee", ExceptConditions), new("assigned_to", ExceptConditions)], // which compare users
            Filters = ["assignee"],
            User = i => i.AssigneeId,
        },
        new ReadOnlyField(
            "assignee",
            FieldUses.Conditions,
            (i, s) => i.AssigneeId is { } id ? FieldValue.OfUser(id, s.AssigneeEmail) : FieldValue.Missing
        )
        {
            Aliases = [new("assigned_to")],
        },
        new ReadOnlyField("reporter_id", FieldUses.Placeholders | FieldUses.People, Nothing)
        {
            Value = i => i.ReporterId,
            Aliases = [new("reporter", FieldUses.People), new("creator", FieldUses.People)],
            User = i => i.ReporterId,
        },
        new ReadOnlyField("reporter", FieldUses.Conditions, (i, s) => FieldValue.OfUser(i.ReporterId, s.ReporterEmail)),
        new EditableField<IssueId?>(
            "parent_id",
            FieldUses.Reference,
            FieldTypes.TypedId<IssueId>(),
            i => i.ParentId,
            e => e.ParentId,
            (e, v) => e with { ParentId = v }
        )
        {
            Aliases = [new("parent")],
            Filters = ["parent_id"],
        },
        new EditableField<long?>(
            "milestone_id",
            FieldUses.Reference,
            FieldTypes.Id,
            i => i.MilestoneId,
            e => e.MilestoneId,
            (e, v) => e with { MilestoneId = v }
        )
        {
            Set = (i, v) => i.MilestoneId = v,
            Aliases = [new("milestone")],
            Filters = ["milestone_id"],
        },
        new EditableField<decimal?>(
            "story_points",
            FieldUses.All,
            FieldTypes.Amount,
            i => i.StoryPoints,
            e => e.StoryPoints,
            (e, v) => e with { StoryPoints = v }
        )
        {
            Set = (i, v) => i.StoryPoints = v,
        },
        new EditableField<DateOnly?>(
            "start_date",
            FieldUses.All,
            FieldTypes.Day,
            i => i.StartDate,
            e => e.StartDate,
            (e, v) => e with { StartDate = v }
        )
        {
            Set = (i, v) => i.StartDate = v,
        },
        new EditableField<DateOnly?>(
            "due_date",
            FieldUses.All,
            FieldTypes.Day,
            i => i.DueDate,
            e => e.DueDate,
            (e, v) => e with { DueDate = v }
        )
        {
            Set = (i, v) => i.DueDate = v,
            SortKey = By(i => i.DueDate),
            Filters = ["due_after", "due_before"],
        },
        new EditableField<IReadOnlyList<string>?>(
            "labels",
            FieldUses.All,
            FieldTypes.Labels,
            i => i.Labels,
            e => e.Labels,
            (e, v) => e with { Labels = new(v) }
        )
        {
            Set = (i, v) => i.Labels = v!,
            Filters = ["label"],
        },
        new ReadOnlyField("created_at", FieldUses.Conditions, (i, _) => FieldValue.Of(i.CreatedAt))
        {
            SortKey = By(i => i.CreatedAt),
            Filters = ["created_after", "created_before"],
        },
        new ReadOnlyField("updated_at", FieldUses.Conditions, (i, _) => FieldValue.Of(i.UpdatedAt))
        {
            SortKey = By(i => i.UpdatedAt),
            Filters = ["updated_after", "updated_before"],
        },
        new ReadOnlyField("hours_since_last_update", FieldUses.Conditions, (i, s) => HoursBetween(i.UpdatedAt, s.Now)),
        new ReadOnlyField(
            "hours_until_due",
            FieldUses.Conditions,
            (i, s) =>
                i.DueDate is { } due
                    ? HoursBetween(s.Now, (s.Calendar ?? BusinessCalendar.AroundTheClock).StartOf(due))
                    : FieldValue.Missing
        ),
    ];

    /// <summary>The names that conditions can use, custom fields aside.</summary>
    public static IReadOnlySet<string> OfConditions { get; } = NamesFor(FieldUses.Conditions).ToHashSet(StringComparer.Ordinal);

    /// <summary>The same names, each with all names of its field: a document of an issue may use any of them.</summary>
    public static IReadOnlyDictionary<string, string[]> Synonyms { get; } =
        OfConditions.ToDictionary(
            name => name,
            name => All.Where(f => f.Names.Contains(name)).SelectMany(f => f.Names).ToArray()
        );

    private static readonly IReadOnlyList<(string Name, IssueField Field)> FactFields =
    [
        .. For(FieldUses.Conditions).SelectMany(f => f.NamesFor(FieldUses.Conditions).Select(name => (name, f))),
    ];

    /// <summary>The fields that workflows of a project can name.</summary>
    /// <param name="custom">Its custom fields; none means that issues may have any.</param>
    public static FieldNames ConditionsOf(IEnumerable<CustomField> custom) => new(OfConditions, [.. custom.Select(f => f.Key)]);

    /// <summary>The names that something may use, aliases too.</summary>
    /// <param name="use">What.</param>
    public static IEnumerable<string> NamesFor(FieldUses use) => All.SelectMany(f => f.NamesFor(use));

    /// <summary>The fields that something may use.</summary>
    /// <param name="use">What.</param>
    public static IEnumerable<IssueField> For(FieldUses use) => All.Where(f => f.Serves(use));

    /// <summary>The field that a name means to something that may use it, or null.</summary>
    /// <param name="name">Its name or an alias.</param>
    /// <param name="use">What uses it.</param>
    public static IssueField? Find(string name, FieldUses use) => All.FirstOrDefault(f => f.NamesFor(use).Contains(name));

    /// <summary>An issue as conditions see it, by every name that they can use.</summary>
    /// <param name="issue">The issue.</param>
    /// <param name="sources">All else that it may depend on.</param>
    public static Dictionary<string, FieldValue> FactsOf(Issue issue, FactSources sources)
    {
        var facts = new Dictionary<string, FieldValue>(FactFields.Count, StringComparer.Ordinal);
        foreach (var (name, field) in FactFields)
            facts[name] = field.FactOf(issue, sources);
        return facts;
    }

    /// <summary>Adds what a definition gives to what a change leaves open.</summary>
    /// <param name="edit">The change.</param>
    /// <param name="given">Values by name; each is one that its field can hold.</param>
    public static IssueEdit Fill(IssueEdit edit, IReadOnlyDictionary<string, JsonElement> given) =>
        For(FieldUses.Definitions)
            .Where(f => given.ContainsKey(f.Name) && !f.IsGiven(edit))
            .Aggregate(edit, (filled, field) => field.Read(filled, given[field.Name]) ?? filled);

    private static FieldValue Nothing(Issue issue, FactSources sources) => FieldValue.Missing;

    private static FieldValue HoursBetween(DateTimeOffset from, DateTimeOffset to) =>
        FieldValue.Of((decimal)(to - from).TotalHours);

    private static Expression<Func<Issue, T>> By<T>(Expression<Func<Issue, T>> key) => key;
}
