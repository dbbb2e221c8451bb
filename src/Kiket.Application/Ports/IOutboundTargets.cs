namespace Kiket.Application.Ports;

/// <summary>Decides which addresses Kiket may call.</summary>
internal interface IOutboundTargets
{
    /// <summary>Why an address must not be called, as a sentence, or null if it may be called.</summary>
    Task<string?> ValidateAsync(string url, CancellationToken ct);
}
