using Kiket.Domain.Calendars;
using Kiket.Domain.Common;
using Kiket.Domain.Organizations;

namespace Kiket.Domain.Tests.Organizations;

public sealed class OrganizationSettingsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
    private readonly Organization organization = Organization.Found("Acme", Noon).Value;

    [Fact]
    public void An_organization_begins_with_office_hours_in_UTC()
    {
        Assert.Equal("UTC", organization.Settings.TimeZone);
        Assert.Equal(5 * 8 * 60, organization.Settings.Calendar().MinutesOfWeek());
        Assert.Equal(0, organization.Settings.Calendar().MinutesOn(new(2026, 1, 4)));
    }

    [Fact]
    public void Settings_change_one_by_one_and_all_else_stays()
    {
        var changed = organization.ChangeSettings(
            new()
            {
                TimeZone = "Europe/Berlin",
                Holidays = new Holiday[] { new(new(2026, 12, 25), " Christmas "), new(new(2026, 1, 1), null) },
                StoryPoints = new Dictionary<string, decimal> { ["Bug"] = 2.5m },
            },
            Noon
        );

        Assert.False(changed.IsRefused);
        Assert.Equal(2, organization.Version);
        Assert.Equal("Europe/Berlin", organization.Settings.TimeZone);
        Assert.Equal([new(new(2026, 1, 1), null), new(new(2026, 12, 25), "Christmas")], organization.Settings.Holidays);
        Assert.Equal(WeekHours.Standard, organization.Settings.Hours);
        Assert.Equal(10, organization.Settings.DefaultCapacity);
        Assert.Equal(0, organization.Settings.Calendar().MinutesOn(new(2026, 12, 25)));
    }

    [Theory]
    [InlineData(null, "Bug", 2.5)]
    [InlineData(0, "Bug", 0)]
    [InlineData(8, "Bug", 8)]
    [InlineData(null, "BUG", 2.5)]
    [InlineData(null, "Task", 1)]
    public void An_issue_counts_its_estimate_or_else_what_its_type_says(int? estimate, string type, decimal points)
    {
        organization.ChangeSettings(new() { StoryPoints = new Dictionary<string, decimal> { ["Bug"] = 2.5m } }, Noon);

        Assert.Equal(points, organization.Settings.PointsOf(estimate, new(type)));
    }

    [Fact]
    public void Every_error_is_named_and_nothing_is_changed()
    {
        var refused = organization.ChangeSettings(
            new()
            {
                TimeZone = "Mars/Olympus",
                Hours = WeekHours.Standard with { Tuesday = [new(600, 540)] },
                Holidays = new Holiday[] { new(new(2026, 1, 1), ""), new(new(2026, 1, 1), null) },
                StoryPoints = new Dictionary<string, decimal> { ["bug"] = 1, ["Bug"] = 2 },
                DefaultCapacity = -1,
                MemberWipLimit = 0,
            },
            Noon
        );

        Assert.Equal(ErrorCodes.ValidationError, refused.Error?.Code);
        Assert.Equal(
            [
                "settings.time_zone",
                "settings.hours.tuesday",
                "settings.holidays",
                "settings.holidays",
                "settings.story_points",
                "settings.default_capacity",
                "settings.member_wip_limit",
            ],
            refused.Error!.Details.Select(d => d.Field)
        );
        Assert.Equal((1, "UTC"), (organization.Version, organization.Settings.TimeZone));
    }

    [Theory]
    [InlineData("W. Europe Standard Time")]
    [InlineData("")]
    [InlineData(null)]
    public void A_time_zone_has_its_IANA_name(string? zone) =>
        Assert.True(organization.ChangeSettings(new() { TimeZone = zone }, Noon).IsRefused);

    [Fact]
    public void Hours_cannot_be_removed_by_null() =>
        Assert.Equal(
            "settings.hours",
            Assert.Single(organization.ChangeSettings(new() { Hours = (WeekHours?)null }, Noon).Error!.Details).Field
        );
}
