using Kiket.Application.Organizations;
using Kiket.Application.Users;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Settings;
using Kiket.Infrastructure.Startup;
using MediatR;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Api.Startup;

/// <param name="Lock">
/// What the server holds until it ends: the lock of a Sqlite file, which allows one server. Null where there may be several.
/// </param>
/// <param name="IsNew">Whether this start has founded the first organization.</param>
internal sealed record Prepared(IAsyncDisposable? Lock, bool IsNew);

/// <summary>
/// What happens before the first request: migrations and, on an empty database, the first organization (architecture, section
/// 11).
/// </summary>
internal static class Bootstrap
{
    private static readonly TimeSpan LongestSqliteWait = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Prepares the database, the keys and the first organization, one process at a time: others that start at the same time
    /// wait and then find it done.
    /// </summary>
    public static async Task<Prepared> PrepareAsync(this WebApplication app)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var (services, settings) = (scope.ServiceProvider, app.Services.GetRequiredService<KiketSettings>());
        if (settings.DefinitionsPath is { } packs && !DefinitionFolders.HasPacks(packs))
            throw new SettingsException(
                $"Definitions:Path is '{packs}'; it must be a pack, with a folder .kiket, or a folder of packs."
            );
        await DatabaseReach.WaitAsync(settings.Database, Console.WriteLine, TimeProvider.System, CancellationToken.None);
        var schema = services.GetRequiredService<DatabaseSchema>();
        if (settings.Database.MigratesOnStart)
            await schema.CreateDatabaseAsync(CancellationToken.None);
        else if (!await services.GetRequiredService<KiketDbContext>().Database.CanConnectAsync())
            throw OutOfDate;

        var isSqlite = settings.Database.Provider is DatabaseProvider.Sqlite;
        var preparation =
            await DatabaseLock.AcquireAsync(
                settings.Database,
                isSqlite ? LongestSqliteWait : TimeSpan.MaxValue,
                () => Console.WriteLine("Waiting for another node to prepare the database."),
                TimeProvider.System,
                CancellationToken.None
            )
            ?? throw new SettingsException(
                $"another Kiket server is running on '{DatabaseReach.PlaceOf(settings.Database)}' of ConnectionStrings:Kiket; "
                    + "a Sqlite file can have only one server, so use a different file."
            );
        try
        {
            var isNew = await PrepareAsync(app, services, settings, schema);
            return new(isSqlite ? Interlocked.Exchange(ref preparation, null) : null, isNew);
        }
        finally
        {
            if (preparation is not null)
                await preparation.DisposeAsync();
        }
    }

    /// <summary>
    /// After the first start, a link by which the first administrator sets a password. It names an address, so the server must
    /// listen.
    /// </summary>
    public static async Task<string> PasswordLinkAsync(this WebApplication app)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var email = app.Services.GetRequiredService<KiketSettings>().Bootstrap.AdminEmail;
        var link = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new CreatePasswordLinkCommand(email, null));
        return $"  Link to set the first administrator's password, once and within 24 hours:  {link.Value.Url}";
    }

    private static StartupException OutOfDate =>
        new("the database is not up to date. Run the command migrate first, or set Database:MigrateOnStart.");

    /// <returns>Whether the first organization was founded.</returns>
    private static async Task<bool> PrepareAsync(
        WebApplication app,
        IServiceProvider services,
        KiketSettings settings,
        DatabaseSchema schema
    )
    {
        var isNew = false;
        if (settings.Database.MigratesOnStart)
            await schema.MigrateAsync(CancellationToken.None);
        else if (!await schema.IsCurrentAsync(CancellationToken.None))
            throw OutOfDate;
        if (!await schema.ReadsSnapshotsAsync(CancellationToken.None))
        {
            app.Logger.LogWarning(
                "READ_COMMITTED_SNAPSHOT is off in this database, so readers and writers block each other. "
                    + "Turn it on with ALTER DATABASE … SET READ_COMMITTED_SNAPSHOT ON."
            );
        }

        if (!await schema.HasSearchIndexAsync(CancellationToken.None))
        {
            app.Logger.LogWarning(
                "Searches have no index in this database, because the extension pg_trgm could not be created. They give the "
                    + "same results but read all issues for rare words; docs/performance.md says how to add it."
            );
        }

        if (!await services.GetRequiredService<RowPolicies>().HoldAsync(CancellationToken.None))
        {
            app.Logger.LogWarning(
                "Database:RowLevelSecurity has no effect, because the role of the connection to PostgreSQL is a superuser or has "
                    + "BYPASSRLS. Use an ordinary role."
            );
        }

        if (!settings.KeyRing.IsEncrypted && !app.Environment.IsDevelopment())
        {
            app.Logger.LogWarning(
                "The keys of stored secrets are not encrypted: who reads the folder {Folder} can read the secrets. "
                    + "Set DataProtection:CertificatePath or DataProtection:Passphrase.",
                settings.KeyRing.Folder
            );
        }

        // Creates the first key, which other nodes then find.
        services.GetRequiredService<IDataProtectionProvider>().CreateProtector("Kiket.Startup").Protect([1]);

        if (!await services.GetRequiredService<KiketDbContext>().Organizations.AnyAsync())
        {
            var founded = await FoundAsync(services.GetRequiredService<IMediator>(), settings.Bootstrap);
            isNew = true;

            // Immediately, whatever fails later: a token that is not shown is lost. To the console and not to the log, which must
            // not contain secrets.
            if (settings.Bootstrap.AdminToken is null)
                Console.WriteLine($"  Token of the first administrator, shown only once:  {founded.Token}");
            if (settings.Bootstrap.Demo ?? app.Environment.IsDevelopment())
                await Demo.AddAsync(
                    app.Services,
                    founded.Slug,
                    new(founded.OrganizationId, founded.AdminId, OrganizationRole.Admin),
                    CancellationToken.None
                );
        }

        if (settings.DefinitionsPath is { } folder)
            await ImportAsync(app, folder, settings.DefinitionsAreStrict);
        return isNew;
    }

    private static async Task<FoundedOrganization> FoundAsync(IMediator mediator, BootstrapSettings first)
    {
        var founded = await mediator.Send(
            new CreateOrganizationCommand(first.Organization, first.AdminEmail, "Administrator", first.AdminToken)
        );
        return founded.Error is { } error
            ? throw new StartupException($"the first organization cannot be created ({error.Message.TrimEnd('.')}).")
            : founded.Value;
    }

    /// <summary>
    /// Updates the projects from their definitions. A broken pack is logged and not applied; the server still starts.
    /// </summary>
    private static async Task ImportAsync(WebApplication app, string folder, bool isStrict)
    {
        var imported = await app.Services.ImportFolderAsync(folder, null, isStrict, CancellationToken.None);
        if (imported.Error is { } unusable)
            app.Logger.LogError("Definitions:Path: {Reason}", unusable.Message);
        foreach (var pack in imported.IsRefused ? [] : imported.Value)
        {
            if (pack.Outcome.Error is { } error)
            {
                var errors = string.Join('\n', DefinitionFolders.LinesOf(error));
                app.Logger.LogError("Definitions in {Folder} were not imported:\n{Errors}", pack.Folder, errors);
            }
            else
            {
                app.Logger.LogInformation(
                    "Definitions in {Folder}: {Outcome}",
                    pack.Folder,
                    DefinitionFolders.SummaryOf(pack.Outcome.Value)
                );
            }
        }
    }
}
