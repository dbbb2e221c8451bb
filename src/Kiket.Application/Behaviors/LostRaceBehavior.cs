using Kiket.Application.Abstractions;
using MediatR;

namespace Kiket.Application.Behaviors;

/// <summary>Runs a command again when another writer was faster: on fresh data it succeeds or is refused for a reason.</summary>
internal sealed class LostRaceBehavior<TRequest, TResponse>(IKiketDb db) : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>
{
    private const int MaxAttempts = 5;

    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await next();
            }
            catch (Exception failure) when (attempt < MaxAttempts && db.IsLostRace(failure))
            {
                db.Forget();
            }
        }
    }
}
