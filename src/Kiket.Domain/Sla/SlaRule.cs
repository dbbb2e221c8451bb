using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Sla;

/// <summary>
/// A policy and the state that it is about: what a <see cref="SlaTimer"/> is started with. Made by <see cref="Create"/>.
/// </summary>
public sealed record SlaRule
{
    /// <summary>Longest <see cref="Key"/>, in characters.</summary>
    public const int MaxKeyLength = 300;

    internal SlaRule(string key, StateKey state, SlaPolicy policy) => (Key, State, Policy) = (key, state, policy);

    /// <summary>
    /// The id in events: <c>workflow.state</c>, and the place among several policies of the state.
    /// </summary>
    /// <value>1 to 300 characters.</value>
    public string Key { get; }

    /// <summary>Key of the state.</summary>
    public StateKey State { get; }

    /// <summary>The limits.</summary>
    public SlaPolicy Policy { get; }

    /// <summary>Makes a rule.</summary>
    /// <param name="key">The id in events, 1 to 300 characters.</param>
    /// <param name="state">Key of the state.</param>
    /// <param name="policy">The limits.</param>
    /// <returns>The rule, or <c>VALIDATION_ERROR</c> for the key of the rule or of the state.</returns>
    public static Result<SlaRule> Create(string key, StateKey state, SlaPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (UnicodeText.IsBlank(key) || UnicodeText.Length(key) > MaxKeyLength)
            return Error.Validation("key", $"The key of a rule must have 1 to {MaxKeyLength} characters.");
        return Workflows.State.IsKey(state.Value)
            ? new SlaRule(key, state, policy)
            : Error.Validation("state", $"'{state}' is not the key of a state.");
    }

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
