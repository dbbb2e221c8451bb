namespace Kiket.Infrastructure.Webhooks;

/// <summary>Settings under <c>Webhooks</c>: which addresses may be called, and how workers share the work.</summary>
internal sealed class WebhookOptions
{
    /// <summary>Private networks that may be called, even by plain HTTP: <c>10.1.0.0/16</c>.</summary>
    public IReadOnlyList<string> AllowedNetworks { get; set; } = [];

    /// <summary>Whether public hosts may be called by plain HTTP.</summary>
    public bool AllowPlainHttp { get; set; }

    /// <summary>How many endpoints a node sends to concurrently. A hanging one occupies a slot until it is paused.</summary>
    public int Workers { get; set; } = 20;

    /// <summary>After how many seconds without a sign of life a worker counts as crashed, and another takes over.</summary>
    public int LeaseSeconds { get; set; } = 30;

    public TimeSpan Lease => TimeSpan.FromSeconds(LeaseSeconds);
}
