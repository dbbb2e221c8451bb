using Kiket.Domain.Common;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Actions;

/// <summary>Actions that run when something happens to an issue and conditions hold.</summary>
/// <param name="Key">Unique among the automations of a workflow, and among those of no workflow.</param>
/// <param name="Name">Display name.</param>
internal sealed record Automation(string Key, string Name)
{
    /// <summary>Longest key, in characters.</summary>
    public const int MaxKeyLength = 100;

    private const string SlaWarning = "sla.warning";
    private const string SlaBreached = "sla.breached";
    private const string SlaRecovered = "sla.recovered";

    /// <summary>What it is for, or null.</summary>
    public string? Description { get; init; }

    /// <summary>What its author calls this version, or null.</summary>
    public string? Version { get; init; }

    /// <summary>Key of the workflow whose issues it is for, or null for all issues of the project.</summary>
    public string? Workflow { get; init; }

    /// <summary>Whether its author has turned it on.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Why it never runs although it is turned on, or null.</summary>
    public string? Hindrance { get; init; }

    /// <summary>The names of the events that trigger it, as its author writes them.</summary>
    public IReadOnlyList<string> Events { get; init; } = [];

    /// <summary>Conditions on the issue and on the event.</summary>
    public IReadOnlyList<Condition> Conditions { get; init; } = [];

    /// <summary>What to do, in order.</summary>
    public IReadOnlyList<WorkflowAction> Actions { get; init; } = [];

    /// <summary>The fields of the event that its conditions can name, besides those of the issue.</summary>
    public static IReadOnlyList<string> EventFields { get; } = ["from_status", "previous_status", "to_status", "changed_fields"];

    /// <summary>The names of events that can trigger an automation.</summary>
    public static IReadOnlyList<string> KnownEvents { get; } =
    [
        .. EventNames.Subscribable.Where(n => n is not (EventNames.WorkflowBeforeTransition or EventNames.ProjectUpdated)),
        SlaWarning,
        SlaBreached,
        SlaRecovered,
    ];

    /// <summary>Whether an event triggers it.</summary>
    /// <param name="name">One of <see cref="EventNames"/>.</param>
    /// <param name="to">The target state of the event, or null.</param>
    /// <returns>False if it is turned off or can never run.</returns>
    public bool WaitsFor(string name, string? to) =>
        Enabled
        && Hindrance is null
        && Events.Any(e =>
            e switch
            {
                SlaWarning => (name, to) == (EventNames.WorkflowSlaStatus, "imminent"),
                SlaBreached => (name, to) == (EventNames.WorkflowSlaStatus, "breached"),
                SlaRecovered => (name, to) == (EventNames.WorkflowSlaStatus, "recovered"),
                _ => EventNames.Matches(e, name, to),
            }
        );

    /// <summary>The issue's facts with the fields of the event, so that conditions can name them.</summary>
    /// <param name="issue">The issue.</param>
    /// <param name="from">Key of the state that was left, or null.</param>
    /// <param name="to">Key of the state that was entered, or null.</param>
    /// <param name="changes">The fields before and after.</param>
    public static IssueFacts FactsOf(IssueFacts issue, string? from, string? to, IReadOnlyList<FieldChange> changes)
    {
        ArgumentNullException.ThrowIfNull(issue);
        ArgumentNullException.ThrowIfNull(changes);
        return issue
            .With("from_status", FieldValue.Of(from))
            .With("previous_status", FieldValue.Of(from))
            .With("to_status", FieldValue.Of(to))
            .With("changed_fields", FieldValue.Of([.. changes.Select(c => c.Field)]));
    }
}
