namespace Kiket.Domain.Common;

/// <summary>The machine codes of the package's refusals, the same as in the REST API of Kiket. They never change.</summary>
public static class ErrorCodes
{
    /// <summary>The actor's role does not allow this.</summary>
    public const string Forbidden = "FORBIDDEN";

    /// <summary>Another writer was faster.</summary>
    public const string Conflict = "CONFLICT";

    /// <summary>A field breaks a rule.</summary>
    public const string ValidationError = "VALIDATION_ERROR";

    /// <summary>The workflow does not let the issue move there.</summary>
    public const string WorkflowTransitionGuardFailed = "WORKFLOW_TRANSITION_GUARD_FAILED";

    /// <summary>The project is archived and refuses writes.</summary>
    public const string ProjectArchived = "PROJECT_ARCHIVED";
}
