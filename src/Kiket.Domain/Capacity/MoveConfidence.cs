namespace Kiket.Domain.Capacity;

/// <summary>The confidence that a reassignment helps.</summary>
internal static class MoveConfidence
{
    /// <summary>
    /// 0.5, plus a bonus for each fact that makes a move easy: nobody has begun the issue (0.2), the receiver has the required
    /// skills (0.15) or none are required (0.1), the receiver has finished work recently (0.05), and has room left (up to 0.1).
    /// </summary>
    /// <param name="isBegun">Whether somebody has begun the issue.</param>
    /// <param name="needsSkills">Whether the issue needs skills, which the receiver then has.</param>
    /// <param name="velocity">Points that the receiver has recently finished per week.</param>
    /// <param name="load">The receiver's points including the issue, as a fraction of their weekly capacity.</param>
    /// <returns>0.6 to 1, with two decimals.</returns>
    public static decimal Of(bool isBegun, bool needsSkills, decimal velocity, decimal load) =>
        Math.Round(
            0.5m
                + (isBegun ? 0 : 0.2m)
                + (needsSkills ? 0.15m : 0.1m)
                + (velocity > 0 ? 0.05m : 0)
                + (0.1m * Math.Clamp(1 - load, 0, 1)),
            2,
            MidpointRounding.AwayFromZero
        );
}
