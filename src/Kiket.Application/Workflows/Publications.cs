namespace Kiket.Application.Workflows;

/// <summary>
/// Whether the running unit of work has published versions of workflows. They can still be rolled back, and their ids be reused.
/// </summary>
internal sealed class Publications
{
    public bool Any { get; set; }
}
