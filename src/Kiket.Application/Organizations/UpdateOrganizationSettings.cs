using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Sla;
using Kiket.Domain.Common;
using Kiket.Domain.Organizations;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Organizations;

/// <summary>Changes the settings of the actor's organization. For administrators.</summary>
/// <param name="ExpectedVersion">The version that the caller has seen; by default any.</param>
internal sealed record UpdateOrganizationSettingsCommand(OrganizationSettingsEdit Edit, ExpectedVersion ExpectedVersion)
    : ICommand<Result<OrganizationSettingsDto>>;

internal sealed class UpdateOrganizationSettingsHandler(IKiketDb db, ICurrentActor current, TimeProvider time)
    : ICommandHandler<UpdateOrganizationSettingsCommand, Result<OrganizationSettingsDto>>
{
    public async Task<Result<OrganizationSettingsDto>> Handle(UpdateOrganizationSettingsCommand command, CancellationToken ct)
    {
        if (!current.Actor.IsAdmin)
            return UserErrors.AdminsOnly;
        var organization = await db.Organizations.SingleAsync(o => o.Id == current.Actor.OrganizationId, ct);
        if (!command.ExpectedVersion.Allows(organization.Version))
            return Error.Stale(organization.Version);
        var (before, now) = (organization.Settings, time.GetUtcNow());
        if (organization.ChangeSettings(command.Edit, now).Error is { } error)
            return error;
        if (IsOtherCalendar(before, organization.Settings))
            await db.ReplanSlaTimersAsync(now, ct);
        return OrganizationSettingsDto.Of(organization.Settings, organization.Version);
    }

    private static bool IsOtherCalendar(OrganizationSettings a, OrganizationSettings b) =>
        a.TimeZone != b.TimeZone
        || !a.Holidays.Select(h => h.Date).SequenceEqual(b.Holidays.Select(h => h.Date))
        || Enum.GetValues<DayOfWeek>().Any(day => !a.Hours.On(day).SequenceEqual(b.Hours.On(day)));
}
