namespace Kiket.Application.Ports;

/// <summary>
/// What a command has to ask others before its transaction begins, because a transaction must not wait for them. The answers
/// are an input of its handler.
/// </summary>
internal interface IPreparation<in TCommand>
{
    Task PrepareAsync(TCommand command, CancellationToken ct);
}

/// <summary>What was asked about has changed since, so the answers are worth nothing: they are asked for again.</summary>
internal sealed class OutdatedPreparationException(string message) : Exception(message);
