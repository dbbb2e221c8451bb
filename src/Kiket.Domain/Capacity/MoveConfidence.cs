namespace Kiket.Domain.Capacity;

/// <summary>How sure it is that giving an issue to somebody else helps.</summary>
internal static class MoveConfidence
{
    /// <summary>
    /// Half, and more for what makes a move easy: nobody has begun the issue (0.2), the receiver has the skills that it needs
    /// (0.15) or it needs none (0.1), the receiver has finished work lately (0.05), and has room left (up to 0.1).
    /// </summary>
    /// <param name="isBegun">Whether somebody has begun the issue.</param>
    /// <param name="needsSkills">Whether the issue needs skills, which the receiver then has.</param>
    /// <param name="velocity">Points that the receiver has recently finished per week.</param>
    /// <param name="load">The receiver's points with the issue, as a part of what they can do in a week.</param>
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
