namespace Kiket.Infrastructure.Guards;

/// <summary>Settings under <c>Guards</c>.</summary>
internal sealed class GuardOptions
{
    /// <summary>How long all guards of a move may take together, in milliseconds.</summary>
    public int DeadlineMs { get; set; } = 3_000;
}
