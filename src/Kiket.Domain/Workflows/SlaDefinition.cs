using Kiket.Domain.Common;

namespace Kiket.Domain.Workflows;

/// <summary>
/// A limit on the time in a state that stands beside the workflows of a project. From its import on, it holds
/// for every open issue for which the workflow's state has no limit of its own. Every minute counts.
/// </summary>
/// <remarks>Source: contract, section 16, <c>workflow_sla_definitions.yml</c>.</remarks>
/// <param name="Id">Unique in the project; events name it.</param>
/// <param name="Status">Key of the state.</param>
/// <param name="Limit">Time in the state after which the limit is breached.</param>
internal sealed record SlaDefinition(string Id, StateKey Status, TimeSpan Limit)
{
    /// <summary>Longest <see cref="Id"/>, in characters.</summary>
    public const int MaxIdLength = 100;

    /// <summary>How long before the breach the limit is imminent, or null when nobody is to be warned.</summary>
    public TimeSpan? WarningBuffer { get; init; }

    /// <summary>Key of the only type of issues for which it holds, or null.</summary>
    public TypeKey? IssueType { get; init; }

    /// <summary>The only priority of issues for which it holds, or null.</summary>
    public IssuePriority? Priority { get; init; }

    /// <summary>Key of the only workflow for whose issues it holds, or null.</summary>
    public string? Workflow { get; init; }
}
