namespace Kiket.Infrastructure.Settings;

/// <summary>An invalid setting. The message is one line for the operator: the setting, its value, and what is allowed.</summary>
internal sealed class SettingsException(string message, Exception? cause = null) : Exception(message, cause);
