using FluentValidation;
using MediatR;

namespace Kiket.Application.Behaviors;

/// <summary>Rejects a malformed request before its handler sees it.</summary>
internal sealed class ValidationBehavior<TRequest, TResponse>(IEnumerable<IValidator<TRequest>> validators)
    : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>
{
    public Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        foreach (var validator in validators)
            validator.ValidateAndThrow(request);
        return next();
    }
}
