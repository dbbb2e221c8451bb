using Kiket.Domain.Calendars;
using Kiket.Domain.Common;

namespace Kiket.Domain.Organizations;

/// <summary>The settings of an organization: its time zone, its working hours, and its estimates.</summary>
internal sealed record OrganizationSettings
{
    /// <summary>Most holidays.</summary>
    public const int MaxHolidays = 1_000;

    /// <summary>Longest name of a holiday, in characters.</summary>
    public const int MaxHolidayNameLength = 100;

    /// <summary>Most issue types with points of their own.</summary>
    public const int MaxStoryPoints = 200;

    /// <summary>Longest key of an issue type, in characters.</summary>
    public const int MaxTypeLength = 64;

    /// <summary>Points of an issue that is not estimated and whose type has no points of its own.</summary>
    public const decimal PointsOfOtherTypes = 1;

    private const decimal MaxPoints = 100_000;
    private const decimal MaxCapacity = 1_000_000;

    /// <summary>IANA name of the time zone, such as <c>Europe/Berlin</c>.</summary>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>When people work.</summary>
    public WeekHours Hours { get; init; } = WeekHours.Standard;

    /// <summary>When nobody works, each day once, in order.</summary>
    public IReadOnlyList<Holiday> Holidays { get; init; } = [];

    /// <summary>
    /// Points of issues that are not estimated, by key of their type in lower case. An epic has none: its work is in its
    /// children.
    /// </summary>
    public IReadOnlyDictionary<string, decimal> StoryPoints { get; init; } =
        new Dictionary<string, decimal> { ["epic"] = 0, ["userstory"] = 3 };

    /// <summary>Points per week of users without their own capacity.</summary>
    public decimal DefaultCapacity { get; init; } = 10;

    /// <summary>Most issues that one person works on at once, or null for no limit; recommendations keep to it.</summary>
    public int? MemberWipLimit { get; init; }

    /// <summary>The calendar of the organization.</summary>
    /// <exception cref="TimeZoneNotFoundException">This machine does not know the time zone.</exception>
    public BusinessCalendar Calendar() =>
        BusinessCalendar.Create(TimeZoneInfo.FindSystemTimeZoneById(TimeZone), Hours, Holidays.Select(h => h.Date));

    /// <summary>Points that an issue counts.</summary>
    /// <param name="estimate">Its own estimate, or null.</param>
    /// <param name="issueType">Key of its type.</param>
    public decimal PointsOf(decimal? estimate, TypeKey issueType)
    {
        return estimate
            ?? (StoryPoints.TryGetValue(issueType.Value.ToLowerInvariant(), out var points) ? points : PointsOfOtherTypes);
    }

    /// <summary>These settings after a change.</summary>
    /// <param name="edit">The fields to change.</param>
    /// <returns>The settings, or <c>VALIDATION_ERROR</c> with every invalid field.</returns>
    internal Result<OrganizationSettings> With(OrganizationSettingsEdit edit)
    {
        List<ErrorDetail> errors = [];
        var zone = edit.TimeZone.Or(TimeZone);
        if (!IsTimeZone(zone))
            AddError("time_zone", $"'{zone}' is not a valid IANA time zone, such as Europe/Berlin.");
        var hours = edit.Hours.Or(Hours);
        if (hours is null)
            AddError("hours", "The hours must list the working hours of each day.");
        foreach (var day in hours is null ? [] : Enum.GetValues<DayOfWeek>())
        {
            if (WeekHours.Validate(hours!.On(day)) is { } error)
                AddError($"hours.{WireName.Of(day)}", error);
        }

        var holidays = edit.Holidays.Or(Holidays) ?? [];
        if (holidays.Count > MaxHolidays)
            AddError("holidays", $"An organization can have at most {MaxHolidays} holidays.");
        if (
            holidays.Any(h =>
                h.Name is { } name
                && (UnicodeText.IsBlank(name) || UnicodeText.Length(UnicodeText.CleanName(name)) > MaxHolidayNameLength)
            )
        )
            AddError("holidays", $"The name of a holiday must have 1 to {MaxHolidayNameLength} characters.");
        if (holidays.DistinctBy(h => h.Date).Count() != holidays.Count)
            AddError("holidays", "A day can be listed as a holiday only once.");

        var points = edit.StoryPoints.Or(StoryPoints) ?? new Dictionary<string, decimal>();
        var byType = points.ToLookup(p => p.Key.ToLowerInvariant(), p => p.Value);
        if (
            points.Count > MaxStoryPoints
            || points.Any(p => p.Key.Length is 0 or > MaxTypeLength || !IsAmount(p.Value, MaxPoints))
            || byType.Count != points.Count
        )
            AddError(
                "story_points",
                $"At most {MaxStoryPoints} issue types can be listed, each once, "
                    + $"with 0 to {MaxPoints:0} points and at most two decimals."
            );
        var capacity = edit.DefaultCapacity.Or(DefaultCapacity);
        if (!IsAmount(capacity, MaxCapacity))
            AddError(
                "default_capacity",
                "The capacity must be a number of points from 0 to 1,000,000 with at most two decimals."
            );
        var limit = edit.MemberWipLimit.Or(MemberWipLimit);
        if (limit is < 1 or > 1000)
            AddError("member_wip_limit", "The limit must be a number from 1 to 1000, or null.");
        if (errors.Count > 0)
            return Error.Validation(errors);

        return new OrganizationSettings
        {
            TimeZone = zone!,
            Hours = hours!,
            Holidays =
            [
                .. holidays
                    .Select(h => h with { Name = h.Name is null ? null : UnicodeText.CleanName(h.Name) })
                    .OrderBy(h => h.Date),
            ],
            StoryPoints = byType.OrderBy(p => p.Key, StringComparer.Ordinal).ToDictionary(p => p.Key, p => p.Single()),
            DefaultCapacity = capacity,
            MemberWipLimit = limit,
        };

        void AddError(string field, string message) => errors.Add(new($"settings.{field}", message));
    }

    private static bool IsAmount(decimal amount, decimal most) =>
        amount >= 0 && amount <= most && decimal.Round(amount, 2) == amount;

    /// <summary>Only names of the IANA: those of Windows mean nothing to others.</summary>
    private static bool IsTimeZone(string? name) =>
        name is { Length: > 0 and <= 64 }
        && TimeZoneInfo.TryFindSystemTimeZoneById(name, out _)
        && (name == "UTC" || !TimeZoneInfo.TryConvertWindowsIdToIanaId(name, out _));
}

/// <summary>A partial change of <see cref="OrganizationSettings"/>.</summary>
internal sealed record OrganizationSettingsEdit
{
    /// <summary>IANA name of the time zone.</summary>
    public Optional<string?> TimeZone { get; init; }

    /// <summary>All hours; replaces those there are.</summary>
    public Optional<WeekHours?> Hours { get; init; }

    /// <summary>All holidays; replaces those there are.</summary>
    public Optional<IReadOnlyList<Holiday>?> Holidays { get; init; }

    /// <summary>All points by issue type; replaces those there are.</summary>
    public Optional<IReadOnlyDictionary<string, decimal>?> StoryPoints { get; init; }

    /// <summary>Points per week of users without their own capacity.</summary>
    public Optional<decimal> DefaultCapacity { get; init; }

    /// <summary>Most issues that one person works on at once, 1 to 1000, or null.</summary>
    public Optional<int?> MemberWipLimit { get; init; }
}
