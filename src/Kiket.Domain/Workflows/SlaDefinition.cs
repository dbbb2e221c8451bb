using Kiket.Domain.Common;

namespace Kiket.Domain.Workflows;

/// <summary>
/// A limit on the time in a state that is defined beside the workflows of a project. From its import on, it applies to every open
/// issue whose state has no limit in the workflow. Every minute counts.
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

    /// <summary>Creates a limit.</summary>
    /// <param name="id">Unique in the project, 1 to 100 characters.</param>
    /// <param name="status">Key of the state.</param>
    /// <param name="limit">Time until the breach: more than zero, at most ten years.</param>
    /// <param name="warningBuffer">How long before the breach it is imminent: less than the limit. By default never.</param>
    /// <returns>The limit, or <c>VALIDATION_ERROR</c>.</returns>
    public static Result<SlaDefinition> Create(string? id, StateKey status, TimeSpan limit, TimeSpan? warningBuffer = null)
    {
        List<ErrorDetail> errors = [];
        if (UnicodeText.IsBlank(id) || UnicodeText.Length(id!) > MaxIdLength)
            errors.Add(new("id", $"An id must have 1 to {MaxIdLength} characters."));
        if (UnicodeText.IsBlank(status.Value) || UnicodeText.Length(status.Value) > State.MaxKeyLength)
            errors.Add(new("status", $"The key of a state must have 1 to {State.MaxKeyLength} characters."));
        if (limit <= TimeSpan.Zero || limit > SlaPolicy.Longest)
            errors.Add(new("limit", "A limit must be more than zero and at most ten years."));
        if (warningBuffer < TimeSpan.Zero)
            errors.Add(new("warning_buffer", "The time between the warning and the breach must be zero or more."));
        else if (limit > TimeSpan.Zero && warningBuffer >= limit)
            errors.Add(
                new("warning_buffer", "The warning must come before the breach, so its buffer must be shorter than the limit.")
            );
        if (errors.Count > 0)
            return Error.Validation(errors);
        return new SlaDefinition(id!, status, limit) { WarningBuffer = warningBuffer > TimeSpan.Zero ? warningBuffer : null };
    }
}
