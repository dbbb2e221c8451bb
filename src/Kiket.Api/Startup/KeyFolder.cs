using Kiket.Infrastructure.Settings;

namespace Kiket.Api.Startup;

/// <summary>The folder of the encryption keys.</summary>
internal static class KeyFolder
{
    /// <summary>
    /// Rejects a folder that cannot hold keys. A read-only folder is accepted if its keys already exist.
    /// </summary>
    /// <exception cref="SettingsException">The folder cannot be used.</exception>
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
                    $"DataProtection:KeysPath is '{folder}'; it must be a folder that Kiket can write to "
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
