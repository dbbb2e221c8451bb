using FluentValidation;
using Kiket.Application.Actions;
using Kiket.Application.Behaviors;
using Kiket.Application.Common;
using Kiket.Application.Extensions;
using Kiket.Application.Guards;
using Kiket.Application.Issues;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Application.Sla;
using Kiket.Application.Tokens;
using Kiket.Application.Webhooks;
using Kiket.Application.Workflows;
using Kiket.Domain.Common;
using Mapster;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Application;

internal static class DependencyInjection
{
    public static IServiceCollection AddKiketApplication(this IServiceCollection services)
    {
        // MediatR 5.1.0 has no registration for this container (docs/decisions/0001-mediatr-5.md).
        services.AddScoped<ServiceFactory>(provider => provider.GetService!);
        services.AddScoped<IMediator, Mediator>();
        foreach (
            var handler in typeof(DependencyInjection).Assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false })
        )
        {
            foreach (var contract in handler.GetInterfaces().Where(IsRequestHandler))
                services.AddScoped(contract, handler);
        }

        AddPipeline(services);

        services.AddSingleton<CredentialUses>();
        services.AddSingleton<KnownCredentials>();
        services.AddSingleton<IssueReads>();
        services.AddSingleton<IssuePages>();
        services.AddSingleton<IssueLoads>();
        services.AddSingleton<OpenProjects>();
        services.AddSingleton<KnownWorkflows>();
        services.AddSingleton<KnownGuards>();
        services.AddScoped<EventReactions>();
        services.AddScoped<GuardAnswers>();
        services.AddScoped<Publications>();
        services.AddScoped<IExtensionSecrets, ExtensionSecrets>();
        services.AddScoped<IIssueFollower, SlaTimers>();
        services.AddValidatorsFromAssembly(
            typeof(DependencyInjection).Assembly,
            ServiceLifetime.Singleton,
            includeInternalTypes: true
        );
        services.AddSingleton(Mappings());
        return services;
    }

    /// <summary>
    /// Every mapping of this assembly, compiled: a member without a source fails here, at start, and not in a request.
    /// </summary>
    internal static TypeAdapterConfig Mappings()
    {
        var config = new TypeAdapterConfig { RequireDestinationMemberSource = true, RequireExplicitMapping = true };
        config.NewConfig<OrganizationId, OrganizationId>().MapWith(id => id);
        config.NewConfig<UserId, UserId>().MapWith(id => id);
        config.NewConfig<ProjectId, ProjectId>().MapWith(id => id);
        config.Scan(typeof(DependencyInjection).Assembly);
        config.Compile();
        config.CompileProjection();
        return config;
    }

    /// <summary>
    /// The behaviors that each request passes on its way to the handler, in this order. All but the first are for commands
    /// only. Idempotency comes before preparation, so that a repeated request does not ask guards again.
    /// </summary>
    private static void AddPipeline(IServiceCollection services)
    {
        services.AddScoped(typeof(IPipelineBehavior<,>), typeof(ValidationBehavior<,>));
        foreach (
            var preparation in (Type[])[typeof(TransitionGuards), typeof(InstallPreparation), typeof(SubscriptionPreparation)]
        )
        {
            services.AddScoped(preparation);
            foreach (var contract in preparation.GetInterfaces())
                services.AddScoped(contract, provider => provider.GetRequiredService(preparation));
        }

        foreach (var command in typeof(DependencyInjection).Assembly.GetTypes())
        {
            var contract = command
                .GetInterfaces()
                .FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(ICommand<>));
            if (contract?.GetGenericArguments() is not [{ IsGenericType: true } result])
                continue;
            Type[] closed = [command, result.GetGenericArguments()[0]];
            var behavior = typeof(IPipelineBehavior<,>).MakeGenericType(command, result);
            services.AddScoped(behavior, typeof(IdempotencyBehavior<,>).MakeGenericType(closed));
            if (services.Any(s => s.ServiceType == typeof(IPreparation<>).MakeGenericType(command)))
                services.AddScoped(behavior, typeof(PreparationBehavior<,>).MakeGenericType(closed));
            services.AddScoped(behavior, typeof(UnitOfWorkBehavior<,>).MakeGenericType(closed));
        }
    }

    private static bool IsRequestHandler(Type contract) =>
        contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IRequestHandler<,>);
}
