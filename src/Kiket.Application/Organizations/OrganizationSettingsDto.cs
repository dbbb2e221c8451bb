using Kiket.Application.Common;
using Kiket.Domain.Calendars;
using Kiket.Domain.Organizations;

namespace Kiket.Application.Organizations;

/// <summary>The settings of an organization.</summary>
internal sealed record OrganizationSettingsDto : IVersioned
{
    public required string TimeZone { get; init; }

    public required WeekHoursDto Hours { get; init; }

    public required IReadOnlyList<Holiday> Holidays { get; init; }

    /// <summary>Points of unestimated issues, by issue type; one point for other types.</summary>
    public required IReadOnlyDictionary<string, decimal> StoryPoints { get; init; }

    /// <summary>Points per week of users without their own capacity.</summary>
    public required decimal DefaultCapacity { get; init; }

    /// <summary>Maximum number of issues that one person works on at once; null for no limit.</summary>
    public required int? MemberWipLimit { get; init; }

    public required int Version { get; init; }

    internal static OrganizationSettingsDto Of(OrganizationSettings settings, int version) =>
        new()
        {
            TimeZone = settings.TimeZone,
            Hours = WeekHoursDto.Of(settings.Hours),
            Holidays = settings.Holidays,
            StoryPoints = settings.StoryPoints,
            DefaultCapacity = settings.DefaultCapacity,
            MemberWipLimit = settings.MemberWipLimit,
            Version = version,
        };
}

/// <summary>The working hours of each day.</summary>
internal sealed record WeekHoursDto(
    IReadOnlyList<TimeRangeDto> Monday,
    IReadOnlyList<TimeRangeDto> Tuesday,
    IReadOnlyList<TimeRangeDto> Wednesday,
    IReadOnlyList<TimeRangeDto> Thursday,
    IReadOnlyList<TimeRangeDto> Friday,
    IReadOnlyList<TimeRangeDto> Saturday,
    IReadOnlyList<TimeRangeDto> Sunday
)
{
    internal static WeekHoursDto Of(WeekHours hours)
    {
        return new(
            Day(DayOfWeek.Monday),
            Day(DayOfWeek.Tuesday),
            Day(DayOfWeek.Wednesday),
            Day(DayOfWeek.Thursday),
            Day(DayOfWeek.Friday),
            Day(DayOfWeek.Saturday),
            Day(DayOfWeek.Sunday)
        );

        IReadOnlyList<TimeRangeDto> Day(DayOfWeek day) =>
            [.. hours.On(day).Select(r => new TimeRangeDto(r.FromText(), r.ToText()))];
    }
}

/// <param name="From">Such as <c>09:00</c>.</param>
/// <param name="To">Such as <c>17:00</c>; <c>24:00</c> for the end of the day.</param>
internal sealed record TimeRangeDto(string From, string To);
