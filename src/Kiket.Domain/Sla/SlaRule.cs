using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Sla;

/// <summary>A policy and the state that it is about: what a <see cref="SlaTimer"/> is started with.</summary>
/// <param name="Key">The id in events: <c>workflow.state</c>, and the place among several policies of the state.</param>
/// <param name="State">Key of the state.</param>
/// <param name="Policy">The limits.</param>
public sealed record SlaRule(string Key, StateKey State, SlaPolicy Policy)
{
    /// <summary>Longest <see cref="Key"/>, in characters.</summary>
    public const int MaxKeyLength = 300;

    /// <summary>The limit of an issue in its state: that of the most specific definition; among equals, of the first.</summary>
    /// <param name="definitions">The definitions of the issue's project.</param>
    /// <param name="issue">The issue.</param>
    /// <param name="workflow">Key of the workflow that it follows.</param>
    /// <returns>The rule, or null when none applies.</returns>
    internal static SlaRule? Of(IReadOnlyList<SlaDefinition> definitions, Issue issue, string workflow)
    {
        ArgumentNullException.ThrowIfNull(definitions);
        ArgumentNullException.ThrowIfNull(issue);
        ArgumentNullException.ThrowIfNull(workflow);
        var definition = definitions.Where(d => HoldsFor(issue, workflow, d)).MaxBy(PrecisionOf);
        return definition is null ? null : new(definition.Id, issue.Status, PolicyOf(definition));
    }

    private static bool HoldsFor(Issue issue, string workflow, SlaDefinition definition) =>
        string.Equals(definition.Status.Value, issue.Status.Value, StringComparison.OrdinalIgnoreCase)
        && (
            definition.IssueType is not { } type
            || string.Equals(type.Value, issue.IssueType.Value, StringComparison.OrdinalIgnoreCase)
        )
        && (definition.Priority is null || definition.Priority == issue.Priority)
        && (definition.Workflow is null || definition.Workflow == workflow);

    /// <summary>The number of restrictions of a definition.</summary>
    private static int PrecisionOf(SlaDefinition definition) =>
        (definition.IssueType is null ? 0 : 1) + (definition.Priority is null ? 0 : 1) + (definition.Workflow is null ? 0 : 1);

    private static SlaPolicy PolicyOf(SlaDefinition definition) =>
        new(
            null,
            definition.Limit - definition.WarningBuffer,
            definition.Limit,
            businessHours: false,
            pauseOnState: false,
            [],
            []
        );
}
