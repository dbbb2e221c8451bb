using Kiket.Domain.Common;

namespace Kiket.Domain.Capacity;

/// <summary>Open work to spread over weeks; created by <see cref="Create"/>.</summary>
public sealed record OpenWork
{
    internal OpenWork(decimal points, DateOnly? dueDate) => (Points, DueDate) = (points, dueDate);

    /// <summary>How much it is, in points.</summary>
    /// <value>0 or more.</value>
    public decimal Points { get; }

    /// <summary>When it has to be done, or null.</summary>
    public DateOnly? DueDate { get; }

    /// <summary>Creates open work.</summary>
    /// <param name="points">How much it is, in points; 0 or more.</param>
    /// <param name="dueDate">When it has to be done; by default never.</param>
    /// <returns>The work, or <c>VALIDATION_ERROR</c>.</returns>
    public static Result<OpenWork> Create(decimal points, DateOnly? dueDate = null) =>
        points < 0 ? Error.Validation("points", "Points must be 0 or more.") : new OpenWork(points, dueDate);
}

/// <summary>The work of one week.</summary>
/// <param name="WeekStart">Its Monday.</param>
/// <param name="Points">Points of work in this week.</param>
/// <param name="Capacity">Points that can be done in this week.</param>
public sealed record HeatmapWeek(DateOnly WeekStart, decimal Points, decimal Capacity)
{
    /// <summary>The utilization in percent, or null when the capacity is zero.</summary>
    public decimal? Percentage => Utilization.Of(Points, Capacity);
}

/// <summary>Spreads somebody's open work over the coming weeks.</summary>
public static class Heatmap
{
    /// <summary>
    /// Work that is due first goes first. It fills the earliest free weeks; what does not fit before its due week is added to
    /// that week, even if it overfills it. Work that is due after the last week, or never, only fills free weeks; the rest of it
    /// is left out.
    /// </summary>
    /// <param name="work">The open work.</param>
    /// <param name="monday">First day of the first week; overdue work falls into that week.</param>
    /// <param name="capacities">The capacity of each week, in points; less than 0 counts as 0.</param>
    public static IReadOnlyList<HeatmapWeek> Spread(
        IEnumerable<OpenWork> work,
        DateOnly monday,
        IReadOnlyList<decimal> capacities
    )
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentNullException.ThrowIfNull(capacities);
        OpenWork[] items = [.. work];
        if (items.Contains(null))
            throw new ArgumentException("An item of the work is null.", nameof(work));
        var filled = new decimal[capacities.Count];
        foreach (var item in items.OrderBy(w => w.DueDate ?? DateOnly.MaxValue))
        {
            var left = item.Points;
            var due = item.DueDate is { } date ? Math.Max(0, (date.DayNumber - monday.DayNumber) / 7) : int.MaxValue;
            for (var week = 0; week < filled.Length && week < due && left > 0; week++)
            {
                var taken = Math.Min(left, Math.Max(0, capacities[week] - filled[week]));
                filled[week] += taken;
                left -= taken;
            }

            if (due < filled.Length)
                filled[due] += left;
        }

        return [.. filled.Select((points, week) => new HeatmapWeek(monday.AddDays(7 * week), points, capacities[week]))];
    }
}
