namespace Kiket.Domain.Capacity;

/// <summary>A user's workload compared with their capacity.</summary>
internal enum CapacityStatus
{
    /// <summary>Up to 50 %.</summary>
    Available,

    /// <summary>Up to 80 %.</summary>
    Balanced,

    /// <summary>Up to 100 %.</summary>
    Busy,

    /// <summary>More than 100 %.</summary>
    Overallocated,
}

/// <summary>Compares points with a capacity; <see cref="Heatmap"/> does it week by week.</summary>
internal static class Utilization
{
    /// <summary>The percentage, with one decimal.</summary>
    /// <param name="points">Points there are.</param>
    /// <param name="capacity">Points that are possible.</param>
    /// <returns>0 or more; null when the capacity is zero.</returns>
    public static decimal? Of(decimal points, decimal capacity) =>
        capacity == 0 ? null : Math.Round(100 * points / capacity, 1, MidpointRounding.AwayFromZero);

    /// <summary>The band of the percentage. A user without capacity is busy without work, and overallocated with any.</summary>
    /// <param name="points">Points there are.</param>
    /// <param name="capacity">Points that are possible.</param>
    public static CapacityStatus StatusOf(decimal points, decimal capacity) =>
        Of(points, capacity) switch
        {
            null => points > 0 ? CapacityStatus.Overallocated : CapacityStatus.Busy,
            <= 50 => CapacityStatus.Available,
            <= 80 => CapacityStatus.Balanced,
            <= 100 => CapacityStatus.Busy,
            _ => CapacityStatus.Overallocated,
        };
}
