namespace Kiket.Application.Common;

/// <summary>Instants as every database can store them: in UTC, to the millisecond.</summary>
internal static class StoredInstant
{
    /// <summary>The instant as the database returns it.</summary>
    public static DateTimeOffset Of(DateTimeOffset instant) =>
        new(instant.UtcTicks - (instant.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
}
