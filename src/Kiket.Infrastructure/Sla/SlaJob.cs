namespace Kiket.Infrastructure.Sla;

/// <summary>Tells of the limits that were reached since the last time.</summary>
internal sealed class SlaJob(SlaProcessor processor)
{
    public Task RunAsync(CancellationToken ct) => processor.RunAsync(ct);
}
