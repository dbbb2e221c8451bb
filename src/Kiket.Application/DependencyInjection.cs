using FluentValidation;
using Kiket.Application.Abstractions;
using Kiket.Application.Actions;
using Kiket.Application.Behaviors;
using Kiket.Application.Guards;
using Kiket.Application.Extensions;
using Kiket.Application.Tokens;
using Mapster;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Application;

public static class DependencyInjection
{
    public static IServiceCollection AddKiketApplication(this IServiceCollection services)
    {
        // MediatR 5.1.0 has no registration of its own for this container (docs/decisions/0001-mediatr-5.md).
        services.AddScoped<ServiceFactory>(provider => provider.GetService!);
        services.AddScoped<IMediator, Mediator>();
        foreach (var handler in typeof(DependencyInjection).Assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false }))
        {
            foreach (var contract in handler.GetInterfaces().Where(IsRequestHandler))
                services.AddScoped(contract, handler);
        }

        services.AddSingleton<TokenUses>();
        services.AddScoped<EventReactions>();
        services.AddScoped<TransitionGuards>();
        services.AddScoped<IExtensionSecrets, ExtensionSecrets>();
        services.AddScoped(typeof(IPipelineBehavior<,>), typeof(ValidationBehavior<,>));
        services.AddScoped(typeof(IPipelineBehavior<,>), typeof(LostRaceBehavior<,>));
        services.AddValidatorsFromAssembly(typeof(DependencyInjection).Assembly, ServiceLifetime.Singleton, includeInternalTypes: true);
        services.AddSingleton(Mappings());
        return services;
    }

    /// <summary>Every mapping of this assembly, compiled: a member without a source fails here, at start, and never in a request.</summary>
    internal static TypeAdapterConfig Mappings()
    {
        var config = new TypeAdapterConfig { RequireDestinationMemberSource = true, RequireExplicitMapping = true };
        config.Scan(typeof(DependencyInjection).Assembly);
        config.Compile();
        config.CompileProjection();
        return config;
    }

    private static bool IsRequestHandler(Type contract) =>
        contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IRequestHandler<,>);
}
