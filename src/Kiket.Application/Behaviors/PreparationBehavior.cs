using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using MediatR;

namespace Kiket.Application.Behaviors;

/// <summary>
/// Runs the external calls of a command before its transaction starts, and again if their answers are outdated by then.
/// </summary>
internal sealed class PreparationBehavior<TCommand, T>(IPreparation<TCommand> preparation, IUnitOfWork work)
    : IPipelineBehavior<TCommand, Result<T>>
    where TCommand : ICommand<Result<T>>
{
    private const int MaxAttempts = 6;

    public async Task<Result<T>> Handle(
        TCommand request,
        CancellationToken cancellationToken,
        RequestHandlerDelegate<Result<T>> next
    )
    {
        if (work.IsRunning)
            throw new InvalidOperationException(
                $"{typeof(TCommand).Name} waits for other systems, so it cannot run inside a transaction."
            );
        for (var attempt = 1; ; attempt++)
        {
            await preparation.PrepareAsync(request, cancellationToken);
            try
            {
                return await next();
            }
            catch (OutdatedPreparationException) when (attempt < MaxAttempts) { }
            catch (OutdatedPreparationException outdated)
            {
                return new Error(ErrorKind.Conflict, ErrorCodes.Conflict, outdated.Message);
            }
        }
    }
}
