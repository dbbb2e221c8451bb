using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using MediatR;

namespace Kiket.Application.Behaviors;

/// <summary>Runs each command in a unit of work.</summary>
internal sealed class UnitOfWorkBehavior<TCommand, T>(IUnitOfWork work) : IPipelineBehavior<TCommand, Result<T>>
    where TCommand : ICommand<Result<T>>
{
    public Task<Result<T>> Handle(
        TCommand request,
        CancellationToken cancellationToken,
        RequestHandlerDelegate<Result<T>> next
    ) =>
        request is IRehearsable { DryRun: true }
            ? work.RehearseAsync(() => next(), cancellationToken)
            : work.RunAsync(() => next(), cancellationToken);
}
