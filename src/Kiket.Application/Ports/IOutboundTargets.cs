namespace Kiket.Application.Ports;

/// <summary>Says which addresses Kiket may call.</summary>
internal interface IOutboundTargets
{
    /// <summary>Why an address may not be called, as a sentence, or null when it may.</summary>
    Task<string?> FaultOfAsync(string url, CancellationToken ct);
}
