using Kiket.Domain.Common;

namespace Kiket.Domain.Notifications;

/// <summary>Refusals about notifications.</summary>
internal static class NotificationErrors
{
    /// <summary><c>NOTIFICATION_NOT_FOUND</c>.</summary>
    /// <param name="id">The requested one.</param>
    public static Error NotFound(long id) => new(ErrorKind.NotFound, "NOTIFICATION_NOT_FOUND", $"There is no notification {id}.");
}
