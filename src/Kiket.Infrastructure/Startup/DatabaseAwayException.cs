namespace Kiket.Infrastructure.Startup;

/// <summary>The database could not be reached in time.</summary>
internal sealed class DatabaseAwayException(string message, Exception? cause = null) : Exception(message, cause);
