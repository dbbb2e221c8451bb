using MediatR;

namespace Kiket.Application.Common;

/// <summary>A request that changes something. It runs in a unit of work.</summary>
internal interface ICommand<out TResponse> : IRequest<TResponse>;

/// <summary>
/// A request that makes changes and waits for an external system in between, so it runs its own units of work.
/// </summary>
internal interface IExternalCommand<out TResponse> : IRequest<TResponse>;

/// <summary>A request that only reads. It never runs in a unit of work.</summary>
internal interface IQuery<out TResponse> : IRequest<TResponse>;

internal interface ICommandHandler<in TCommand, TResponse> : IRequestHandler<TCommand, TResponse>
    where TCommand : ICommand<TResponse>;

internal interface IExternalCommandHandler<in TCommand, TResponse> : IRequestHandler<TCommand, TResponse>
    where TCommand : IExternalCommand<TResponse>;

internal interface IQueryHandler<in TQuery, TResponse> : IRequestHandler<TQuery, TResponse>
    where TQuery : IQuery<TResponse>;
