namespace Kiket.Infrastructure.Sla;

/// <summary>Reports the limits that were reached since the last run.</summary>
internal sealed class SlaJob(SlaProcessor processor)
{
    public Task RunAsync(CancellationToken ct) => processor.RunAsync(ct);
}
