using System.Data.Common;
using Hangfire;
using Kiket.Application.Organizations;
using Kiket.Infrastructure.Jobs;
using Kiket.Infrastructure.Persistence;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Kiket.Api.Startup;

/// <summary>What happens before the first request: migrations, and on an empty database the first organization (architecture, section 11).</summary>
internal static class Bootstrap
{
    private const string AdminToken = "Bootstrap:AdminToken";

    /// <param name="keepToken">Takes the first administrator's token where one was made up: it must be shown, whatever fails later.</param>
    public static async Task PrepareAsync(this WebApplication app, Action<string> keepToken)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var (services, configuration) = (scope.ServiceProvider, app.Configuration);
        var db = services.GetRequiredService<KiketDbContext>();
        await ReachAsync(db);
        if (services.GetRequiredService<DatabaseOptions>().MigratesOnStart)
            await db.MigrateAsync(CancellationToken.None);
        else if ((await db.Database.GetPendingMigrationsAsync()).Any())
            throw new StartupException("the database is not up to date. Run the command migrate first, or set Database:MigrateOnStart.");

        if (!await db.Organizations.AnyAsync())
        {
            var founded = await FoundAsync(services.GetRequiredService<IMediator>(), configuration);
            if (configuration[AdminToken] is null)
                keepToken(founded.Token);
            if (configuration.GetValue("Bootstrap:Demo", app.Environment.IsDevelopment()))
                await Demo.AddAsync(app.Services, founded.OrganizationId, founded.AdminId, CancellationToken.None);
        }

        if (configuration["Definitions:Path"] is { Length: > 0 } folder)
            await ImportAsync(app, folder);
        JobSetup.PlanRecurringJobs(services.GetRequiredService<IRecurringJobManager>());
    }

    private static async Task ReachAsync(KiketDbContext db)
    {
        var connection = db.Database.GetDbConnection();
        try
        {
            if (db.Database.IsSqlite())
            {
                await connection.OpenAsync();
                await using var command = connection.CreateCommand();
                command.CommandText = "PRAGMA schema_version"; // reads the file, which opening alone does not
                await command.ExecuteScalarAsync();
                await connection.CloseAsync();
            }
            else
            {
                await db.GetService<IRelationalDatabaseCreator>().ExistsAsync();
            }
        }
        catch (Exception failure) when ((failure as DbException ?? failure.InnerException as DbException) is { } cause) // EF wraps what may pass
        {
            throw new StartupException($"its database at {connection.DataSource} cannot be reached ({cause.Message.TrimEnd('.')}).", failure);
        }
    }

    private static async Task<FoundedOrganization> FoundAsync(IMediator mediator, IConfiguration configuration)
    {
        var founded = await mediator.Send(new CreateOrganizationCommand(
            configuration["Bootstrap:Organization"] ?? "Kiket",
            configuration["Bootstrap:AdminEmail"] ?? "admin@kiket.local",
            "Administrator",
            configuration[AdminToken]));
        return founded.Error is { } refusal
            ? throw new StartupException($"the first organization cannot be made ({refusal.Message.TrimEnd('.')}).")
            : founded.Value;
    }

    /// <summary>Brings the projects up to their definitions. A broken pack is logged and left as it was; the server starts.</summary>
    private static async Task ImportAsync(WebApplication app, string folder)
    {
        var imported = await app.Services.ImportFolderAsync(folder, null, app.Configuration.GetValue("Definitions:Strict", true), CancellationToken.None);
        if (imported.Error is { } unusable)
            app.Logger.LogError("Definitions:Path: {Reason}", unusable.Message);
        foreach (var pack in imported.IsRefused ? [] : imported.Value)
        {
            if (pack.Outcome.Error is { } refusal)
            {
                var faults = string.Join('\n', DefinitionFolders.LinesOf(refusal));
                app.Logger.LogError("Definitions in {Folder} are not imported:\n{Faults}", pack.Folder, faults);
            }
            else
            {
                app.Logger.LogInformation("Definitions in {Folder}: {Outcome}", pack.Folder, DefinitionFolders.SummaryOf(pack.Outcome.Value));
            }
        }
    }
}
