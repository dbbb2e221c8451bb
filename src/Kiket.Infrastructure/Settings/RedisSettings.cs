using StackExchange.Redis;

namespace Kiket.Infrastructure.Settings;

/// <summary>
/// The connection string of the Redis in which nodes count requests together, checked before anything connects.
/// </summary>
internal static class RedisSettings
{
    /// <returns>Null when nodes share nothing.</returns>
    public static ConfigurationOptions? Read(SettingsReader read, string name)
    {
        if (read.Text(name) is not { } text)
            return null;
        try
        {
            var options = ConfigurationOptions.Parse(text);
            if (options.EndPoints.Count > 0 && !text.Contains("://", StringComparison.Ordinal))
                return options;
        }
        catch (Exception failure) when (failure is ArgumentException or FormatException)
        {
            // The message may contain a password.
        }

        read.RejectSecret(name, "it must have the form redis.example:6379,password=…,ssl=true");
        return null;
    }
}
