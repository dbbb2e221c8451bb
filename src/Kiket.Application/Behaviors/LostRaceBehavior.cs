using Kiket.Application.Abstractions;
using MediatR;

namespace Kiket.Application.Behaviors;

/// <summary>
/// Runs a request again when another writer was faster: on fresh data it succeeds or is refused for a reason. Inside an outer transaction
/// it does not, because a deadlock may have ended all of that; who opened the transaction runs the whole of it again.
/// </summary>
internal sealed class LostRaceBehavior<TRequest, TResponse>(IKiketDb db) : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>
{
    public Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next) =>
        db.HasTransaction ? next() : db.RetryLostRacesAsync(() => next(), cancellationToken);
}
