using Kiket.Domain.Issues;

namespace Kiket.Domain.Sla;

/// <summary>
/// A limit on the time in a state that stands beside the workflows of a project. It holds, from the moment at which it is imported, for every
/// open issue for which the workflow's state has no limit of its own. Every minute counts.
/// </summary>
/// <remarks>Source: contract, section 16, <c>workflow_sla_definitions.yml</c>.</remarks>
/// <param name="Id">Unique in the project; events name it.</param>
/// <param name="Status">Key of the state.</param>
/// <param name="Limit">Time in the state after which the limit is breached.</param>
public sealed record SlaDefinition(string Id, string Status, TimeSpan Limit)
{
    /// <summary>Longest <see cref="Id"/>, in characters.</summary>
    public const int MaxIdLength = 100;

    /// <summary>How long before the breach the limit is imminent, or null when nobody is to be warned.</summary>
    public TimeSpan? WarningBuffer { get; init; }

    /// <summary>Key of the only type of issues for which it holds, or null.</summary>
    public string? IssueType { get; init; }

    /// <summary>The only priority of issues for which it holds, or null.</summary>
    public IssuePriority? Priority { get; init; }

    /// <summary>Key of the only workflow for whose issues it holds, or null.</summary>
    public string? Workflow { get; init; }

    /// <summary>How much it says about the issues for which it holds.</summary>
    private int Precision => (IssueType is null ? 0 : 1) + (Priority is null ? 0 : 1) + (Workflow is null ? 0 : 1);

    /// <summary>The limit of an issue in its state: that of the definition that says most about it; among equals, of the first.</summary>
    /// <param name="definitions">The definitions of the issue's project.</param>
    /// <param name="issue">The issue.</param>
    /// <param name="workflow">Key of the workflow that it follows.</param>
    /// <returns>The rule, or null when none of them holds.</returns>
    public static SlaRule? RuleOf(IReadOnlyList<SlaDefinition> definitions, Issue issue, string workflow)
    {
        ArgumentNullException.ThrowIfNull(definitions);
        ArgumentNullException.ThrowIfNull(issue);
        ArgumentNullException.ThrowIfNull(workflow);
        return definitions.Where(d => d.HoldsFor(issue, workflow)).MaxBy(d => d.Precision)?.ToRule(issue.Status);
    }

    private bool HoldsFor(Issue issue, string workflow) =>
        string.Equals(Status, issue.Status, StringComparison.OrdinalIgnoreCase)
        && (IssueType is null || string.Equals(IssueType, issue.IssueType, StringComparison.OrdinalIgnoreCase))
        && (Priority is null || Priority == issue.Priority)
        && (Workflow is null || Workflow == workflow);

    private SlaRule ToRule(string state) =>
        new(Id, state, new(null, WarningBuffer is { } buffer ? Limit - buffer : null, Limit, BusinessHours: false, PauseOnState: false, [], []));
}
