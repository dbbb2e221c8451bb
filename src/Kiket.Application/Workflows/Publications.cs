namespace Kiket.Application.Workflows;

/// <summary>
/// Whether the running unit of work has published versions of workflows. These can still be rolled back, and their ids reused.
/// </summary>
internal sealed class Publications
{
    public bool Any { get; set; }
}
