namespace Kiket.Application.Ports;

/// <summary>
/// The external calls of a command, made before its transaction starts, because a transaction must not wait for them. The
/// answers are an input of its handler.
/// </summary>
internal interface IPreparation<in TCommand>
{
    Task PrepareAsync(TCommand command, CancellationToken ct);
}

/// <summary>
/// Thrown when the subject of the calls has changed, so the answers are outdated and the calls must be repeated.
/// </summary>
internal sealed class OutdatedPreparationException(string message) : Exception(message);
