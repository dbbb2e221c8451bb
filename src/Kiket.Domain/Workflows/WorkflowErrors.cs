using Kiket.Domain.Common;

namespace Kiket.Domain.Workflows;

/// <summary>The refusals about workflows.</summary>
public static class WorkflowErrors
{
    /// <summary><c>WORKFLOW_NOT_FOUND</c>: the project has no such workflow.</summary>
    /// <param name="key">What was asked for.</param>
    public static Error NotFound(string key) => new(ErrorKind.NotFound, "WORKFLOW_NOT_FOUND", $"There is no workflow {key}.");
}
