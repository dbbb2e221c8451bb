using System.Text.Json.Serialization;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Organizations;
using Kiket.Application.Users;
using Kiket.Domain.Calendars;
using Kiket.Domain.Common;
using Kiket.Domain.Organizations;
using Kiket.Domain.Tokens;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiket.Api.Organizations;

/// <summary>The settings of an organization.</summary>
internal static class OrganizationEndpoints
{
    public static void MapOrganization(this IEndpointRouteBuilder api)
    {
        api.MapGet("/organizations/{organization}", GetOrganization).WithTags("Organization").WithName(nameof(GetOrganization));
        var organization = api.MapGroup("/organization").WithTags("Organization");

        organization.MapGet("/settings", GetOrganizationSettings).WithName(nameof(GetOrganizationSettings)).Reads(Scope.Users);
        organization
            .MapPatch("/settings", UpdateOrganizationSettings)
            .WithName(nameof(UpdateOrganizationSettings))
            .Writes(Scope.Admin);
    }

    /// <summary>Reads your organization by its slug or id.</summary>
    private static async Task<Results<Ok<OrganizationSummary>, ErrorResult>> GetOrganization(
        string organization,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new GetOrganizationQuery(organization), ct)).ToOk(o => o);

    /// <summary>Reads the settings of your organization.</summary>
    private static async Task<Results<Resource<OrganizationSettingsDto>, ErrorResult>> GetOrganizationSettings(
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new GetOrganizationSettingsQuery(), ct)).ToResource();

    /// <summary>Changes the settings of your organization; omitted settings stay as they are.</summary>
    private static async Task<Results<Resource<OrganizationSettingsDto>, ErrorResult>> UpdateOrganizationSettings(
        SettingsBody body,
        IfMatch ifMatch,
        IMediator mediator,
        CancellationToken ct
    )
    {
        var edit = body.ToEdit();
        return edit.Error is { } error
            ? new ErrorResult(error)
            : (await mediator.Send(new UpdateOrganizationSettingsCommand(edit.Value, ifMatch.Version), ct)).ToResource();
    }
}

[Envelope("settings")]
internal sealed record SettingsBody
{
    /// <summary>IANA name, such as <c>Europe/Berlin</c>.</summary>
    [NullIsAbsent]
    public Optional<string?> TimeZone { get; init; }

    [NullIsAbsent]
    public Optional<WeekHoursBody?> Hours { get; init; }

    public Optional<IReadOnlyList<HolidayBody>?> Holidays { get; init; }

    /// <summary>Points by issue type.</summary>
    public Optional<IReadOnlyDictionary<string, decimal>?> StoryPoints { get; init; }

    [NullIsAbsent]
    public Optional<decimal> DefaultCapacity { get; init; }

    public Optional<int?> MemberWipLimit { get; init; }

    /// <summary>Invalid ranges are rejected here, because the domain type cannot represent them.</summary>
    public Result<OrganizationSettingsEdit> ToEdit()
    {
        List<ErrorDetail> errors = [];
        Optional<WeekHours?> hours = Hours.IsSet ? new(Hours.Value?.ToHours(errors)) : default;
        if (errors.Count > 0)
            return Error.Validation(errors);
        return new OrganizationSettingsEdit
        {
            TimeZone = TimeZone,
            Hours = hours,
            Holidays = Holidays.IsSet ? new((Holidays.Value ?? []).Select(HolidayBody.ToHoliday).ToList()) : default,
            StoryPoints = StoryPoints,
            DefaultCapacity = DefaultCapacity,
            MemberWipLimit = MemberWipLimit,
        };
    }
}

/// <summary>The working hours of each day; an omitted day has none.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record WeekHoursBody
{
    public IReadOnlyList<TimeRangeBody>? Monday { get; init; }

    public IReadOnlyList<TimeRangeBody>? Tuesday { get; init; }

    public IReadOnlyList<TimeRangeBody>? Wednesday { get; init; }

    public IReadOnlyList<TimeRangeBody>? Thursday { get; init; }

    public IReadOnlyList<TimeRangeBody>? Friday { get; init; }

    public IReadOnlyList<TimeRangeBody>? Saturday { get; init; }

    public IReadOnlyList<TimeRangeBody>? Sunday { get; init; }

    public WeekHours ToHours(List<ErrorDetail> errors) =>
        new(
            Parts(Monday, "monday", errors),
            Parts(Tuesday, "tuesday", errors),
            Parts(Wednesday, "wednesday", errors),
            Parts(Thursday, "thursday", errors),
            Parts(Friday, "friday", errors),
            Parts(Saturday, "saturday", errors),
            Parts(Sunday, "sunday", errors)
        );

    private static List<TimeRange> Parts(IReadOnlyList<TimeRangeBody>? parts, string day, List<ErrorDetail> errors)
    {
        List<TimeRange> read = [];
        foreach (var part in parts ?? [])
        {
            if (TimeRange.TryParse(part?.From, part?.To, out var range))
                read.Add(range);
            else
                errors.Add(
                    new(
                        $"settings.hours.{day}",
                        $"'{part?.From}' to '{part?.To}' is not a valid range of a day, such as 09:00 to 17:00; "
                            + "a day ends at 24:00."
                    )
                );
        }

        return read;
    }
}

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record TimeRangeBody(string? From, string? To);

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record HolidayBody
{
    public required DateOnly Date { get; init; }

    public string? Name { get; init; }

    /// <summary>A null among the holidays becomes a holiday without a name, which is rejected.</summary>
    public static Holiday ToHoliday(HolidayBody? body) => body is null ? new(default, "") : new(body.Date, body.Name);
}
