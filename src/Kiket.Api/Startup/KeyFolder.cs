using Kiket.Infrastructure.Settings;

namespace Kiket.Api.Startup;

/// <summary>The folder of the keys that encrypt what is stored encrypted.</summary>
internal static class KeyFolder
{
    /// <summary>
    /// Refuses a folder in which no key can be kept; one that cannot be written to does where its keys are already.
    /// </summary>
    /// <exception cref="SettingsException">It is not usable.</exception>
    public static void Check(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, $".probe-{Guid.NewGuid():N}");
            using (File.Create(probe, bufferSize: 1, FileOptions.DeleteOnClose)) { }
        }
        catch (Exception failure)
            when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            if (!HasKeys(folder))
            {
                throw new SettingsException(
                    $"DataProtection:KeysPath is '{folder}'; allowed is a folder that Kiket can write to "
                        + $"({failure.Message.TrimEnd('.')}).",
                    failure
                );
            }
        }
    }

    private static bool HasKeys(string folder)
    {
        try
        {
            return Directory.EnumerateFiles(folder, "key-*.xml").Any(key => File.ReadAllText(key).Length > 0);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }
}
