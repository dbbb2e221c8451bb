using Kiket.Domain.Calendars;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Sla;

/// <summary>
/// When an issue's time in a state will cause a warning and a breach, if nothing changes. It stores no history, unlike
/// <see cref="SlaTimer"/>.
/// </summary>
/// <param name="WarnsAt">When the limit is imminent (UTC); null when the policy has no warning, or it is never reached.</param>
/// <param name="BreachesAt">When the limit is breached (UTC); null likewise.</param>
public sealed record SlaDue(DateTimeOffset? WarnsAt, DateTimeOffset? BreachesAt)
{
    /// <summary>When a clock reaches a policy's limits; the warning is never after the breach.</summary>
    /// <param name="clock">The clock.</param>
    /// <param name="policy">The limits.</param>
    /// <param name="calendar">The business calendar.</param>
    public static SlaDue Calculate(SlaClock clock, SlaPolicy policy, BusinessCalendar calendar)
    {
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(policy);
        var warning = policy.Warning > policy.Breach ? policy.Breach : policy.Warning;
        return new(
            warning is { } warnAfter ? clock.DueAt(calendar, warnAfter) : null,
            policy.Breach is { } breach ? clock.DueAt(calendar, breach) : null
        );
    }
}
