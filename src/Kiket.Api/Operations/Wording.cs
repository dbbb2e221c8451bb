using System.Globalization;

namespace Kiket.Api.Operations;

/// <summary>Numbers and lengths of time for people.</summary>
internal static class Wording
{
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Such as <c>1 issue</c> or <c>2,000 issues</c>.</summary>
    public static string Count(long count, string one, string? many = null) =>
        $"{Number(count)} {(count == 1 ? one : many ?? one + "s")}";

    /// <summary>A length of time in the largest unit of which there are two.</summary>
    public static string Length(TimeSpan length)
    {
        var (count, unit) = length switch
        {
            { TotalDays: >= 2 } => (length.TotalDays, "day"),
            { TotalHours: >= 2 } => (length.TotalHours, "hour"),
            { TotalMinutes: >= 2 } => (length.TotalMinutes, "minute"),
            _ => (Math.Max(0, length.TotalSeconds), "second"),
        };
        return Count((long)count, unit);
    }
}
