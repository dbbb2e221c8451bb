using System.Linq.Expressions;
using System.Text.Json;
using Kiket.Domain.Calendars;
using Kiket.Domain.Common;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Issues;

/// <summary>The uses of a field of an issue.</summary>
[Flags]
internal enum FieldUses
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Conditions and required fields of workflows and automations.</summary>
    Conditions = 1,

    /// <summary>The required fields of templates.</summary>
    Requirements = 2,

    /// <summary>What templates and seeds of packs give; files do not know ids of other things.</summary>
    Definitions = 4,

    /// <summary><c>update_fields</c> and <c>spawn_issue</c> of actions.</summary>
    Actions = 8,

    /// <summary>Placeholders in texts.</summary>
    Placeholders = 16,

    /// <summary>The history, also that of the creation.</summary>
    History = 32,

    /// <summary>Recipients of actions and approvers of workflows, for a field that holds a user.</summary>
    People = 64,

    /// <summary>Everything that reads and writes a field.</summary>
    All = Conditions | Requirements | Definitions | Actions | Placeholders | History,

    /// <summary>As <see cref="All"/>, for a field that holds the id of another thing.</summary>
    Reference = All & ~Definitions,
}

/// <summary>Another name of a field.</summary>
/// <param name="Name">The name.</param>
/// <param name="Uses">What may use it.</param>
internal readonly record struct FieldAlias(string Name, FieldUses Uses = FieldUses.All);

/// <summary>What facts depend on besides the issue.</summary>
/// <param name="AssigneeEmail">Address of the assignee, or null.</param>
/// <param name="ReporterEmail">Address of the reporter, or null.</param>
/// <param name="Now">The instant that ages are counted to.</param>
/// <param name="Calendar">Says when a day begins; null means in UTC.</param>
internal readonly record struct FactSources(
    string? AssigneeEmail,
    string? ReporterEmail,
    DateTimeOffset Now,
    BusinessCalendar? Calendar = null
);

/// <summary>A field of an issue: its names, what may use them, and how it is read and written.</summary>
/// <param name="name">The name on the wire.</param>
/// <param name="uses">What may name it.</param>
internal abstract class IssueField(string name, FieldUses uses)
{
    /// <summary>The name on the wire.</summary>
    public string Name { get; } = name;

    /// <summary>What may name it.</summary>
    public FieldUses Uses { get; } = uses;

    /// <summary>Its other names.</summary>
    public IReadOnlyList<FieldAlias> Aliases { get; init; } = [];

    /// <summary>What lists are sorted by under its name, or null when they are not.</summary>
    public LambdaExpression? SortKey { get; init; }

    /// <summary>The parameters that filter lists by it.</summary>
    public IReadOnlyList<string> Filters { get; init; } = [];

    /// <summary>Most characters of a text in a definition file, or null for any number.</summary>
    public int? MaxLength { get; init; }

    /// <summary>All values, where there are few, or null.</summary>
    public IReadOnlyList<string>? Choices { get; init; }

    /// <summary>The user that it holds, who can be named by address as well; null for a field that never holds one.</summary>
    public Func<Issue, UserId?>? User { get; init; }

    /// <summary>All its names, whatever may use them.</summary>
    public IEnumerable<string> Names => Aliases.Select(a => a.Name).Prepend(Name);

    /// <summary>Whether it holds several texts.</summary>
    public virtual bool IsList => false;

    /// <summary>
    /// Whether an issue changes it by a method of its own, such as <see cref="Issue.MoveUnder"/>, and not by
    /// <see cref="Issue.Edit"/>.
    /// </summary>
    public virtual bool HasOwnMethod => true;

    /// <summary>Whether something may use the field.</summary>
    /// <param name="use">What.</param>
    public bool Serves(FieldUses use) => (Uses & use) == use;

    /// <summary>The names that something may use, the field's own first.</summary>
    /// <param name="use">What.</param>
    public IEnumerable<string> NamesFor(FieldUses use) =>
        Serves(use) ? Aliases.Where(a => (a.Uses & use) == use).Select(a => a.Name).Prepend(Name) : [];

    /// <summary>Its value as conditions see it.</summary>
    /// <param name="issue">The issue.</param>
    /// <param name="sources">All else that it may depend on.</param>
    public abstract FieldValue FactOf(Issue issue, FactSources sources);

