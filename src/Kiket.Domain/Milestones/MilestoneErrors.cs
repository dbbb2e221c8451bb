using Kiket.Domain.Common;

namespace Kiket.Domain.Milestones;

/// <summary>The refusals about milestones.</summary>
internal static class MilestoneErrors
{
    /// <summary><c>MILESTONE_NOT_FOUND</c>: the project has no such milestone.</summary>
    /// <param name="id">The requested one.</param>
    public static Error NotFound(long id) =>
        new(ErrorKind.NotFound, "MILESTONE_NOT_FOUND", $"There is no milestone {id} in this project.");
}
