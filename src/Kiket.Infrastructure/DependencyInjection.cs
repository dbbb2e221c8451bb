using Kiket.Application;
using Kiket.Application.Actions;
using Kiket.Application.Capacity;
using Kiket.Application.CustomData;
using Kiket.Application.Definitions;
using Kiket.Application.Extensions;
using Kiket.Application.Guards;
using Kiket.Application.Ports;
using Kiket.Application.Sla;
using Kiket.Infrastructure.Actions;
using Kiket.Infrastructure.Capacity;
using Kiket.Infrastructure.CustomData;
using Kiket.Infrastructure.Definitions;
using Kiket.Infrastructure.Events;
using Kiket.Infrastructure.Extensions;
using Kiket.Infrastructure.Guards;
using Kiket.Infrastructure.Idempotency;
using Kiket.Infrastructure.OAuth;
using Kiket.Infrastructure.Organizations;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.RateLimits;
using Kiket.Infrastructure.Secrets;
using Kiket.Infrastructure.Settings;
using Kiket.Infrastructure.Sla;
using Kiket.Infrastructure.Startup;
using Kiket.Infrastructure.Tokens;
using Kiket.Infrastructure.Webhooks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Infrastructure;

internal static class DependencyInjection
{
    public static IServiceCollection AddKiketInfrastructure(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddKiketApplication();
        var settings = KiketSettings.Read(configuration);
        services.AddSingleton(settings);
        services.AddKiketDatabase(settings.Database);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(new PublicUrl(settings.PublicUrl ?? PublicUrl.Default));
        services.AddSingleton(new OutboundUrl(settings.PublicUrl ?? PublicUrl.Default));
        services.AddScoped<CurrentActor>();
        services.AddScoped<ICurrentActor>(provider => provider.GetRequiredService<CurrentActor>());
        services.AddScoped<IKiketDb>(provider => provider.GetRequiredService<KiketDbContext>());
        services.AddScoped<IUnitOfWork, UnitOfWork>();
        services.AddScoped<AuditTrail>();
        services.AddScoped<IdempotencyStore>();
        services.AddScoped<IIdempotency>(provider => provider.GetRequiredService<IdempotencyStore>());
        services.AddHostedService<CredentialUseWriter>();
        services.AddKiketWebhooks(settings.Webhooks);
        services.AddSingleton(settings.Guards);
        services.AddScoped<IGuardCaller, GuardCaller>();
        services.AddSingleton(new OutboxSignal { HearsOthers = settings.Database.Provider is DatabaseProvider.Sqlite });
        services.AddSingleton<EventCursors>();
        services.AddScoped<IEventBacklog, OrganizationBacklog>();
        services.AddSingleton<SlaRules>();
        services.AddSingleton<Listeners>();
        services.AddSingleton<SlaProcessor>();
        services.AddSingleton<IPlaceholders>(new Placeholders(settings.WorkflowEnvironment));
        services.AddSingleton<IDefinitionReader, DefinitionReader>();
        services.AddSingleton<IManifestReader, ManifestReader>();
        services.AddSingleton<ICustomModuleReader, CustomModuleReader>();
        services.AddSingleton<IExtensionEnvironment>(
            new ExtensionEnvironment(settings.ExtensionEnvironment, settings.ExtensionAddresses)
        );
        services.AddKiketRateLimits(settings.RateLimits, settings.Redis);
        services.AddSingleton<SecretProtector>();
        services.AddSingleton<ISecretProtector>(provider => provider.GetRequiredService<SecretProtector>());
        services.AddScoped<SecretRotation>();
        services.AddSingleton<SqliteBackup>();
        services.AddScoped<OrganizationArchive>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<IPasswordHashing, PasswordHashing>();
        services.AddKiketOAuthStorage();
        services.AddSingleton<IWorkBalancer, WorkBalancer>();
        services.AddKiketKeyRing(settings.KeyRing);
        return services;
    }
}
