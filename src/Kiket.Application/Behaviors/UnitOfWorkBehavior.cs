using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using MediatR;

namespace Kiket.Application.Behaviors;

/// <summary>Runs each command in a unit of work.</summary>
internal sealed class UnitOfWorkBehavior<TCommand, T>(IUnitOfWork work) : IPipelineBehavior<TCommand, Result<T>>
    where TCommand : ICommand<Result<T>>
{
    /// <summary>What the audit log calls the command: <c>create_issue</c> for <c>CreateIssueCommand</c>.</summary>
    private static readonly string Action = WireName.Snake(typeof(TCommand).Name[..^"Command".Length]);

    public Task<Result<T>> Handle(
        TCommand request,
        CancellationToken cancellationToken,
        RequestHandlerDelegate<Result<T>> next
    ) =>
        request is IRehearsable { DryRun: true }
            ? work.RehearseAsync(Action, () => next(), cancellationToken)
            : work.RunAsync(Action, () => next(), cancellationToken);
}
