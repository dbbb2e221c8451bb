using System.CommandLine.Parsing;
using System.Globalization;

namespace Kiket.Api.Startup;

/// <summary>How commands read a length of time.</summary>
internal static class Durations
{
    private const int MaxDays = 3650;

    public static TimeSpan? Read(ArgumentResult argument)
    {
        var text = argument.Tokens.Single().Value;
        if (text.Length > 1 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            TimeSpan? lifetime = (text[^1], count) switch
            {
                ('d', > 0 and <= MaxDays) => TimeSpan.FromDays(count),
                ('h', > 0 and <= MaxDays * 24) => TimeSpan.FromHours(count),
                _ => null,
            };
            if (lifetime is not null)
                return lifetime;
        }

        argument.AddError($"'{text}' is not a valid duration; use days or hours, such as 30d or 12h, up to {MaxDays}d.");
        return null;
    }
}