    /// <summary>Its value as the history and placeholders show it, or null.</summary>
    /// <param name="issue">The issue.</param>
    public abstract object? ValueOf(Issue issue);

    /// <summary>Whether a change sets it.</summary>
    /// <param name="edit">The change.</param>
    public virtual bool IsGiven(IssueEdit edit) => false;

    /// <summary>Whether a change leaves it without a value.</summary>
    /// <param name="edit">The change.</param>
    public virtual bool IsMissing(IssueEdit edit) => true;

    /// <summary>What a change sets it to; null where it sets nothing.</summary>
    /// <param name="edit">The change.</param>
    public virtual object? ValueOf(IssueEdit edit) => null;

    /// <summary>A change that sets it as well.</summary>
    /// <param name="edit">The change so far.</param>
    /// <param name="value">The new value; texts are read as the field's type.</param>
    /// <returns>The change, or null when the field cannot hold the value.</returns>
    public virtual IssueEdit? Read(IssueEdit edit, JsonElement value) => null;

    /// <summary>Applies a change to an issue.</summary>
    /// <param name="issue">The issue.</param>
    /// <param name="edit">The change.</param>
    /// <param name="changes">Where to note what is different.</param>
    public virtual void Apply(Issue issue, IssueEdit edit, List<FieldChange> changes) { }
}

/// <summary>A field that can only be read.</summary>
/// <param name="name">The name on the wire.</param>
/// <param name="uses">What may name it.</param>
/// <param name="fact">Its value as conditions see it.</param>
internal sealed class ReadOnlyField(string name, FieldUses uses, Func<Issue, FactSources, FieldValue> fact)
    : IssueField(name, uses)
{
    /// <summary>Its value for placeholders and the history.</summary>
    public Func<Issue, object?> Value { get; init; } = _ => null;

    /// <inheritdoc/>
    public override FieldValue FactOf(Issue issue, FactSources sources) => fact(issue, sources);

    /// <inheritdoc/>
    public override object? ValueOf(Issue issue) => Value(issue);
}

/// <summary>A field that people, templates, seeds and actions write.</summary>
/// <typeparam name="T">What it holds.</typeparam>
/// <param name="name">The name on the wire.</param>
/// <param name="uses">What may name it.</param>
/// <param name="type">How its values are read and shown.</param>
/// <param name="get">Reads it.</param>
/// <param name="given">What a change sets it to.</param>
/// <param name="give">Adds it to a change.</param>
internal sealed class EditableField<T>(
    string name,
    FieldUses uses,
    FieldType<T> type,
    Func<Issue, T> get,
    Func<IssueEdit, Optional<T>> given,
    Func<IssueEdit, T, IssueEdit> give
) : IssueField(name, uses)
{
    /// <summary>Writes it; null for a field that has a method of its own.</summary>
    public Action<Issue, T>? Set { get; init; }

    /// <inheritdoc/>
    public override bool IsList => type.IsList;

    /// <inheritdoc/>
    public override bool HasOwnMethod => Set is null;

    /// <inheritdoc/>
    public override FieldValue FactOf(Issue issue, FactSources sources) => type.Fact(get(issue));

    /// <inheritdoc/>
    public override object? ValueOf(Issue issue) => type.Shown(get(issue));

    /// <inheritdoc/>
    public override bool IsGiven(IssueEdit edit) => given(edit).IsSet;

    /// <inheritdoc/>
    public override bool IsMissing(IssueEdit edit) =>
        given(edit) is not { IsSet: true, Value: var value } || type.Fact(value).IsMissing;

    /// <inheritdoc/>
    public override object? ValueOf(IssueEdit edit) =>
        given(edit) is { IsSet: true, Value: var value } ? type.Shown(value) : null;

    /// <inheritdoc/>
    public override IssueEdit? Read(IssueEdit edit, JsonElement value) =>
        type.Read(value) is { IsSet: true, Value: var read } ? give(edit, read) : null;

    /// <inheritdoc/>
    public override void Apply(Issue issue, IssueEdit edit, List<FieldChange> changes)
    {
        if (Set is null || given(edit) is not { IsSet: true, Value: var to })
            return;
        (var from, to) = (get(issue), type.Clean(to));
        if (type.AreSame(from, to))
            return;
        changes.Add(new(Name, type.Shown(from), type.Shown(to)));
        Set(issue, to);
    }
}
