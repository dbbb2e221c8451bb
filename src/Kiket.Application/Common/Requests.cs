using MediatR;

namespace Kiket.Application.Common;

/// <summary>A request that changes something. It runs in a unit of work.</summary>
public interface ICommand<out TResponse> : IRequest<TResponse>;

/// <summary>
/// A request that changes something and waits for somebody else in between, so it runs units of work of its own.
/// </summary>
public interface IExternalCommand<out TResponse> : IRequest<TResponse>;

/// <summary>A request that only reads. It never runs in a unit of work.</summary>
public interface IQuery<out TResponse> : IRequest<TResponse>;

public interface ICommandHandler<in TCommand, TResponse> : IRequestHandler<TCommand, TResponse>
    where TCommand : ICommand<TResponse>;

public interface IExternalCommandHandler<in TCommand, TResponse> : IRequestHandler<TCommand, TResponse>
    where TCommand : IExternalCommand<TResponse>;

public interface IQueryHandler<in TQuery, TResponse> : IRequestHandler<TQuery, TResponse>
    where TQuery : IQuery<TResponse>;
