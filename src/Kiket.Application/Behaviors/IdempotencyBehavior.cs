using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using MediatR;

namespace Kiket.Application.Behaviors;

/// <summary>
/// Applies a command with an idempotency key once: repeating the key returns the stored result. An error releases the key.
/// </summary>
internal sealed class IdempotencyBehavior<TCommand, T>(IIdempotency idempotency, IUnitOfWork work)
    : IPipelineBehavior<TCommand, Result<T>>
    where TCommand : ICommand<Result<T>>
{
    public async Task<Result<T>> Handle(
        TCommand request,
        CancellationToken cancellationToken,
        RequestHandlerDelegate<Result<T>> next
    )
    {
        if (!idempotency.HasKey || work.IsRunning)
            return await next();
        if (await idempotency.ReserveAsync<T>(cancellationToken) is { } settled)
            return settled;
        var isKept = false;
        try
        {
            var result = await next();
            isKept = !result.IsRefused && request is not IRehearsable { DryRun: true };
            return result;
        }
        finally
        {
            await idempotency.EndAsync(isKept);
        }
    }
}
