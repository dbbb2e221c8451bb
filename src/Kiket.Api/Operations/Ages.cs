using System.Globalization;

namespace Kiket.Api.Operations;

/// <summary>Lengths of time for people, in the largest unit that fits.</summary>
internal static class Ages
{
    public static string Of(TimeSpan age)
    {
        var (count, unit) = age switch
        {
            { TotalDays: >= 2 } => (age.TotalDays, "days"),
            { TotalHours: >= 2 } => (age.TotalHours, "hours"),
            { TotalMinutes: >= 2 } => (age.TotalMinutes, "minutes"),
            _ => (Math.Max(0, age.TotalSeconds), "seconds"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(count):0} {unit}");
    }
}
