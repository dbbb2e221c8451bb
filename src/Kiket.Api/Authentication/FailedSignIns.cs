namespace Kiket.Api.Authentication;

/// <summary>Logs the addresses that present invalid credentials, for tools that ban them.</summary>
internal static partial class FailedSignIns
{
    /// <summary>The path is logged as it was sent, percent-encoded, so that nobody can forge a log line.</summary>
    public static void LogFailedSignIn(this ILogger logger, HttpContext context) =>
        Log(
            logger,
            context.Connection.RemoteIpAddress?.ToString() ?? "an unknown address",
            context.Request.Method,
            context.Request.Path.ToUriComponent()
        );

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sign-in from {Address} failed: {Method} {Path}")]
    private static partial void Log(ILogger logger, string address, string method, string path);
}
