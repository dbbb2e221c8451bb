using Kiket.Domain.Common;

namespace Kiket.Domain.Capacity;

/// <summary>Open work to be spread over weeks; made by <see cref="Create"/>.</summary>
public sealed record OpenWork
{
    internal OpenWork(IssueId issueId, decimal points, DateOnly? dueDate, IssuePriority priority) =>
        (IssueId, Points, DueDate, Priority) = (issueId, points, dueDate, priority);

    /// <summary>The issue; breaks ties.</summary>
    public IssueId IssueId { get; }

    /// <summary>How much it is, in points.</summary>
    /// <value>0 or more.</value>
    public decimal Points { get; }

    /// <summary>When it has to be done, or null.</summary>
    public DateOnly? DueDate { get; }

    /// <summary>How urgent it is.</summary>
    public IssuePriority Priority { get; }

    /// <summary>Makes open work.</summary>
    /// <param name="issueId">The issue; breaks ties.</param>
    /// <param name="points">How much it is, in points; 0 or more.</param>
    /// <param name="dueDate">When it has to be done; by default never.</param>
    /// <param name="priority">How urgent it is; medium by default.</param>
    /// <returns>The work, or <c>VALIDATION_ERROR</c>.</returns>
    public static Result<OpenWork> Create(
        IssueId issueId,
        decimal points,
        DateOnly? dueDate = null,
        IssuePriority priority = IssuePriority.Medium
    )
    {
        List<ErrorDetail> errors = [];
        if (points < 0)
            errors.Add(new("points", "Points must be 0 or more."));
        if (!Enum.IsDefined(priority))
            errors.Add(new("priority", $"{(int)priority} is not a priority."));
        return errors.Count > 0 ? Error.Validation(errors) : new OpenWork(issueId, points, dueDate, priority);
    }
}

/// <summary>The work of one week.</summary>
/// <param name="WeekStart">Its Monday.</param>
/// <param name="Points">Work that falls into it.</param>
/// <param name="Capacity">Work that fits into it.</param>
public sealed record HeatmapWeek(DateOnly WeekStart, decimal Points, decimal Capacity)
{
    /// <summary>The percentage, or null when nothing fits into the week.</summary>
    public decimal? Percentage => Utilization.Of(Points, Capacity);
}

/// <summary>Spreads somebody's open work over the coming weeks.</summary>
public static class Heatmap
{
    /// <summary>
    /// Work that is due first goes first, of that the most urgent; each fills the earliest room there is, over several weeks if
    /// need be. What does not fit before it is due falls into the week in which it is due, even if that is too much. Work that
    /// is due later or never takes what room is left; the rest of it lies after the last week.
    /// </summary>
    /// <param name="work">The open work.</param>
    /// <param name="monday">First day of the first week; overdue work falls into that week.</param>
    /// <param name="capacities">What fits into each week, in points; nothing fits where it is less than 0.</param>
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
        foreach (
            var item in items
                .OrderBy(w => w.DueDate ?? DateOnly.MaxValue)
                .ThenByDescending(w => w.Priority)
                .ThenBy(w => w.IssueId)
        )
        {
            var left = item.Points;
            var due = item.DueDate is { } date ? Math.Max(0, (date.DayNumber - monday.DayNumber) / 7) : int.MaxValue;
            for (var week = 0; week < filled.Length && week <= due && left > 0; week++)
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
