using Kiket.Domain.Common;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Capacity;

/// <summary>How far a piece of open work is.</summary>
internal enum WorkStage
{
    /// <summary>Nobody has begun it.</summary>
    NotBegun,

    /// <summary>Somebody works on it.</summary>
    InProgress,

    /// <summary>It is held up.</summary>
    Blocked,
}

/// <summary>The stages of work.</summary>
internal static class WorkStages
{
    /// <summary>The stage of work in a state.</summary>
    /// <param name="state">The state, or null when it is not known, which counts as not begun.</param>
    public static WorkStage Of(State? state) =>
        state?.Category switch
        {
            null or StateCategory.Pending => WorkStage.NotBegun,
            StateCategory.Blocked => WorkStage.Blocked,
            _ => WorkStage.InProgress,
        };
}

/// <summary>Which work may move, who can take it, and how unwelcome that is. Access to projects is another matter.</summary>
internal static class MoveRules
{
    /// <summary>Days ahead within which a due date makes a move less welcome.</summary>
    private const int SoonDays = 14;

    /// <summary>Whether work may move at all. Blocked work stays: another person cannot finish it sooner.</summary>
    /// <param name="stage">How far it is.</param>
    /// <param name="points">How much it is.</param>
    public static bool IsMovable(WorkStage stage, decimal points) => points > 0 && stage is not WorkStage.Blocked;

    /// <summary>Whether somebody can take work: they have working time, and every skill that it needs.</summary>
    /// <param name="capacity">Points per week that they can do.</param>
    /// <param name="skills">What they can do, upper and lower case alike.</param>
    /// <param name="needed">What the work needs.</param>
    public static bool CanTake(decimal capacity, IEnumerable<string> skills, IEnumerable<string> needed) =>
        capacity > 0 && needed.All(s => skills.Contains(s, StringComparer.OrdinalIgnoreCase));

    /// <summary>Prefers work that nobody has started, that is less urgent, and that is not due soon.</summary>
    /// <param name="stage">How far it is.</param>
    /// <param name="priority">How urgent it is.</param>
    /// <param name="due">When it is due, or null.</param>
    /// <param name="today">Today's date.</param>
    /// <returns>0 to 100; see <see cref="MovableIssue.Reluctance"/>.</returns>
    public static int ReluctanceOf(WorkStage stage, IssuePriority priority, DateOnly? due, DateOnly today) =>
        (stage is WorkStage.InProgress ? 50 : 0) + (5 * (int)priority) + (due <= today.AddDays(SoonDays) ? 15 : 0);
}
