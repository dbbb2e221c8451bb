using Kiket.Domain.Calendars;
using Kiket.Domain.Common;

namespace Kiket.Domain.Capacity;

/// <summary>Days on which somebody does not work.</summary>
/// <param name="From">The first of them.</param>
/// <param name="To">The last of them.</param>
public sealed record DaysOff(DateOnly From, DateOnly To);

/// <summary>A user's capacity: points per week, without holidays and days off. Created by <see cref="Create"/>.</summary>
public sealed record MemberCapacity
{
    internal MemberCapacity(decimal pointsPerWeek, BusinessCalendar calendar, IReadOnlyList<DaysOff> daysOff) =>
        (PointsPerWeek, Calendar, DaysOff) = (pointsPerWeek, calendar, daysOff);

    /// <summary>Points in a week without holidays and days off.</summary>
    /// <value>0 or more.</value>
    public decimal PointsPerWeek { get; }

    /// <summary>When the organization works.</summary>
    public BusinessCalendar Calendar { get; }

    /// <summary>When this person does not.</summary>
    public IReadOnlyList<DaysOff> DaysOff { get; }

    /// <summary>Creates a user's capacity.</summary>
    /// <param name="pointsPerWeek">In a week without holidays and days off; 0 or more.</param>
    /// <param name="calendar">When the organization works.</param>
    /// <param name="daysOff">The user's days off; by default none.</param>
    /// <returns>The capacity, or <c>VALIDATION_ERROR</c>.</returns>
    public static Result<MemberCapacity> Create(
        decimal pointsPerWeek,
        BusinessCalendar calendar,
        IReadOnlyList<DaysOff>? daysOff = null
    )
    {
        List<ErrorDetail> errors = [];
        if (pointsPerWeek < 0)
            errors.Add(new("points_per_week", "Points per week must be 0 or more."));
        if (calendar is null)
            errors.Add(new("calendar", "A capacity must have a calendar."));
        if ((daysOff ?? []).Any(d => d is null || d.To < d.From))
            errors.Add(new("days_off", "Days off must have a first and a last day, in this order."));
        return errors.Count > 0 ? Error.Validation(errors) : new MemberCapacity(pointsPerWeek, calendar!, [.. daysOff ?? []]);
    }

    /// <summary>
    /// Points from one day to another. A day's share of a week's points is its share of the week's working hours.
    /// </summary>
    /// <param name="from">The first day.</param>
    /// <param name="to">The last day; nothing when it is before the first.</param>
    /// <value>0 or more, with two decimals.</value>
    public decimal PointsBetween(DateOnly from, DateOnly to)
    {
        var week = Calendar.MinutesOfWeek();
        if (week == 0)
            return 0;
        var minutes = 0L;
        for (var day = from; day <= to; day = day.AddDays(1))
            minutes += DaysOff.Any(d => d.From <= day && day <= d.To) ? 0 : Calendar.MinutesOn(day);
        return Math.Round(PointsPerWeek * minutes / week, 2, MidpointRounding.AwayFromZero);
    }

    /// <summary>Points of one week.</summary>
    /// <param name="monday">Its first day.</param>
    public decimal PointsOfWeek(DateOnly monday) => PointsBetween(monday, monday.AddDays(6));

    /// <summary>Mean points per week over several weeks.</summary>
    /// <param name="monday">First day of the first week.</param>
    /// <param name="weeks">How many weeks, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of weeks is less than one.</exception>
    /// <value>0 or more, with two decimals.</value>
    public decimal MeanOf(DateOnly monday, int weeks)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(weeks, 1);
        return Math.Round(PointsBetween(monday, monday.AddDays((7 * weeks) - 1)) / weeks, 2, MidpointRounding.AwayFromZero);
    }

    /// <summary>The Monday of a day's week.</summary>
    /// <param name="day">The day.</param>
    public static DateOnly MondayOf(DateOnly day) => day.AddDays(-(((int)day.DayOfWeek + 6) % 7));
}
