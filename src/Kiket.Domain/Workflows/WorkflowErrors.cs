using Kiket.Domain.Common;

namespace Kiket.Domain.Workflows;

/// <summary>The refusals about workflows.</summary>
internal static class WorkflowErrors
{
    /// <summary>
    /// <c>VALIDATION_ERROR</c>: issues are in states that the version to follow lacks, and nothing says where they go.
    /// </summary>
    /// <param name="to">The version to follow.</param>
    /// <param name="stranded">The states, by version, and how many issues are in them.</param>
    public static Error Stranded(Workflow to, IEnumerable<(int Version, StateKey State, int Count)> stranded)
    {
        ArgumentNullException.ThrowIfNull(to);
        return Error.Validation([
            .. stranded.Select(s => new ErrorDetail(
                $"mapping.{s.State}",
                $"{s.Count} issue(s) of version {s.Version} are in '{s.State}', which version {to.Revision} of "
                    + $"{to.Key} does not have; map it to another state."
            )),
        ]);
    }

    /// <summary><c>WORKFLOW_NOT_FOUND</c>: no project that the actor can see has it, or not in this version.</summary>
    /// <param name="key">Key of the workflow.</param>
    /// <param name="version">The version asked for, or null for any.</param>
    public static Error NotFound(string key, int? version = null) =>
        new(
            ErrorKind.NotFound,
            "WORKFLOW_NOT_FOUND",
            version is null ? $"There is no workflow {key}." : $"Workflow {key} has no version {version}."
        );

    /// <summary>
    /// <c>INVALID_PARAMETER</c>: several projects have a workflow with this key, so the caller has to name one.
    /// </summary>
    /// <param name="key">Key of the workflow.</param>
    /// <param name="projects">Keys of the projects.</param>
    public static Error Ambiguous(string key, IEnumerable<string> projects) =>
        Error.InvalidParameter(
            "project_key",
            $"Several projects have a workflow {key}; specify project_key, one of: {string.Join(", ", projects)}."
        );
}
